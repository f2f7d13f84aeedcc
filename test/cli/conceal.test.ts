import { describe, expect, it } from 'vitest';
import { onStage } from './stage.ts';

/** With every character that some text writes differently. */
const CANARY = `canary/7f3a+9c51 "e0b2'4d68\\%é`;
const FORMS: readonly (readonly [string, string])[] = [
  ['as it is', CANARY],
  ['in a URL', encodeURIComponent(CANARY)],
  ['in base64', Buffer.from(CANARY).toString('base64')],
  ['in base64 for URLs', Buffer.from(CANARY).toString('base64url')],
  ['in hex', Buffer.from(CANARY).toString('hex')],
  ['in JSON', JSON.stringify(CANARY).slice(1, -1)],
  ['in JSON in JSON', JSON.stringify(JSON.stringify(CANARY)).slice(3, -3)],
];

/** Somebody wrote the value of a secret where texts are shown, in every way they know. */
const MANIFEST = `apiVersion: mcpform/v1
kind: Stack
name: tools
secrets: { token: { env: CANARY } }
servers:
  shown:
    command: run
    args: ${JSON.stringify(FORMS.slice(0, 1).map(([, form]) => form))}
  others:
    command: run
    args: ${JSON.stringify(FORMS.slice(1).map(([, form]) => `x${form}y`))}
  user: { command: run, env: { KEY: "\${secret.token}" } }
`;

const LOOKS: readonly (readonly string[])[] = [
  ['validate'],
  ['validate', '--json'],
  ['plan'],
  ['plan', '--json'],
  ['plan', '--markdown'],
  ['plan', '--compact'],
  ['plan', '--graph', 'dot'],
  ['plan', '--out', 'plan.json'],
  ['show', 'plan.json'],
  ['show', 'plan.json', '--json'],
  ['status', '--json'],
  ['plan', '--target', `claude-code/user/${CANARY}`],
  ['plan', '--target', `claude-code/user/${CANARY}`, '--json'],
  ['plan', '--out', `no/${CANARY}/plan.json`],
  ['explain', CANARY],
  ['explain', CANARY, '--json'],
];

describe.concurrent('a secret that the environment has', () => {
  it('is in nothing that a command says or saves, in no form, wherever the manifest repeats it', () =>
    onStage(async (stage) => {
      const env = { CANARY };
      for (const args of LOOKS) {
        const { stdout, stderr } = await stage.run(args, { env });
        expectNone(`${stdout}${stderr}`, args.join(' '));
        if (args.includes('--json') && stdout !== '') expect(() => JSON.parse(stdout)).not.toThrow();
      }
      expectNone(await stage.read('project/plan.json'), 'the plan file');
      const plan = await stage.run(['plan'], { env });
      expect(plan.stdout).toContain('(secret)');
    }, MANIFEST));

  it('is in no event and no outcome of an apply', () =>
    onStage(async (stage) => {
      const { stdout, stderr } = await stage.run(['apply', '--auto-approve', '--no-settle', '--json'], {
        env: { CANARY },
      });
      expectNone(`${stdout}${stderr}`, 'apply --json');
      const events = stdout
        .trimEnd()
        .split('\n')
        .map((line): unknown => JSON.parse(line));
      expect(events.at(-1)).toMatchObject({ kind: 'run.finished' });
    }, MANIFEST));

  it('is left alone when it has fewer than 8 characters, for it may be any word', () =>
    onStage(async (stage) => {
      const { stdout } = await stage.run(['plan'], { env: { CANARY: 'run' } });
      expect(stdout).toContain('"run"');
      const other = await stage.run(['plan'], { env: { CANARY: 'run-run' } });
      expect(other.stdout).not.toContain('(secret)');
    }, MANIFEST));
});

function expectNone(text: string, what: string): void {
  for (const [how, form] of FORMS) expect(text.includes(form), `${what}: ${how}`).toBe(false);
}
