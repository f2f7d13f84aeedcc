import { describe, expect, it } from 'vitest';
import { onStage, type Stage } from '../cli/stage.ts';
import { CLIENT_FILES, MARKS, paste } from './support/pasted.ts';
import { type Hit, searchFor } from './support/search.ts';

const MANIFEST = `apiVersion: mcpform/v1
kind: Stack
name: tools
servers:
  ours: { command: node, args: [ours.js], env: { MODE: all } }
  theirs: { command: node, args: [ours.js] }
  remote: { url: "https://mcp.example.com/", headers: { X: y } }
`;

const APPLY = ['apply', '--auto-approve', '--no-settle'];
const ADDRESSES = ['claude-code/user/ours', 'claude-code/user/theirs', 'claude-code/user/foreign'];

const LOOKS: readonly (readonly string[])[] = [
  ['validate'],
  ['plan'],
  ['plan', '--json'],
  ['plan', '--markdown'],
  ['plan', '--compact'],
  ['plan', '--show-unchanged'],
  ['plan', '--drift-only'],
  ['plan', '--destroy'],
  ['plan', '--check-secrets', '--json'],
  ['plan', '--graph', 'dot'],
  ['plan', '--graph', 'mermaid'],
  ['plan', '--out', 'plan.json'],
  ['show', 'plan.json'],
  ['show', 'plan.json', '--json'],
  ...ADDRESSES.flatMap((address) => [
    ['plan', '--take-ownership', address],
    ['plan', '--take-ownership', address, '--json'],
    ['explain', address],
    ['explain', address, '--json'],
  ]),
  ['status'],
  ['status', '--json'],
  ['history', '--json'],
  ['secrets', 'list', '--json'],
  ['grant', 'list', '--json'],
  ['doctor'],
  ['doctor', '--json'],
  ['outdated', '--json'],
  ['state', 'list', '--json'],
];

describe.concurrent('a key that somebody pasted', () => {
  it('into entries that are not ours is in nothing that we say or leave', { timeout: 300_000 }, () =>
    searched(async (stage, run) => {
      await paste(stage.home);
      for (const args of LOOKS) await run(args);
      await run([...APPLY, '--json']);
      await run(['apply', '--auto-approve', '--no-settle', '--take-ownership', 'claude-code/user/theirs']);
      for (const args of LOOKS) await run(args);
      await run(['destroy', '--auto-approve', '--no-settle', '--json']);
    }),
  );

  it('into entries of ours is in nothing that we say or leave', { timeout: 300_000 }, () =>
    searched(async (stage, run) => {
      await run(APPLY);
      await paste(stage.home);
      for (const args of LOOKS) await run(args);
      await run(['apply', 'plan.json', '--no-settle']);
      await paste(stage.home);
      await run([...APPLY, '--json']);
      await paste(stage.home);
      await run(['rollback', '1', '--auto-approve', '--no-settle']);
      await run(['resume']);
      await paste(stage.home);
      await run(['forget', ...ADDRESSES.slice(0, 1), '--auto-approve']);
      await run(['state', 'rebuild', '--auto-approve']);
      for (const args of LOOKS) await run(args);
      await run(['destroy', '--auto-approve', '--no-settle']);
    }),
  );

  it.each([
    ['import', ['import'], MANIFEST],
    ['import --json', ['import', '--json'], MANIFEST],
    ['init --import', ['init', '--import', '--name', 'tools', '-f', 'new.yaml'], null],
    ['import into files', ['import', '--secrets-to', 'file'], MANIFEST],
  ] as const)('is not in the manifest that %s writes', { timeout: 300_000 }, (_, args, manifest) =>
    searched(
      async (stage, run) => {
        await paste(stage.home);
        await run(args);
        await run(['plan']);
      },
      manifest,
      [/^\.config\/mcpform\/secrets\//],
    ),
  );
});

type Run = (args: readonly string[]) => Promise<void>;

async function searched(
  work: (stage: Stage, run: Run) => Promise<void>,
  manifest: string | null = MANIFEST,
  kept: readonly RegExp[] = [],
): Promise<void> {
  const search = searchFor(...MARKS);
  await onStage(async (stage) => {
    const hits: Hit[] = [];
    await work(stage, async (args) => {
      const { exitCode, stdout, stderr } = await stage.run(args);
      expect(exitCode, `${args.join(' ')}\n${stdout}${stderr}`).not.toBeNull();
      hits.push(...search.text(args.join(' '), stdout), ...search.text(args.join(' '), stderr));
    });
    const isKept = (path: string): boolean =>
      [...CLIENT_FILES, ...kept].some((pattern) => pattern.test(path));
    hits.push(...(await search.tree(stage.home.folder, isKept)));
    expect(hits).toEqual([]);
    // Where people pasted it, it is.
    expect(await search.tree(stage.home.folder, (path) => path !== '.claude.json')).not.toEqual([]);
  }, manifest);
}
