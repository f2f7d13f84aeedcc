import { tmpdir } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { shakeHands } from '../../src/health/shake-hands.ts';
import type { HandshakeOptions, Health } from '../../src/model/health.ts';
import { readOnly } from '../../src/system/read-only.ts';
import { realSystem } from '../../src/system/real.ts';
import { healthContext, notingContext, program } from './world.ts';

const { ctx, pids } = notingContext();
const options: HandshakeOptions = { timeoutMs: 20_000, lists: true, graceMs: 500 };

const odd = (manner: string, more: Partial<HandshakeOptions> = {}, extra = ''): Promise<Health> =>
  shakeHands(program('odd', [manner, extra]), { ...options, ...more }, ctx);

const isAlive = async (pid: unknown): Promise<boolean> => {
  expect(Number(pid)).toBeGreaterThan(1);
  return (await ctx.system.processes.inspect(Number(pid))).isAlive;
};

afterEach(async () => {
  for (const pid of pids.splice(0)) expect(await isAlive(pid)).toBe(false);
});

describe('a server over stdio', () => {
  it('is greeted, asked what it offers, and gone afterwards', async () => {
    const health = await shakeHands(program('sdk'), options, ctx);
    expect(health).toMatchObject({
      state: 'healthy',
      protocolVersion: '2025-11-25',
      serverInfo: { name: 'real' },
      capabilities: { tools: { listChanged: true }, prompts: {}, resources: {} },
      tools: { count: 2, names: ['ant', 'zebra'] },
      prompts: { count: 1, names: ['greet'] },
    });
    expect(Object.keys(health.latencyMs)).toEqual(['connect', 'initialize', 'list', 'ping']);
    expect(await isAlive(health.serverInfo?.version)).toBe(false);
    expect(JSON.parse(JSON.stringify(health))).toEqual(health);
  });

  it('is not asked what it offers unless that is wanted', async () => {
    const health = await shakeHands(program('sdk'), { timeoutMs: 20_000 }, ctx);
    expect(health.state).toBe('healthy');
    expect(health).not.toHaveProperty('tools');
    expect(health.latencyMs).not.toHaveProperty('list');
  });

  it('gets the environment that was given and nothing else, and its folder', async () => {
    const target = { ...program('sdk', [], { ONLY: 'this' }), cwd: tmpdir() };
    const health = await shakeHands(target, options, ctx);
    expect(health.resources).toEqual({ count: 2, names: [`cwd:${tmpdir()}`, 'env://ONLY'] });
  });

  it.each(['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05', '2024-10-07'])(
    'may speak MCP %s',
    async (version) => {
      const health = await odd('version', { lists: false }, version);
      expect(health).toMatchObject({ state: 'healthy', protocolVersion: version });
    },
  );
});

describe('a server over stdio of the revision without a handshake', () => {
  it('is asked what it is and what it offers, all the same', async () => {
    const health = await odd('modern', {}, '2026-07-28');
    expect(health).toMatchObject({
      state: 'healthy',
      protocolVersion: '2026-07-28',
      serverInfo: { name: 'odd', version: '2026-07-28' },
      capabilities: { tools: {} },
      tools: { count: 1, names: ['new'] },
    });
    expect(Object.keys(health.latencyMs)).toEqual(['connect', 'initialize', 'list']);
  });

  it('is not understood when it is of a later one', async () => {
    const { state, failure } = await odd('modern', {}, '2031-01-01');
    expect([state, failure?.code]).toEqual(['unhealthy', 'HEALTH_PROTOCOL']);
    expect(failure?.message).toContain('speaks MCP "2031-01-01", which mcpform does not know');
  });
});

describe('a server over stdio that fails', () => {
  it('is not there, or may not be executed', async () => {
    const missing = await shakeHands(
      { kind: 'stdio', command: '/no/such/server', args: [], env: {} },
      options,
      ctx,
    );
    expect(missing).toEqual({
      state: 'unhealthy',
      latencyMs: {},
      failure: {
        code: 'HEALTH_PROGRAM',
        message:
          '"/no/such/server" cannot be started: it is not there, or its working directory is not (ENOENT)',
        hint: 'correct the command, or install the program',
      },
    });
    const folder = await shakeHands({ kind: 'stdio', command: tmpdir(), args: [], env: {} }, options, ctx);
    expect(folder.failure?.message).toContain('it may not be executed (EACCES)');
  });

  it('ends at once: with its exit code, and its last lines without the secrets it was given', async () => {
    const env = { PASSWORD: 'hunter22!', TOKEN: 'a-plain-word-no-rule-knows' };
    const target = program('odd', ['exits', `$TOKEN a-plain-word-no-rule-knows`], env);
    const { state, failure } = await shakeHands(target, options, ctx);
    expect(state).toBe('unhealthy');
    expect(failure).toMatchObject({
      code: 'HEALTH_EXITED',
      message: `"${process.execPath}" ended with exit code 3 and did not answer "initialize"`,
    });
    expect(failure?.detail).toHaveLength(10);
    expect(failure?.detail?.slice(-2)).toEqual(['line 30', 'missing $TOKEN ***: password=***']);
  });

  it('ends in the middle of its answer', async () => {
    const { failure } = await odd('ends-in-the-middle');
    expect(failure?.code).toBe('HEALTH_EXITED');
    expect(failure?.message).toContain('exit code 0');
  });

  it('dies after the greeting, by a signal', async () => {
    const health = await odd('dies-after-greeting', {}, '2025-11-25');
    expect(health).toMatchObject({ state: 'unhealthy', serverInfo: { name: 'odd' }, latencyMs: {} });
    expect(health.failure?.message).toMatch(/ended by SIGKILL and did not say what it offers$/);
  });

  it('closes its output and stays', async () => {
    expect((await odd('closes-stdout')).failure).toMatchObject({ code: 'HEALTH_CLOSED' });
  });

  it('says nothing, and is ended though it will not end', async () => {
    const health = await odd('stubborn', { timeoutMs: 2000, graceMs: 300 });
    expect(health.failure).toMatchObject({
      code: 'HEALTH_TIMEOUT',
      message: `"${process.execPath}" did not answer "initialize" within 2000 ms`,
      detail: [expect.stringMatching(/^pid \d+$/), 'input ended', 'not yet'],
    });
  });

  it('writes something else: the first line is shown, without colours, tricks and tokens', async () => {
    const { failure } = await odd('garbage-only', { timeoutMs: 2000 });
    expect(failure).toMatchObject({
      code: 'HEALTH_NOT_MCP',
      message: `"${process.execPath}" does not speak MCP`,
      hint: 'a server may write nothing but messages to stdout; its log belongs on stderr',
    });
    expect(failure?.detail?.[0]).toBe(
      `Welcome to \\u202eMy Server, ${'*'.repeat('ghp_abcdefghijklmnopqrstuvwxyz0123'.length)}`,
    );
  });

  it('is healthy all the same when it greets after a line that is none', async () => {
    expect(await odd('garbage-first', { lists: false }, '2025-11-25')).toMatchObject({ state: 'healthy' });
  });

  it('sends without end', async () => {
    expect((await odd('flood')).failure).toMatchObject({ code: 'HEALTH_TOO_LARGE' });
  });

  it('speaks a revision that nobody knows', async () => {
    const health = await odd('version', {}, '2099-01-01');
    expect(health).not.toHaveProperty('protocolVersion');
    expect(health.failure).toMatchObject({
      code: 'HEALTH_PROTOCOL',
      message: `"${process.execPath}" speaks MCP "2099-01-01", which mcpform does not know`,
    });
  });

  it.each([
    ['refuses', 'error', 'HEALTH_ANSWER', /error -32000, the database is\\nnot there$/],
    [
      'answers with something else',
      'no-result',
      'HEALTH_NOT_MCP',
      /does not answer "initialize" as MCP has it: /,
    ],
    ['lists without end', 'endless-list', 'HEALTH_TOO_LARGE', /offers a list that does not end$/],
    [
      'lists what is no tool',
      'bad-list',
      'HEALTH_NOT_MCP',
      /does not say what it offers as MCP has it: tools\.0\.name/,
    ],
  ])('%s', async (_, manner, code, message) => {
    const { state, failure } = await odd(manner);
    expect([state, failure?.code]).toEqual(['unhealthy', code]);
    expect(failure?.message).toMatch(message);
  });

  it('may declare lists that it does not have, and answer a ping with an error', async () => {
    const health = await odd('no-lists');
    expect(health).toMatchObject({ state: 'healthy', serverInfo: { name: 'odd' } });
    expect(health).not.toHaveProperty('tools');
  });

  it('declares more than anybody would keep', async () => {
    const health = await odd('deep', { lists: false });
    expect(health.state).toBe('healthy');
    expect(JSON.stringify(health.capabilities).length).toBeLessThan(200);
  });
});

describe('what a server over stdio started', () => {
  it('is ended with it', async () => {
    const health = await odd('parent', { lists: false });
    expect(health.state).toBe('healthy');
    expect(await isAlive(health.serverInfo?.version)).toBe(false);
  });

  it('is ended, when the server is started by a shell', async () => {
    const { command, args } = program('odd', ['stubborn']);
    const line = `"${command}" "${args.join('" "')}"; true`;
    const target = { kind: 'stdio', command: '/bin/sh', args: ['-c', line], env: {} } as const;
    const { failure } = await shakeHands(target, { timeoutMs: 2000, graceMs: 300 }, ctx);
    expect(failure?.code).toBe('HEALTH_TIMEOUT');
    const [pid = ''] = failure?.detail ?? [];
    expect(await isAlive(pid.replace('pid ', ''))).toBe(false);
  });
});

describe('a handshake that is given up', () => {
  it('rejects with the reason, and leaves nobody behind', async () => {
    const stop = new AbortController();
    const { ctx, pids } = notingContext(stop.signal);
    const given = shakeHands(program('odd', ['silent']), options, ctx);
    await expect.poll(() => pids.length).toBe(1);
    stop.abort(new Error('enough'));
    await expect(given).rejects.toThrow('enough');
    expect(await isAlive(pids[0])).toBe(false);
    await expect(shakeHands(program('odd', ['silent']), options, ctx)).rejects.toThrow('enough');
    expect(pids).toHaveLength(1);
  });

  it('ends a program, too, that is only just being started', async () => {
    const stop = new AbortController();
    const { ctx, pids } = notingContext(stop.signal);
    const { processes } = ctx.system;
    const slow: typeof processes.start = async (...args) => {
      stop.abort(new Error('enough'));
      await ctx.system.clock.sleep(100);
      return processes.start(...args);
    };
    const system = { ...ctx.system, processes: { ...processes, start: slow } };
    await expect(shakeHands(program('sdk'), options, { ...ctx, system })).rejects.toThrow('enough');
    expect(pids).toHaveLength(1);
    expect(await isAlive(pids[0])).toBe(false);
  });

  it('is refused to a command that only looks', async () => {
    const looking = healthContext({ system: readOnly(realSystem({}), []) });
    for (const target of [
      program('sdk'),
      { kind: 'http', url: 'http://127.0.0.1:1/', transport: 'http' } as const,
    ]) {
      await expect(shakeHands(target, options, looking)).rejects.toMatchObject({ code: 'SYSTEM_READ_ONLY' });
    }
  });
});
