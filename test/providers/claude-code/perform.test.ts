import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/model/json.ts';
import type { Work } from '../../../src/model/provider.ts';
import { claudeCode } from '../../../src/providers/claude-code/index.ts';
import {
  CONFIG,
  create,
  HOME,
  type MemoryWorld,
  memoryWorld,
  move,
  observe,
  other,
  placeOf,
  remove,
  update,
  userPlace,
} from './world.ts';

const entry = (command: string, more: JsonObject = {}): JsonObject => ({
  type: 'stdio',
  command,
  args: [],
  ...more,
});
const print = (value: JsonObject): string => JSON.stringify(value, null, 2);
const perform = (works: readonly Work[], world: MemoryWorld) => claudeCode.perform(works, world.ctx);
const identityOf = async (world: MemoryWorld, path = CONFIG) => {
  const { inode, modifiedMs } = await world.system.files.stat(path);
  return { inode, modifiedMs };
};

describe('writing entries', () => {
  it('creates the config with the mode of the client when there is none', async () => {
    const world = memoryWorld();
    const [performed] = await perform([create(userPlace('a'), entry('x'))], world);
    expect(performed).toMatchObject({ result: 'done', observed: { attributes: entry('x') }, findings: [] });
    expect(await world.text(CONFIG)).toBe(print({ mcpServers: { a: entry('x') } }));
    expect((await world.system.files.stat(CONFIG)).mode).toBe(0o600);
    expect(world.system.locks.taken).toEqual([`${CONFIG}.lock`]);
  });

  it('writes all steps of a file with one rename, and keeps mode and every other byte', async () => {
    const text =
      '\uFEFF{\r\n\t"big": 12345678901234567890,\r\n\t"mcpServers": {"keep" : {"command":"k"}}\r\n}\r\n';
    const world = memoryWorld({ [CONFIG]: text });
    const before = await world.system.files.stat(CONFIG);
    let renames = 0;
    const { rename } = world.system.files;
    world.system.files.rename = (from, to) => {
      renames += 1;
      return rename.call(world.system.files, from, to);
    };
    const works = ['a', 'b', 'c'].map((name) => create(userPlace(name), entry(name)));
    await perform(works, world);
    expect(renames).toBe(1);
    const written = await world.text(CONFIG);
    expect(
      written.startsWith(
        '\uFEFF{\r\n\t"big": 12345678901234567890,\r\n\t"mcpServers": {"keep" : {"command":"k"},',
      ),
    ).toBe(true);
    expect(written.endsWith('}\r\n}\r\n')).toBe(true);
    expect((await world.system.files.stat(CONFIG)).mode).toBe(before.mode);
  });

  it('updates only the paths of the step and keeps fields nobody knows', async () => {
    const before = { command: 'x', cwd: '/tmp', env: { A: '1', B: '2' } };
    const world = memoryWorld({ [CONFIG]: print({ mcpServers: { a: before } }) });
    const after = entry('y', { env: { B: '2', C: '3' }, cwd: '/tmp' });
    const [performed] = await perform([update(userPlace('a'), before, after)], world);
    expect(performed?.result).toBe('done');
    expect(performed?.observed?.unknown).toEqual(['/cwd']);
    expect(await world.text(CONFIG)).toBe(
      print({ mcpServers: { a: { command: 'y', cwd: '/tmp', env: { B: '2', C: '3' } } } }),
    );
  });

  it('does not write when everything is as it should be', async () => {
    const world = memoryWorld({ [CONFIG]: print({ mcpServers: { a: entry('x') } }) });
    const before = await identityOf(world);
    const works = [
      update(userPlace('a'), entry('x'), entry('x')),
      other('adopt', userPlace('a'), entry('x')),
      other('record', userPlace('a'), entry('x')),
      other('forget', userPlace('a'), entry('x')),
      remove(userPlace('gone'), entry('x')),
    ];
    expect((await perform(works, world)).map(({ result }) => result)).toEqual(Array(5).fill('done'));
    expect(await identityOf(world)).toEqual(before);
  });

  it('leaves an empty map behind the last entry, as the client does', async () => {
    const world = memoryWorld({ [CONFIG]: print({ a: 1, mcpServers: { a: entry('x') } }) });
    const [performed] = await perform([remove(userPlace('a'), entry('x'))], world);
    expect(performed).toMatchObject({ result: 'done', observed: null });
    expect(await world.text(CONFIG)).toBe(print({ a: 1, mcpServers: {} }));
  });

  it('makes no more than it needs of a project that the config does not know', async () => {
    const world = memoryWorld({ [CONFIG]: print({ numStartups: 3 }) });
    await perform([create(placeOf(CONFIG, 'projects', '/repo', 'mcpServers', 'a'), entry('x'))], world);
    expect(await world.text(CONFIG)).toBe(
      print({ numStartups: 3, projects: { '/repo': { mcpServers: { a: entry('x') } } } }),
    );
  });

  it('writes the older name of the timeout away', async () => {
    const before = { type: 'http', url: 'https://a.example', request_timeout_ms: 5000 };
    const world = memoryWorld({ [CONFIG]: print({ mcpServers: { a: before } }) });
    await perform([update(userPlace('a'), before, { ...before, request_timeout_ms: 9000 })], world);
    expect(JSON.parse(await world.text(CONFIG))).toEqual({
      mcpServers: { a: { type: 'http', url: 'https://a.example', timeout: 9000 } },
    });
  });
});

describe('the lock', () => {
  it('is not taken when there is nothing to write', async () => {
    const world = memoryWorld({ [CONFIG]: print({ mcpServers: { a: entry('x') } }) });
    await perform([remove(userPlace('b'), entry('x')), create(userPlace('a'), entry('y'))], world);
    expect(world.system.locks.taken).toEqual([]);
  });

  it('is held for the last comparison and the rename only', async () => {
    const world = memoryWorld({ [CONFIG]: '{}' });
    const { files, locks } = world.system;
    const isHeld: string[] = [];
    for (const call of ['read', 'create', 'createLike', 'fill', 'rename', 'syncFolder'] as const) {
      const run = files[call].bind(files) as (...args: never[]) => Promise<never>;
      Object.assign(files, {
        [call]: (...args: never[]) => {
          if (locks.held.size > 0) isHeld.push(call);
          return run(...args);
        },
      });
    }
    await perform([create(userPlace('a'), entry('x'))], world);
    expect(isHeld).toEqual(['read', 'rename', 'syncFolder']);
  });
});

describe('preconditions', () => {
  it.each<[string, JsonObject, Work]>([
    [
      'something stands where a new entry was to go',
      { a: entry('other') },
      create(userPlace('a'), entry('x')),
    ],
    ['even when it is equal', { a: entry('x') }, create(userPlace('a'), entry('x'))],
    ['the entry to update is gone', {}, update(userPlace('a'), entry('x'), entry('y'))],
    ['the value to update moved', { a: entry('z') }, update(userPlace('a'), entry('x'), entry('y'))],
    [
      'a hidden value to update moved',
      { a: entry('x', { env: { K: '3' } }) },
      update(userPlace('a'), entry('x', { env: { K: '1' } }), entry('x', { env: { K: '2' } })),
    ],
    ['the entry to delete changed', { a: entry('x', { timeout: 5000 }) }, remove(userPlace('a'), entry('x'))],
    ['the entry to rename changed', { a: entry('y') }, move(userPlace('a'), userPlace('b'), entry('x'))],
    [
      'the new name is taken',
      { a: entry('x'), b: entry('y') },
      move(userPlace('a'), userPlace('b'), entry('x')),
    ],
    ['what was to be adopted changed', { a: entry('y') }, other('adopt', userPlace('a'), entry('x'))],
  ])('fails one step and performs the others when %s', async (_, servers, work) => {
    const world = memoryWorld({ [CONFIG]: print({ mcpServers: servers }) });
    const results = await perform([work, create(userPlace('new'), entry('n'))], world);
    expect(results.map(({ result }) => result)).toEqual(['failed', 'done']);
    expect(results[0]?.error?.code).toBe('CLIENT_ENTRY_MOVED');
    expect(JSON.parse(await world.text(CONFIG))).toEqual({ mcpServers: { ...servers, new: entry('n') } });
  });

  it('updates its own paths when something else of the entry moved', async () => {
    const world = memoryWorld({ [CONFIG]: print({ mcpServers: { a: entry('x', { timeout: 7000 }) } }) });
    const [performed] = await perform([update(userPlace('a'), entry('x'), entry('y'))], world);
    expect(performed?.result).toBe('done');
    expect(JSON.parse(await world.text(CONFIG))).toEqual({
      mcpServers: { a: entry('y', { timeout: 7000 }) },
    });
  });

  it('replaces what is no object only when the plan saw exactly that', async () => {
    const world = memoryWorld({ [CONFIG]: print({ mcpServers: { a: 'text', b: 'text' } }) });
    const observed = (await observe(world.ctx)).objects.get(userPlace('a').key)?.attributes as JsonObject;
    const works = [
      update(userPlace('a'), observed, entry('x')),
      update(userPlace('b'), { '': 'else' }, entry('x')),
    ];
    expect((await perform(works, world)).map(({ result }) => result)).toEqual(['done', 'failed']);
    expect(JSON.parse(await world.text(CONFIG))).toEqual({ mcpServers: { a: entry('x'), b: 'text' } });
  });

  it('fails only the steps whose keys stand twice', async () => {
    const text = '{"mcpServers":{"a":{"command":"1","command":"2"},"b":{"command":"1"}}}';
    const world = memoryWorld({ [CONFIG]: text });
    const works = [
      update(userPlace('a'), { command: '2' }, { command: '3' }),
      update(userPlace('b'), { command: '1' }, { command: '3' }),
    ];
    const results = await perform(works, world);
    expect(results.map(({ error }) => error?.code)).toEqual(['JSON_DUPLICATE_KEY', undefined]);
    expect(await world.text(CONFIG)).toBe(text.replace('"b":{"command":"1"}', '"b":{"command":"3"}'));
  });
});

describe('moving entries', () => {
  it('renames in place and keeps the order', async () => {
    const servers = { a: entry('1'), b: entry('2', { cwd: '/' }), c: entry('3') };
    const world = memoryWorld({ [CONFIG]: print({ mcpServers: servers }) });
    const work = move(userPlace('b'), userPlace('z'), servers.b, entry('2', { cwd: '/', timeout: 9000 }));
    expect((await perform([work], world))[0]?.result).toBe('done');
    expect(await world.text(CONFIG)).toBe(
      print({ mcpServers: { a: entry('1'), z: entry('2', { cwd: '/', timeout: 9000 }), c: entry('3') } }),
    );
  });

  it('takes the old name for a new entry in the same write', async () => {
    const world = memoryWorld({ [CONFIG]: print({ mcpServers: { a: entry('1') } }) });
    const works = [move(userPlace('a'), userPlace('b'), entry('1')), create(userPlace('a'), entry('2'))];
    expect((await perform(works, world)).map(({ result }) => result)).toEqual(['done', 'done']);
    expect(JSON.parse(await world.text(CONFIG))).toEqual({ mcpServers: { a: entry('2'), b: entry('1') } });
  });

  it('moves from one scope of a file to the other', async () => {
    const world = memoryWorld({ [CONFIG]: print({ mcpServers: { a: entry('1', { x: 1 }) } }) });
    const to = placeOf(CONFIG, 'projects', '/repo', 'mcpServers', 'a');
    await perform([move(userPlace('a'), to, entry('1', { x: 1 }))], world);
    expect(JSON.parse(await world.text(CONFIG))).toEqual({
      mcpServers: {},
      projects: { '/repo': { mcpServers: { a: entry('1', { x: 1 }) } } },
    });
  });

  it('moves between two files, the new one first', async () => {
    const file = '/repo/.mcp.json';
    const world = memoryWorld(
      { [CONFIG]: print({ mcpServers: { a: entry('1', { x: 1 }) } }), '/repo/': '' },
      { identity: { uid: 0 } },
    );
    const work = move(
      userPlace('a'),
      placeOf(file, 'mcpServers', 'a'),
      entry('1', { x: 1 }),
      entry('2', { x: 1 }),
    );
    expect(await perform([work], world)).toMatchObject([
      { result: 'done', observed: { attributes: { command: '2' } } },
    ]);
    expect(JSON.parse(await world.text(CONFIG))).toEqual({ mcpServers: {} });
    expect(JSON.parse(await world.text(file))).toEqual({ mcpServers: { a: entry('2', { x: 1 }) } });
    expect((await world.system.files.stat(file)).mode).toBe(0o644);
  });

  it('takes the new entry back when the old one cannot be removed', async () => {
    const file = '/repo/.mcp.json';
    const world = memoryWorld(
      { [CONFIG]: print({ mcpServers: { a: entry('1') } }), '/repo/': '' },
      { identity: { uid: 0 } },
    );
    world.system.locks.held.add(`${CONFIG}.lock`);
    const results = await perform(
      [move(userPlace('a'), placeOf(file, 'mcpServers', 'a'), entry('1'))],
      world,
    );
    expect(results).toMatchObject([
      { result: 'rolledBack', observed: null, error: { code: 'CLIENT_LOCK_BUSY' } },
    ]);
    expect(JSON.parse(await world.text(CONFIG))).toEqual({ mcpServers: { a: entry('1') } });
    expect(JSON.parse(await world.text(file))).toEqual({ mcpServers: {} });
  });
});

describe('what keeps a config from being written', () => {
  const bytes = (text: string, encoding: BufferEncoding): Buffer => Buffer.from(text, encoding);
  it.each<[string, string | Uint8Array, string]>([
    ['invalid JSON', '{"a": }', 'CLIENT_FILE_INVALID'],
    ['comments', '{} // no', 'CLIENT_FILE_INVALID'],
    ['no bytes at all', '', 'CLIENT_FILE_INVALID'],
    ['a list', '[1]', 'CLIENT_FILE_SHAPE'],
    ['UTF-16', bytes('\uFEFF{}', 'utf16le'), 'CLIENT_FILE_ENCODING'],
    ['bytes that are no text', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), 'CLIENT_FILE_ENCODING'],
    ['servers that are a list', '{"mcpServers":[]}', 'CLIENT_FILE_SHAPE'],
    ['servers that are null', '{"mcpServers":null}', 'CLIENT_FILE_SHAPE'],
  ])('leaves a file with %s untouched', async (_, content, code) => {
    const world = memoryWorld({ [CONFIG]: content });
    const [performed] = await perform([create(userPlace('a'), entry('x'))], world);
    expect(performed).toMatchObject({ result: 'failed', error: { code } });
    expect(await world.system.files.read(CONFIG)).toEqual(Buffer.from(content));
  });

  it('says how long it waited for a lock that somebody keeps', async () => {
    const world = memoryWorld();
    world.system.locks.held.add(`${CONFIG}.lock`);
    const start = world.system.clock.monotonic();
    const [performed] = await perform([create(userPlace('a'), entry('x'))], world);
    expect(performed?.error?.code).toBe('CLIENT_LOCK_BUSY');
    expect(world.system.clock.monotonic() - start).toBeGreaterThanOrEqual(15_000);
    expect(world.system.clock.monotonic() - start).toBeLessThan(16_000);
  });

  it('does not rename under a lock that was lost', async () => {
    const world = memoryWorld({ [CONFIG]: '{}' });
    world.system.locks.isCompromised = true;
    const [performed] = await perform([create(userPlace('a'), entry('x'))], world);
    expect(performed).toMatchObject({ result: 'failed', error: { code: 'CLIENT_CONTENDED' } });
    expect(await world.text(CONFIG)).toBe('{}');
    expect(await world.system.files.list(HOME)).not.toContainEqual(expect.stringContaining('.tmp.'));
  });

  it('does not rename when it held the lock for five seconds', async () => {
    const world = memoryWorld({ [CONFIG]: '{}' });
    const read = world.system.files.read.bind(world.system.files);
    let slow = 1;
    world.system.files.read = async (path) => {
      if (world.system.locks.held.size > 0 && slow-- > 0) world.system.clock.advance(5_000);
      return read(path);
    };
    const [performed] = await perform([create(userPlace('a'), entry('x'))], world);
    expect(performed?.result).toBe('done');
    expect(world.system.locks.taken).toHaveLength(2);
  });
});
