import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/model/json.ts';
import type { Work } from '../../../src/model/provider.ts';
import { claudeCode } from '../../../src/providers/claude-code/index.ts';
import {
  CONFIG,
  create,
  type MemoryWorld,
  memoryWorld,
  move,
  other,
  placeOf,
  remove,
  update,
  userPlace,
} from './world.ts';

const entry = (command: string): JsonObject => ({ type: 'stdio', command, args: [] });
const print = (servers: JsonObject): string => JSON.stringify({ mcpServers: servers });
const npm = (version: string) => ({
  '/bin/claude': { link: '/lib/claude-code/cli.js' },
  '/lib/claude-code/cli.js': '',
  '/lib/claude-code/package.json': JSON.stringify({ name: '@anthropic-ai/claude-code', version }),
});
const env = { PATH: '/usr/bin:/bin' };
const root = { identity: { uid: 0 } };

/** Somebody who read the file before us and writes it back at the given times after the last write. */
function overwriteAt(world: MemoryWorld, times: readonly number[], text: string, path = CONFIG): void {
  const { clock, files } = world.system;
  const start = clock.monotonic();
  const due = [...times];
  const sleep = clock.sleep.bind(clock);
  Object.assign(clock, {
    sleep: async (ms: number) => {
      await sleep(ms);
      while (due.length > 0 && clock.monotonic() - start >= (due[0] as number)) {
        due.shift();
        await files.remove(path);
        await files.create(path, text, { mode: 0o600, sync: true });
      }
    },
  });
}

async function performAndSettle(
  works: readonly Work[],
  world: MemoryWorld,
  between: () => void = () => undefined,
) {
  const performed = await claudeCode.perform(works, world.ctx);
  expect(performed.map(({ result }) => result)).toEqual(works.map(() => 'done'));
  between();
  const start = world.system.clock.monotonic();
  const settled = (await claudeCode.settle?.(works, world.ctx)) ?? [];
  return { settled, waitedMs: world.system.clock.monotonic() - start };
}

describe('settling', () => {
  it('looks once after 300 ms when the client respects the lock', async () => {
    const world = memoryWorld(npm('2.1.318'), { env });
    const { settled, waitedMs } = await performAndSettle([create(userPlace('a'), entry('x'))], world);
    expect(waitedMs).toBe(300);
    expect(settled).toMatchObject([{ result: 'done', observed: { attributes: entry('x') }, findings: [] }]);
    expect(world.events).toEqual([{ kind: 'settling', files: 1, waitMs: 300 }]);
  });

  it.each([
    ['an older client', npm('2.1.317')],
    ['an unknown client', {}],
  ])('looks after 0.5 s and after 2 s with %s', async (_, tree) => {
    const world = memoryWorld(tree, { env });
    const { waitedMs } = await performAndSettle([create(userPlace('a'), entry('x'))], world);
    expect(waitedMs).toBe(2_000);
  });

  it('looks twice at a project file, whatever the client', async () => {
    const world = memoryWorld({ ...npm('2.1.328'), '/repo/': '' }, { env, ...root });
    const works = [create(placeOf('/repo/.mcp.json', 'mcpServers', 'a'), entry('x'))];
    expect((await performAndSettle(works, world)).waitedMs).toBe(2_000);
  });

  it('does not wait when nothing was written', async () => {
    const world = memoryWorld({ [CONFIG]: print({ a: entry('x') }) });
    const { settled, waitedMs } = await performAndSettle([other('adopt', userPlace('a'), entry('x'))], world);
    expect(waitedMs).toBe(0);
    expect(settled).toMatchObject([{ result: 'done' }]);
  });

  it('writes again what somebody put back to what it had been, and says so', async () => {
    const before = print({ b: entry('old'), c: entry('gone'), z: entry('z') });
    const world = memoryWorld({ [CONFIG]: before }, { env });
    const works = [
      create(userPlace('a'), entry('x')),
      update(userPlace('b'), entry('old'), entry('new')),
      remove(userPlace('c'), entry('gone')),
      move(userPlace('z'), userPlace('y'), entry('z')),
    ];
    const { settled, waitedMs } = await performAndSettle(works, world, () =>
      overwriteAt(world, [400], before),
    );
    expect(settled.map(({ result }) => result)).toEqual(['done', 'done', 'done', 'done']);
    expect(settled.flatMap(({ findings }) => findings.map(({ code }) => code))).toEqual(
      Array(4).fill('CLIENT_LOST_AND_REWRITTEN'),
    );
    expect(waitedMs).toBe(2_500);
    expect(JSON.parse(await world.text(CONFIG))).toEqual({
      mcpServers: { a: entry('x'), b: entry('new'), y: entry('z') },
    });
  });

  it('counts every loss', async () => {
    const world = memoryWorld({}, { env });
    const between = (): void => overwriteAt(world, [400, 900], print({ theirs: entry('t') }));
    const { settled } = await performAndSettle([create(userPlace('a'), entry('x'))], world, between);
    expect(settled[0]?.findings.map(({ message }) => message)).toEqual([expect.stringContaining('2 times')]);
    expect(JSON.parse(await world.text(CONFIG))).toEqual({
      mcpServers: { theirs: entry('t'), a: entry('x') },
    });
  });

  it('gives up on a program that overwrites it for ever', async () => {
    const world = memoryWorld({}, { env });
    const times = Array.from({ length: 100 }, (_, index) => index * 400);
    const { settled, waitedMs } = await performAndSettle([create(userPlace('a'), entry('x'))], world, () =>
      overwriteAt(world, times, '{}'),
    );
    expect(settled).toMatchObject([{ result: 'failed', error: { code: 'CLIENT_CONTENDED' } }]);
    expect(waitedMs).toBeLessThan(15_000);
  });

  it('leaves alone what somebody made of it since', async () => {
    const world = memoryWorld({}, { env });
    const theirs = print({ a: entry('theirs') });
    const { settled } = await performAndSettle([create(userPlace('a'), entry('x'))], world, () =>
      overwriteAt(world, [400], theirs),
    );
    expect(settled).toMatchObject([{ result: 'done', observed: { attributes: entry('theirs') } }]);
    expect(settled[0]?.findings.map(({ code }) => code)).toEqual(['CLIENT_CHANGED_AFTER_WRITE']);
    expect(await world.text(CONFIG)).toBe(theirs);
  });

  it('fails when the file can no longer be read', async () => {
    const world = memoryWorld({}, { env });
    const { settled } = await performAndSettle([create(userPlace('a'), entry('x'))], world, () =>
      overwriteAt(world, [400], '{'),
    );
    expect(settled).toMatchObject([{ result: 'failed', error: { code: 'CLIENT_FILE_INVALID' } }]);
    expect(await world.text(CONFIG)).toBe('{');
  });

  it('does not let one lost entry fail the others when the lock is kept by somebody', async () => {
    const world = memoryWorld({ [CONFIG]: '{}' }, { env });
    const works = [create(userPlace('a'), entry('x')), create(userPlace('b'), entry('y'))];
    const { settled } = await performAndSettle(works, world, () => {
      overwriteAt(world, [400], print({ b: entry('y') }));
      world.system.locks.held.add(`${CONFIG}.lock`);
    });
    expect(settled.map(({ result }) => result)).toEqual(['failed', 'done']);
    expect(settled[0]?.error?.code).toBe('CLIENT_LOCK_BUSY');
  });

  it('looks at both ends of a move between files', async () => {
    const before = print({ a: entry('x') });
    const world = memoryWorld({ [CONFIG]: before, '/repo/': '' }, { env, ...root });
    const works = [move(userPlace('a'), placeOf('/repo/.mcp.json', 'mcpServers', 'a'), entry('x'))];
    const { settled } = await performAndSettle(works, world, () => overwriteAt(world, [400], before));
    expect(settled).toMatchObject([{ result: 'done', observed: { attributes: entry('x') } }]);
    expect(settled[0]?.findings.map(({ code }) => code)).toEqual(['CLIENT_LOST_AND_REWRITTEN']);
    expect(JSON.parse(await world.text(CONFIG))).toEqual({ mcpServers: {} });
  });
});

describe('the version of the client', () => {
  const native = { '/bin/claude': 'ELF' };
  const answering = (stdout: string, exitCode = 0) => {
    const calls: string[] = [];
    const run = async (command: string, args: readonly string[]) => {
      calls.push([command, ...args].join(' '));
      return { exitCode, stdout, stderr: '' };
    };
    return { calls, run };
  };
  const waited = async (world: MemoryWorld): Promise<number> =>
    (await performAndSettle([create(userPlace(`a${world.system.clock.now()}`), entry('x'))], world)).waitedMs;

  it('is asked once of a program that is no package, until the program changes', async () => {
    const { calls, run } = answering('2.1.328 (Claude Code)\n');
    const world = memoryWorld(native, { env, run, ...root });
    expect(await waited(world)).toBe(300);
    expect(await waited(world)).toBe(300);
    expect(calls).toEqual(['/bin/claude --version']);
    await world.system.files.fill('/bin/claude', 'ELF 2', { sync: true });
    await waited(world);
    expect(calls).toHaveLength(2);
  });

  it.each([
    ['fails', answering('', 1)],
    ['says something else', answering('hello')],
  ])('counts as old when the program %s', async (_, { run }) => {
    expect(await waited(memoryWorld(native, { env, run }))).toBe(2_000);
  });

  it('counts as old when the program cannot be started', async () => {
    expect(await waited(memoryWorld(native, { env }))).toBe(2_000);
  });

  it.each([
    ['2.0.400', 2_000],
    ['2.2.0', 300],
    ['3.0.0', 300],
    ['1.9.999', 2_000],
    ['10.0.0-beta', 300],
  ])('%s waits %i ms', async (version, ms) => {
    expect(await waited(memoryWorld(npm(version), { env }))).toBe(ms);
  });

  it('does not take the package of another program for it', async () => {
    const tree = {
      '/bin/claude': '',
      '/bin/package.json': JSON.stringify({ name: 'other', version: '9.9.9' }),
    };
    expect(await waited(memoryWorld(tree, { env }))).toBe(2_000);
  });
});
