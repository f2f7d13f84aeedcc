import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { realSystem } from '../../src/system/real.ts';

const { processes, clock } = realSystem();
const node = process.execPath;

describe('programs of the real machine', () => {
  it('returns what a program wrote and its exit code, without a shell', async () => {
    const script = 'console.log(process.argv[1]); console.error("e"); process.exit(3)';
    const result = await processes.run(node, ['-e', script, '$HOME; true']);
    expect(result).toEqual({ exitCode: 3, stdout: '$HOME; true\n', stderr: 'e\n' });
  });

  it('adds to the environment, runs in a folder, and gives no input', async () => {
    const script = 'process.stdin.on("end", () => console.log(process.env.EXTRA, process.cwd())).resume()';
    const result = await processes.run(node, ['-e', script], { env: { EXTRA: 'yes' }, cwd: tmpdir() });
    expect(result.stdout).toContain('yes');
  });

  it('gives nothing but what it is told when it shall not inherit', async () => {
    const script = 'console.log(JSON.stringify(process.env))';
    const result = await processes.run(node, ['-e', script], { env: { ONLY: 'this' }, inheritsEnv: false });
    expect(JSON.parse(result.stdout)).toEqual({ ONLY: 'this' });
  });

  it('gives input to a program, and to one that does not read it', async () => {
    const echo = 'process.stdin.pipe(process.stdout)';
    expect((await processes.run(node, ['-e', echo], { input: 'héllo\n' })).stdout).toBe('héllo\n');
    const deaf = await processes.run(node, ['-e', '0'], { input: 'x'.repeat(1 << 20) });
    expect(deaf.exitCode).toBe(0);
  });

  it('fails with ENOENT for a program that is not there, and with ETIMEDOUT for one that does not end', async () => {
    await expect(processes.run('/no/such/program', [])).rejects.toMatchObject({ code: 'ENOENT' });
    const endless = processes.run(node, ['-e', 'setInterval(() => {}, 1000)'], { timeoutMs: 100 });
    await expect(endless).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  });

  it('does not wait for what such a program has started, which may hold its output open', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mcpform-processes-'));
    const script = 'sleep 60 & echo $! >pid; wait';
    const endless = processes.run('/bin/sh', ['-c', script], { cwd: folder, timeoutMs: 500 });
    await expect(endless).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    const pid = Number(await readFile(join(folder, 'pid'), 'utf8'));
    expect((await processes.inspect(pid)).isAlive).toBe(true);
    process.kill(pid, 'SIGKILL');
    await rm(folder, { recursive: true });
  });

  it('reports death by a signal as 128 and its number', async () => {
    const result = await processes.run(node, ['-e', 'process.kill(process.pid, "SIGKILL")']);
    expect(result.exitCode).toBe(137);
  });
});

describe('the identity of the real machine', () => {
  it('names machine, boot and process, the same each time', async () => {
    const identity = await processes.identity();
    expect(identity).toEqual(await realSystem().processes.identity());
    expect(identity.pid).toBe(process.pid);
    expect(identity.machineId).toMatch(/^[0-9a-f]{32}$/);
    expect((await processes.inspect(process.pid)).startTime).toBe(identity.startTime);
  });

  it('tells a process that is there from one that is gone', async () => {
    const child = spawn(node, ['-e', 'setInterval(() => {}, 1000)']);
    await once(child, 'spawn');
    expect((await processes.inspect(child.pid as number)).isAlive).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await processes.inspect(child.pid as number)).toEqual({ isAlive: false, startTime: null });
  });
});

describe('the real clock', () => {
  it('ends a sleep with the reason of the signal', async () => {
    const stop = new AbortController();
    const sleep = clock.sleep(60_000, stop.signal);
    stop.abort(new Error('enough'));
    await expect(sleep).rejects.toThrow('enough');
    await clock.sleep(0);
    expect(clock.monotonic()).toBeLessThanOrEqual(clock.monotonic());
  });
});
