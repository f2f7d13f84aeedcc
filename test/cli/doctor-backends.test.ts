import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BACKEND_NAMES } from '../../src/model/secret.ts';
import { onSecretStage, type SecretStage } from './secrets-stage.ts';
import { onStage } from './stage.ts';

interface Check {
  readonly check: string;
  readonly state: string;
}

async function backendsIn(
  { run }: Pick<SecretStage, 'run'>,
  ...args: readonly string[]
): Promise<readonly Check[]> {
  const { stdout } = await run(['doctor', '--json', ...args]);
  const { checks } = JSON.parse(stdout) as { checks: readonly Check[] };
  return checks.filter(({ check }) => check.startsWith('secrets '));
}

describe.concurrent('doctor', () => {
  it('looks at what keeps the secrets of the manifest, and at nothing else', () =>
    onSecretStage(async (stage) => {
      await stage.keep('linear', 'x');
      const checks = await backendsIn(stage);
      expect(checks.map(({ check, state }) => `${check} ${state}`)).toEqual([
        'secrets env warning',
        'secrets file failed',
        'secrets exec ok',
      ]);
      await stage.keep('spare', 'x');
      const { stdout } = await stage.expectExit(0, ['doctor'], { env: { SOME_TOKEN: 'something' } });
      expect(stdout).toMatch(/^ok +secrets file +2 of 2 files are there and private$/m);
      expect(await stage.hasAsked()).toBe(false);
    }));

  it('looks at all of them when it is told to; what no secret needs is no failure', () =>
    onStage(async (stage) => {
      const checks = await backendsIn(stage, '--all-backends');
      expect(checks.map(({ check }) => check)).toEqual(BACKEND_NAMES.map((name) => `secrets ${name}`));
      expect(checks.filter(({ state }) => state === 'failed')).toEqual([]);
      await stage.expectExit(0, ['doctor', '--all-backends']);
    }));

  it('lists what could be used where there is no manifest', () =>
    onStage(async (stage) => {
      const env = { PATH: join(stage.home.folder, 'nothing') };
      const { stdout } = await stage.expectExit(0, ['doctor'], { env });
      expect(stdout).toMatch(/^ok +manifest +none here$/m);
      expect(stdout).toMatch(/^ok +secrets file /m);
      expect(stdout).not.toMatch(/secrets (?:pass|sops|op|bws|vault)/);
    }, null));
});
