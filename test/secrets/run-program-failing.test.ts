import { EventEmitter, once } from 'node:events';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SecretContext } from '../../src/model/secret.ts';
import { type ProgramRequest, runProgram } from '../../src/secrets/run-program.ts';
import { CANARY, failureOf } from './support/failure-of.ts';
import { expectGone, idsIn } from './support/processes.ts';
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

/** Writes its own id and that of a child that outlives it, then waits for ever. */
const FAMILY = 'sleep 300 & echo $$ $! > ~/ids; wait';

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
  /** Runs it until it has written its ids, and lets its time be over then. */
  async function runTooLong(script: string): Promise<{ failure: string; ids: readonly number[] }> {
    await home.program('tool', script);
    const { system, ...rest } = home.context();
    const timer = new EventEmitter();
    const clock = { ...system.clock, sleep: async () => void (await once(timer, 'over')) };
    const failure = failureOf(run({}, { ...rest, system: { ...system, clock } }));
    const ids = await idsIn(home, 2);
    timer.emit('over');
    return { failure: await failure, ids };
  }

  it('is ended in time with all that it started, and nothing it printed is told', async () => {
    const { failure, ids } = await runTooLong(`echo ${CANARY}; echo ${CANARY} >&2; ${FAMILY}`);
    expect(failure).toBe(
      'SECRET_TIMEOUT: tool "a": "tool" did not answer in time (it may wait for you: unlock Tool, then try again)',
    );
    await expectGone(ids);
  });

  it('is ended although it ignores signals that can be ignored', async () => {
    const { failure, ids } = await runTooLong(`trap '' TERM INT HUP; ${FAMILY}`);
    expect(failure).toContain('SECRET_TIMEOUT');
    await expectGone(ids);
  });

  it('has the time that it is given', async () => {
    await home.program('tool', 'sleep 300');
    expect(await failureOf(run({ timeoutMs: 50 }))).toContain('SECRET_TIMEOUT');
  });

  it('is ended with all that it started when we are to stop', async () => {
    await home.program('tool', FAMILY);
    const controller = new AbortController();
    const running = run({}, home.context({ signal: controller.signal }));
    const ids = await idsIn(home, 2);
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
    await expectGone(await idsIn(home, 1));
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
