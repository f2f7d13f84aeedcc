import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../src/cli/catalogue.ts';
import { start } from './child.ts';
import { violations } from './schemas.ts';
import { BOOKS, onStage, type Stage, TOOLS } from './stage.ts';

/** A call of each command that succeeds in a home where `TOOLS` was applied once, with one entry beside. */
const calls: Readonly<Record<string, readonly string[]>> = {
  init: ['init', '-f', 'new.yaml', '--import'],
  import: ['import'],
  validate: ['validate'],
  plan: ['plan'],
  apply: ['apply', '--auto-approve', '--no-settle'],
  destroy: ['destroy', '--auto-approve', '--no-settle'],
  lock: ['lock'],
  outdated: ['outdated'],
  'images list': ['images', 'list'],
  'images verify': ['images', 'verify'],
  'images copy': ['images', 'copy', '--to', 'registry.example.com/team'],
  'images pull': ['images', 'pull'],
  'images prune': ['images', 'prune'],
  stats: ['stats'],
  'secrets list': ['secrets', 'list'],
  'secrets check': ['secrets', 'check', '--all'],
  'grant list': ['grant', 'list'],
  'grant add': ['grant', 'add', 'claude-code/user/github'],
  'grant revoke': ['grant', 'revoke', 'claude-code/user/github'],
  reconcile: ['reconcile', '--once', '--mode', 'enforce'],
  drift: ['drift'],
  suspend: ['suspend', '--until', '2h'],
  'service status': ['service', 'status'],
  show: ['show', 'plan.json'],
  status: ['status'],
  explain: ['explain', 'claude-code/user/github'],
  history: ['history'],
  rollback: ['rollback', '1', '--auto-approve', '--no-settle'],
  resume: ['resume'],
  forget: ['forget', 'claude-code/user/memory', '--auto-approve'],
  'state list': ['state', 'list'],
  'state mv': ['state', 'mv', 'claude-code/user/memory', 'claude-code/user/renamed'],
  'state rm': ['state', 'rm', 'claude-code/user/memory'],
  'state rebuild': ['state', 'rebuild', '--auto-approve'],
  'state unlock': ['state', 'unlock'],
  doctor: ['doctor'],
};

/** No server of `TOOLS` has a container, no secret can be written, no service or deleted entry is there, no server starts: each has its own tests. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  'logs',
  'restore',
  'secrets set',
  'service install',
  'service uninstall',
  'tools check',
  'tools lock',
]);

it('knows a call for every command that takes --json', () => {
  const taking = CATALOGUE.filter(
    ({ name, options }) => !ELSEWHERE.has(name) && options.some(({ flags }) => flags === '--json'),
  );
  expect(Object.keys(calls)).toEqual(taking.map(({ name }) => name));
});

describe.concurrent('--json', () => {
  const documents = Object.entries(calls).filter(([name]) => !streams(name));
  it.each(documents)(
    'of %s is one document with its version on stdout, and nothing on stderr',
    (_name, args) =>
      onStage(async (stage) => {
        await fill(stage);
        const env = { GITHUB_TOKEN: 'a value for secrets check' };
        const { stdout, stderr } = await stage.expectExit(0, [...args, '--json'], { env });
        expect(stderr).toBe('');
        expect(JSON.parse(stdout)).toMatchObject({ formatVersion: '1.0' });
        expect(stdout.endsWith('}\n')).toBe(true);
      }),
  );

  it.each(['images pull', 'images prune'])('of %s is a stream of its own events', (name) =>
    onStage(async (stage) => {
      await fill(stage);
      const { stdout, stderr } = await stage.expectExit(0, [...(calls[name] ?? []), '--json']);
      expect(stderr).toBe('');
      const events = parseEvents(stdout);
      expect(events.flatMap((event) => violations('event', event))).toEqual([]);
      expect(events.at(-1)).toMatchObject({ kind: 'run.finished', exitCode: 0, outcomes: [] });
    }),
  );

  const planning = Object.entries(calls).filter(([name]) => streams(name) && !name.startsWith('images'));
  it.each(planning)('of %s is one event per line, each as the schema has it', (_name, args) =>
    onStage(async (stage) => {
      await fill(stage);
      const { stdout, stderr } = await stage.expectExit(0, [...args, '--json']);
      expect(stderr).toBe('');
      const events = parseEvents(stdout);
      expect(events[0]).toMatchObject({ version: '1.0' });
      expect(events[1]).toMatchObject({ kind: 'run.started', formatVersion: '1.0', stack: 'tools' });
      expect(events.slice(1).map(({ sequence }) => sequence)).toEqual([...events.keys()].slice(0, -1));
      expect(events.at(-1)).toMatchObject({ kind: 'run.finished', exitCode: 0 });
      const { plan } = events.find(({ kind }) => kind === 'plan.ready') ?? {};
      expect(violations('plan', plan)).toEqual([]);
      const { outcomes } = events.at(-1) as { outcomes: { address: string }[] };
      const { steps } = plan as { steps: { address: string }[] };
      expect(outcomes.map(({ address }) => address)).toEqual(steps.map(({ address }) => address));
    }),
  );

  it.each([
    ['without a manifest', ['apply'], async ({ write }: Stage) => write({ 'project/mcp.yaml': '' })],
    ['without an approval', ['apply'], async () => {}],
    [
      'with a conflict',
      ['apply', '--auto-approve', '--no-settle'],
      async ({ write }: Stage) =>
        write({ '.claude.json': { mcpServers: { memory: { command: 'not ours' } } } }),
    ],
    [
      'with a config that cannot be read',
      ['destroy', '--auto-approve'],
      async ({ apply, write }: Stage) => {
        await apply();
        await write({ '.claude.json': '{' });
      },
    ],
  ] as const)('is a stream as the schema has it, to its last line, %s', (_what, args, before) =>
    onStage(async (stage) => {
      await before(stage);
      const { stdout, stderr, exitCode } = await stage.run([...args, '--json']);
      expect(stderr).toBe('');
      expect(exitCode).not.toBe(0);
      expect(parseEvents(stdout).at(-1)).toMatchObject({ kind: 'run.finished', exitCode });
    }),
  );

  it('of plan is as its schema has it, in every mode, and the same bytes each time', () =>
    onStage(async (stage) => {
      await fill(stage);
      await stage.write({
        'project/mcp.yaml': TOOLS.replace('1.0.0', '2.0.0').replace('github:', 'renamed:'),
      });
      for (const mode of [[], ['--destroy'], ['--drift-only'], ['--target', 'claude-code/user/memory']]) {
        const { stdout } = await stage.expectExit(0, ['plan', '--json', ...mode]);
        expect(violations('plan', JSON.parse(stdout)), mode.join(' ')).toEqual([]);
        expect((await stage.expectExit(0, ['plan', '--json', ...mode])).stdout).toBe(stdout);
      }
    }));
});

describe.concurrent('the books', () => {
  it('are as the published schema has them', () =>
    onStage(async ({ apply, home, read, write }) => {
      await apply();
      await write({ 'project/mcp.yaml': TOOLS.replace('1.0.0', '2.0.0') });
      await apply();
      for (const file of ['inventory.json', 'inventory.previous.json']) {
        expect(violations('inventory', JSON.parse(await read(`${BOOKS}/${file}`)))).toEqual([]);
      }
      for (const number of ['000001', '000002']) {
        const generation = JSON.parse(await read(`${BOOKS}/generations/${number}.json`));
        expect(violations('inventory#/$defs/generation', generation)).toEqual([]);
      }
      const stubs = join('.local/share/mcpform/lineages');
      for (const name of await readdir(join(home.folder, stubs))) {
        expect(
          violations('inventory#/$defs/lineageStub', JSON.parse(await read(`${stubs}/${name}`))),
        ).toEqual([]);
      }
    }));

  it('hold one whole line per record of the journal, and the owner of the lock, while an apply is at work', () =>
    onStage(async ({ home, read }) => {
      const child = start(['apply', '--auto-approve', '--json'], home);
      await child.says('"kind":"settling"');
      const [journal, lock] = [await read(`${BOOKS}/journal.ndjson`), await read(`${BOOKS}/lock`)];
      expect((await child.ended).exitCode).toBe(0);
      expect(violations('inventory#/$defs/lockOwner', JSON.parse(lock))).toEqual([]);
      const lines = journal
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(lines.flatMap(({ begin }) => begin)).toHaveLength(2);
      expect(lines.flatMap(({ end }) => end)).toHaveLength(2);
      for (const line of lines) expect(violations('inventory#/$defs/journalLine', line)).toEqual([]);
    }));
});

function streams(name: string): boolean {
  return CATALOGUE.find((spec) => spec.name === name)?.streams === true;
}

async function fill({ write, apply, expectExit }: Stage): Promise<void> {
  await write({ '.claude.json': { mcpServers: { theirs: { command: 'x' } } } });
  await apply();
  await expectExit(0, ['plan', '--out', 'plan.json']);
}

function parseEvents(stdout: string): readonly Record<string, unknown>[] {
  expect(stdout.endsWith('\n')).toBe(true);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => {
      const event = JSON.parse(line);
      expect(violations('event', event), line).toEqual([]);
      return event;
    });
}
