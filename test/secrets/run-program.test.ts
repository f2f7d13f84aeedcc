import { readFile, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MAX_SECRET_BYTES, type SecretContext } from '../../src/model/secret.ts';
import { type ProgramRequest, runProgram } from '../../src/secrets/run-program.ts';
import { toSecretValue } from '../../src/secrets/value.ts';
import { CANARY, failureOf } from './support/failure-of.ts';
import { type SecretHome, secretHome } from './support/secret-home.ts';

let home: SecretHome;
beforeEach(async () => {
  home = await secretHome();
});
afterEach(() => home.remove());

const run = (request: Partial<ProgramRequest> = {}, ctx: SecretContext = home.context()) =>
  runProgram(
    { program: 'tool', args: [], backend: 'Tool', what: 'tool "a"', variables: [], ...request },
    ctx,
  );
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

/** The ids that a script wrote to a file, as soon as it has written all. */
async function idsIn(name: string, count: number): Promise<readonly number[]> {
  return await vi.waitFor(async () => {
    const ids = (await readFile(join(home.folder, name), 'utf8')).trim().split(/\s+/).map(Number);
    expect(ids).toHaveLength(count);
    return ids;
  });
}

async function expectGone(ids: readonly number[]): Promise<void> {
  const { processes } = home.context().system;
  await vi.waitFor(async () => {
    for (const id of ids) expect((await processes.inspect(id)).isAlive).toBe(false);
  });
}

/** Writes its own id and that of a child that outlives it, then waits for ever. */
const FAMILY = 'sleep 300 & echo $$ $! > ~/ids; wait';

describe('a program that keeps secrets', () => {
  it('is run with its arguments as they are, by no shell', async () => {
    await home.program('tool', `for each; do printf '<%s>' "$each"; done`);
    const { exitCode, stdout } = await run({ args: ['$HOME', 'a b', '; id', '', '*', '--x=`id`', 'ä\n'] });
    expect([exitCode, text(stdout)]).toEqual([0, '<$HOME><a b><; id><><*><--x=`id`><ä\n>']);
  });

  it('runs in the home folder, wherever we are', async () => {
    await home.program('tool', 'pwd');
    expect(text((await run()).stdout)).toBe(`${home.folder}\n`);
  });

  it('has of the environment what is listed and what every program needs, no more', async () => {
    await home.program('tool', '/usr/bin/env -0');
    const env = {
      A: 'a',
      B: 'b',
      OP_SESSION_x: 's',
      OP_SESSION: 'no',
      LD_PRELOAD: '',
      NODE_OPTIONS: '',
      TZ: 'UTC',
    };
    const { stdout } = await run(
      { variables: ['A', 'MISSING', 'OP_SESSION_*'], env: { SET: 'set' } },
      home.context({ env }),
    );
    const names = text(stdout)
      .split('\0')
      .filter(Boolean)
      .map((line) => line.split('=')[0] as string)
      // What a shell sets for itself.
      .filter((name) => !['PWD', 'OLDPWD', 'SHLVL', '_'].includes(name));
    expect(names.sort()).toEqual(
      ['A', 'HOME', 'OP_SESSION_x', 'PATH', 'SET', 'TZ'].concat([
        'XDG_CACHE_HOME',
        'XDG_CONFIG_HOME',
        'XDG_DATA_HOME',
        'XDG_STATE_HOME',
      ]),
    );
  });

  it('gets what is set in any case, whatever the environment has', async () => {
    await home.program('tool', 'echo "$A"');
    const ctx = home.context({ env: { A: 'theirs' } });
    expect(text((await run({ variables: ['A'], env: { A: 'ours' } }, ctx)).stdout)).toBe('ours\n');
  });

  it('has only absolute folders in its PATH', async () => {
    await home.program('tool', 'echo "$PATH"');
    const PATH = ['', '.', 'node_modules/.bin', home.programs, '/usr/bin', '/bin', '../x'].join(delimiter);
    const { stdout } = await run({}, home.context({ env: { PATH } }));
    expect(text(stdout)).toBe(`${home.programs}:/usr/bin:/bin\n`);
  });

  it('gets a value through its stdin, to the last byte, and never as an argument', async () => {
    await home.program('tool', 'tr "\\0" " " < /proc/$$/cmdline > ~/line; cat');
    const input = `${CANARY}\n${'ä'.repeat(MAX_SECRET_BYTES / 2)}`;
    expect(text((await run({ input })).stdout)).toBe(input);
    expect(await readFile(join(home.folder, 'line'), 'utf8')).not.toContain(CANARY);
  });

  it('may leave its stdin unread', async () => {
    await home.program('tool', 'exec 0<&-; echo done');
    expect(text((await run({ input: CANARY.repeat(10_000) })).stdout)).toBe('done\n');
  });

  it('meets the end of its stdin when nothing is for it, and does not wait', async () => {
    await home.program('tool', 'cat; echo end');
    expect(text((await run()).stdout)).toBe('end\n');
  });

  it('tells how it ended: the caller judges', async () => {
    await home.program('tool', 'echo out; echo err >&2; exit 7');
    expect(await run()).toMatchObject({ exitCode: 7, stderr: 'err\n' });
    await home.program('tool', 'kill -9 $$');
    expect(await run()).toMatchObject({ exitCode: null, stderr: '' });
  });

  it('may print on stderr without end', async () => {
    await home.program('tool', 'head -c 3000000 /dev/zero >&2; echo done');
    const { stdout, stderr } = await run();
    expect(text(stdout)).toBe('done\n');
    expect(stderr.length).toBeLessThan(MAX_SECRET_BYTES * 3);
  });

  it('may print what is not UTF-8, which is no secret', async () => {
    await home.program('tool', `printf '${CANARY}\\377\\376'; printf '\\377' >&2`);
    const { stdout } = await run();
    expect(stdout.at(-1)).toBe(0xfe);
    const value = Promise.resolve().then(() => toSecretValue(stdout, 'tool "a"'));
    expect(await failureOf(value)).toContain('SECRET_INVALID: tool "a" is not UTF-8');
  });

  it('is not waited for by those that it leaves behind with its output in their hands', async () => {
    await home.program('tool', 'sleep 300 & echo $! > ~/ids; echo done');
    expect(text((await run({ timeoutMs: 20_000 })).stdout)).toBe('done\n');
    const [id] = await idsIn('ids', 1);
    process.kill(id!, 'SIGKILL');
  });
});

describe('a program that cannot be run', () => {
  it('is missing when it is nowhere, or cannot be run', async () => {
    await home.file('programs/tool', '#!/bin/sh\necho no\n', 0o644);
    const missing =
      'SECRET_BACKEND_MISSING: tool "a": the program "tool" is not there (install Tool, or run `mcpform apply` where it is on the PATH)';
    expect(await failureOf(run())).toBe(missing);
    expect(await failureOf(run({ program: join(home.programs, 'tool') }))).toContain(
      'SECRET_BACKEND_MISSING',
    );
    expect(await failureOf(run({ program: './programs/tool' }))).toContain('SECRET_BACKEND_MISSING');
  });

  it('fails when its interpreter is not there', async () => {
    const path = await home.file('programs/tool', '#!/nowhere/sh\n', 0o755);
    expect(await failureOf(run())).toBe(
      `SECRET_BACKEND_FAILED: tool "a": "${path}" cannot be started (ENOENT) (see whether Tool works by itself)`,
    );
  });

  // execvp(3), which starts programs for Node, takes for a script what the kernel does not know.
  it('ends with the code of /bin/sh when it is in no format', async () => {
    await home.file('programs/tool', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 1, 2, 3]), 0o755);
    expect((await run()).exitCode).toBe(127);
  });

  it('fails when it went away after it was found', async () => {
    await home.program('tool', 'true');
    const ctx = home.context();
    const files = { ...ctx.system.files };
    const processes = {
      ...ctx.system.processes,
      start: async (...call: Parameters<typeof ctx.system.processes.start>) => {
        await files.remove(join(home.programs, 'tool'));
        return await ctx.system.processes.start(...call);
      },
    };
    expect(await failureOf(run({}, { ...ctx, system: { ...ctx.system, processes } }))).toContain(
      'SECRET_BACKEND_FAILED',
    );
  });

  it.each([
    ['a NUL', 'a\0b'],
    ['more than a system takes', 'x'.repeat(4 * 1024 * 1024)],
  ])('fails when an argument has %s', async (_, arg) => {
    await home.program('tool', 'true');
    expect(await failureOf(run({ args: [arg] }))).toContain('SECRET_BACKEND_FAILED: tool "a"');
  });

  it('fails when the home folder is not there', async () => {
    await home.program('tool', 'true');
    const ctx = { ...home.context(), home: join(home.folder, 'nowhere') };
    expect(await failureOf(run({}, ctx))).toContain('SECRET_BACKEND_FAILED');
  });
});

describe('a program that goes on', () => {
  it('is ended in time with all that it started, and nothing it printed is told', async () => {
    await home.program('tool', `echo ${CANARY}; echo ${CANARY} >&2; ${FAMILY}`);
    expect(await failureOf(run({ timeoutMs: 700 }))).toBe(
      'SECRET_TIMEOUT: tool "a": "tool" did not answer in time (it may wait for you: unlock Tool, then try again)',
    );
    await expectGone(await idsIn('ids', 2));
  });

  it('is ended although it ignores signals that can be ignored', async () => {
    await home.program('tool', `trap '' TERM INT HUP; ${FAMILY}`);
    expect(await failureOf(run({ timeoutMs: 700 }))).toContain('SECRET_TIMEOUT');
    await expectGone(await idsIn('ids', 2));
  });

  it('is ended with all that it started when we are to stop', async () => {
    await home.program('tool', FAMILY);
    const controller = new AbortController();
    const running = run({}, home.context({ signal: controller.signal }));
    const ids = await idsIn('ids', 2);
    controller.abort(new Error('stopped'));
    await expect(running).rejects.toThrow('stopped');
    await expectGone(ids);
  });

  it('is not started when we are to stop already', async () => {
    await home.program('tool', 'touch ~/started');
    const signal = AbortSignal.abort(new Error('stopped'));
    await expect(run({}, home.context({ signal }))).rejects.toThrow('stopped');
    await expect(stat(join(home.folder, 'started'))).rejects.toThrow('ENOENT');
  });

  it('is ended when we are to stop while it is started', async () => {
    await home.program('tool', FAMILY);
    const controller = new AbortController();
    const ctx = home.context({ signal: controller.signal });
    const processes = {
      ...ctx.system.processes,
      start: async (...call: Parameters<typeof ctx.system.processes.start>) => {
        const running = await ctx.system.processes.start(...call);
        controller.abort(new Error('stopped'));
        return running;
      },
    };
    const started = performance.now();
    await expect(run({}, { ...ctx, system: { ...ctx.system, processes } })).rejects.toThrow('stopped');
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('is ended when it prints without end', async () => {
    await home.program('tool', `trap '' PIPE; echo $$ > ~/ids; while :; do echo ${CANARY}; done`);
    expect(await failureOf(run())).toBe(
      'SECRET_TOO_LARGE: tool "a" is larger than any secret (a secret has 64 KiB at most)',
    );
    await expectGone(await idsIn('ids', 1));
  });

  it('leaves no timer and no listener behind when it answers', async () => {
    await home.program('tool', 'echo done');
    const controller = new AbortController();
    const ctx = home.context({ signal: controller.signal });
    const asleep: AbortSignal[] = [];
    const clock = {
      ...ctx.system.clock,
      sleep: (ms: number, signal?: AbortSignal) => {
        if (signal !== undefined) asleep.push(signal);
        return ctx.system.clock.sleep(ms, signal);
      },
    };
    await run({}, { ...ctx, system: { ...ctx.system, clock } });
    expect(asleep.map((signal) => signal.aborted)).toEqual([true]);
    controller.abort();
  });
});
