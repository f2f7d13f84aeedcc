import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../src/cli/catalogue.ts';
import { fingerprint, onStage, type Stage, TOOLS } from './stage.ts';

/** How each command that may only look is called, in a home where there is much to look at, and no container. */
const calls: Readonly<Record<string, readonly (readonly string[])[]>> = {
  validate: [['validate']],
  plan: [['plan'], ['plan', '--json'], ['plan', '--destroy'], ['plan', '--drift-only', '--markdown']],
  outdated: [['outdated'], ['outdated', '--json']],
  'images list': [
    ['images', 'list'],
    ['images', 'list', '--platforms'],
  ],
  'images verify': [
    ['images', 'verify'],
    ['images', 'verify', '--full', '--json'],
  ],
  // Starts servers, and these do not start: `tools.test.ts` looks at that.
  'tools check': [],
  logs: [['logs', 'memory']],
  stats: [['stats'], ['stats', '--json']],
  'secrets list': [['secrets', 'list']],
  'secrets check': [
    ['secrets', 'check', '--all'],
    ['secrets', 'check', 'github-token', '--json'],
  ],
  'grant list': [['grant', 'list']],
  drift: [['drift'], ['drift', '--json']],
  'service status': [['service', 'status']],
  show: [['show', 'plan.json']],
  status: [['status'], ['status', '--json']],
  explain: [['explain', 'claude-code/user/memory']],
  history: [['history']],
  'state list': [['state', 'list']],
  doctor: [['doctor'], ['doctor', '--all-backends']],
  completion: [['completion', 'bash']],
};

it('knows a call for every command that may not write', () => {
  const reading = CATALOGUE.filter(({ touches }) => touches !== 'write').map(({ name }) => name);
  expect(Object.keys(calls)).toEqual(reading);
});

/** What the secret of `TOOLS` is asked of. */
const ENV = { GITHUB_TOKEN: 'a value for secrets check' };

/** Only the cache may change. */
const isCache = (path: string): boolean => path === '.cache' || path.startsWith('.cache/');

describe.concurrent('a command that only looks', () => {
  const rows = Object.entries(calls).flatMap(([name, all]) => all.map((args) => ({ name, args })));

  it('leaves every byte of the home as it is, with drift, foreign entries and a hold in it', () =>
    onStage(async (stage) => {
      await fill(stage);
      // What was just made has its own times settled before we look.
      const before = await fingerprint(stage.home.folder, isCache);
      for (const { args, name } of rows) {
        const { stderr } = await stage.expectExit(name === 'logs' ? 1 : 0, args, { env: ENV });
        expect(stderr, args.join(' ')).not.toContain('SYSTEM_READ_ONLY');
        expect(await fingerprint(stage.home.folder, isCache), args.join(' ')).toEqual(before);
      }
    }));

  it('makes nothing in a home where nothing was ever applied', () =>
    onStage(async (stage) => {
      const before = await fingerprint(stage.home.folder, isCache);
      for (const { args, name } of rows) {
        const exitCode = name === 'show' || name === 'logs' ? 1 : 0;
        await stage.expectExit(exitCode, args, { env: ENV });
        expect(await fingerprint(stage.home.folder, isCache), args.join(' ')).toEqual(before);
      }
    }));

  it('works without a cache, and without a home it may write to', () =>
    onStage(async (stage) => {
      await stage.write({ cache: 'a file where the cache folder would be' });
      const env = { XDG_CACHE_HOME: `${stage.home.folder}/cache` };
      const { stdout } = await stage.expectExit(0, ['plan'], { env });
      expect(stdout).toContain('Plan: 2 to create.');
    }));

  it('plan --out writes the plan and the key that seals it, nothing else', () =>
    onStage(async (stage) => {
      const before = await fingerprint(stage.home.folder, isCache);
      await stage.expectExit(0, ['plan', '--out', 'plan.json']);
      const after = await fingerprint(stage.home.folder, isCache);
      const made = Object.keys(after).filter((path) => before[path] === undefined);
      const files = made.filter((path) => !after[path]?.startsWith('folder'));
      expect(files).toEqual(['.local/state/mcpform/machine.key', 'project/plan.json']);
      expect(after['project/plan.json']).toContain(' 100600 ');
    }));
});

async function fill({ write, apply, read, expectExit }: Stage): Promise<void> {
  await write({ '.claude.json': '{"mcpServers": {"theirs": {"command": "x", "env": {"KEY": "v"}}}}' });
  await apply();
  await write({ 'project/mcp.yaml': TOOLS.replace('1.0.0', '2.0.0') });
  await apply();
  await expectExit(0, ['plan', '--out', 'plan.json']);
  await expectExit(0, ['rollback', '1', '--auto-approve', '--no-settle']);
  await write({ '.claude.json': (await read('.claude.json')).replace('1.0.0', 'by hand') });
}
