import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { onStage, type Stage } from '../cli/stage.ts';
import { type Hit, searchFor } from './support/search.ts';

/** As services make them, so that they are known by their looks; and one that only its place gives away. */
const KEYS = {
  env: ['ghp', '_', 'c4n4ryEnvB2C3d4E5f6G7h8I9j0K1l2M3n4O5'].join(''),
  header: ['lin', '_api_', 'c4n4ryHeaX7w6V5u4T3s2R1q0P9o8N7m6L5k4'].join(''),
  url: ['glpat', '-', 'c4n4ryUrlX7w6V5u4T3s'].join(''),
  argument: ['sk-ant', '-api03-', `c4n4ryArg${'a1B2c3D4e5'.repeat(8)}-AA`].join(''),
  password: 'c4n4ryPwdhunter2correcthorse',
};

const server = (name: string) => ({
  type: 'stdio',
  command: 'node',
  args: [`${name}.js`, '--api-key', KEYS.argument, `--token=${KEYS.argument}`],
  env: { GITHUB_TOKEN: KEYS.env, PASSWORD: KEYS.password },
});
const remote = {
  type: 'http',
  url: `https://user:${KEYS.password}@mcp.example.com/${KEYS.url}?api_key=${KEYS.url}#${KEYS.url}`,
  headers: { Authorization: `Bearer ${KEYS.header}`, 'X-Api-Key': KEYS.password },
};

const MANIFEST = `apiVersion: mcpform/v1
kind: Stack
name: tools
servers:
  ours: { command: node, args: [ours.js], env: { MODE: all } }
  theirs: { command: node, args: [ours.js] }
  remote: { url: "https://mcp.example.com/", headers: { X: y } }
`;

/** What clients write themselves, and our copies of it from before we wrote it. */
const KEPT = [
  /^\.claude\.json$/,
  /^\.claude\.json\.tmp\./,
  /^project\/\.mcp\.json$/,
  /^project\/\.claude\//,
  /^\.claude\//,
  /^\.local\/state\/mcpform\/claude-code\.backups\//,
  /^store\//,
];

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
      await paste(stage);
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
      await paste(stage);
      for (const args of LOOKS) await run(args);
      await run(['apply', 'plan.json', '--no-settle']);
      await paste(stage);
      await run([...APPLY, '--json']);
      await paste(stage);
      await run(['rollback', '1', '--auto-approve', '--no-settle']);
      await run(['resume']);
      await paste(stage);
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
        await paste(stage);
        await run(args);
        await run(['plan']);
      },
      manifest,
      [/^\.config\/mcpform\/secrets\//],
    ),
  );
});

/** Into every file that a client reads, as people do it by hand. */
async function paste({ write, home }: Stage): Promise<void> {
  await mkdir(join(home.project, '.claude'), { recursive: true });
  const all = { ours: server('ours'), theirs: server('theirs'), foreign: server('foreign'), remote };
  await write({
    '.claude.json': {
      mcpServers: all,
      projects: { [home.project]: { mcpServers: { local: server('local'), localRemote: remote } } },
    },
    'project/.mcp.json': { mcpServers: { shared: server('shared'), sharedRemote: remote } },
    '.claude/settings.json': { env: { GITHUB_TOKEN: KEYS.env }, apiKeyHelper: `echo ${KEYS.argument}` },
    'project/.claude/settings.local.json': { env: { API_KEY: KEYS.password } },
  });
}

type Run = (args: readonly string[]) => Promise<void>;

async function searched(
  work: (stage: Stage, run: Run) => Promise<void>,
  manifest: string | null = MANIFEST,
  kept: readonly RegExp[] = [],
): Promise<void> {
  // Without what every key of its sort begins with: those who redact may leave that.
  const marks = Object.values(KEYS).map((key) => key.slice(key.indexOf('c4n4ry')));
  const search = searchFor(...marks.map((mark) => mark.slice(0, 16)));
  await onStage(async (stage) => {
    const hits: Hit[] = [];
    await work(stage, async (args) => {
      const { exitCode, stdout, stderr } = await stage.run(args);
      expect(exitCode, `${args.join(' ')}\n${stdout}${stderr}`).not.toBeNull();
      hits.push(...search.text(args.join(' '), stdout), ...search.text(args.join(' '), stderr));
    });
    const isKept = (path: string): boolean => [...KEPT, ...kept].some((pattern) => pattern.test(path));
    hits.push(...(await search.tree(stage.home.folder, isKept)));
    expect(hits).toEqual([]);
    // Where people pasted it, it is.
    expect(await search.tree(stage.home.folder, (path) => path !== '.claude.json')).not.toEqual([]);
  }, manifest);
}
