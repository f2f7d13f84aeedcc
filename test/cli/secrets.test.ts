import { describe, expect, it } from 'vitest';
import { filesWith, onStage, type Stage, TOOLS } from './stage.ts';

const CANARY = 'canary-7f3a9c51e0b24d68';

describe.concurrent('the value of a secret in the environment', () => {
  it('is never read: the client gets a reference, and no output, file or backup of ours has the value', () =>
    onStage(async (stage) => {
      const said = await useEverything(stage, { GITHUB_TOKEN: CANARY });
      expect(said).not.toContain(CANARY);
      expect(await filesWith(stage.home.folder, CANARY)).toEqual([]);
      // Each plan block names what it would hand over, and the entry holds the reference.
      expect(said).toContain('receives secret github-token (env:GITHUB_TOKEN), new');
      expect(said).toContain('"Bearer ${GITHUB_TOKEN}"');
    }));
});

describe.concurrent('a credential that somebody pasted into the client', () => {
  it('is shown by no command and in no file of ours but the backup of that very config', () =>
    onStage(async (stage) => {
      await stage.apply();
      const pasted = (await stage.read('.claude.json')).replace('memory@1.0.0', CANARY);
      await stage.write({ '.claude.json': pasted });
      const said: string[] = [];
      for (const args of LOOKS) {
        const { stdout, stderr } = await stage.run(args);
        said.push(stdout, stderr);
      }
      await stage.write({ 'project/mcp.yaml': TOOLS.replace('1.0.0', '3.0.0') });
      const { stdout, stderr } = await stage.apply();
      expect([...said, stdout, stderr].join('\n')).not.toContain(CANARY);
      const files = await filesWith(stage.home.folder, CANARY);
      expect(files.filter((file) => !file.startsWith('.local/state/mcpform/claude-code.backups/'))).toEqual(
        [],
      );
    }));

  it('is not shown in a conflict over a name that is not ours', () =>
    onStage(async (stage) => {
      const theirs = { command: 'other', args: [CANARY], env: { KEY: CANARY } };
      await stage.write({ '.claude.json': { mcpServers: { memory: theirs } } });
      for (const args of LOOKS) {
        const { stdout, stderr } = await stage.run(args);
        expect(`${stdout}${stderr}`, args.join(' ')).not.toContain(CANARY);
      }
      const files = await filesWith(stage.home.folder, CANARY);
      expect(files).toEqual(['.claude.json']);
    }));
});

const LOOKS: readonly (readonly string[])[] = [
  ['plan'],
  ['plan', '--json'],
  ['plan', '--markdown'],
  ['plan', '--graph', 'dot'],
  ['plan', '--destroy'],
  ['plan', '--drift-only'],
  ['plan', '--out', 'plan.json'],
  ['plan', '--take-ownership', 'claude-code/user/memory', '--json'],
  ['show', 'plan.json'],
  ['status'],
  ['status', '--json'],
  ['explain', 'claude-code/user/memory'],
  ['explain', 'claude-code/user/memory', '--json'],
  ['doctor', '--json'],
  ['secrets', 'list'],
  ['secrets', 'check', '--all'],
  ['secrets', 'check', '--all', '--json'],
  ['grant', 'list', '--json'],
];

/** Everything a person does in a week; all that was said. */
async function useEverything(
  { run, write, read }: Stage,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const said: string[] = [];
  const say = async (...args: string[]): Promise<void> => {
    const { stdout, stderr } = await run(args, { env });
    said.push(stdout, stderr);
  };
  await say('validate');
  await say('plan');
  await say('plan', '--json');
  await say('apply', '--auto-approve', '--no-settle', '--json');
  await write({ 'project/mcp.yaml': TOOLS.replace('1.0.0', '2.0.0') });
  await write({ '.claude.json': (await read('.claude.json')).replace('Bearer', 'Drifted') });
  await say('plan', '--out', 'plan.json');
  await say('apply', 'plan.json', '--no-settle');
  for (const args of LOOKS) await say(...args);
  await say('history', '--json');
  await say('rollback', '1', '--auto-approve', '--no-settle');
  await say('resume');
  await say('state', 'list', '--json');
  await say('destroy', '--auto-approve', '--no-settle');
  return said.join('\n');
}
