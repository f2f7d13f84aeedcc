import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import type { RunningProgram } from '../../src/model/system.ts';
import { memorySystem } from '../../src/system/memory.ts';
import { readOnly } from '../../src/system/read-only.ts';
import { realSystem } from '../../src/system/real.ts';

const system = realSystem();
const { processes } = system;
const node = process.execPath;

const start = (script: string, env: Readonly<Record<string, string>> = {}): Promise<RunningProgram> =>
  processes.start(node, ['-e', script], { env });

async function all(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

async function firstLine(stream: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const piece of stream) {
    text += Buffer.from(piece).toString();
    if (text.includes('\n')) break;
  }
  return text.split('\n')[0] as string;
}

describe('programs that are started', () => {
  it('talk through pipes, in a folder, with the environment they are given and nothing else', async () => {
    const script =
      'console.error(JSON.stringify([process.env, process.cwd()])); process.stdin.pipe(process.stdout)';
    const program = await processes.start(node, ['-e', script], { env: { ONLY: 'this' }, cwd: tmpdir() });
    program.write('héllo\n');
    program.closeInput();
    const [stdout, stderr] = await Promise.all([all(program.stdout), all(program.stderr)]);
    expect(stdout).toBe('héllo\n');
    expect(JSON.parse(stderr)).toEqual([{ ONLY: 'this' }, tmpdir()]);
    expect(await program.ended).toEqual({ exitCode: 0, signal: null });
  });

  it('take any bytes, and give them back', async () => {
    const bytes = Uint8Array.from({ length: 1000 }, (_, index) => index % 256);
    const program = await start('process.stdin.pipe(process.stdout)');
    program.write(bytes);
    program.closeInput();
    const pieces: Uint8Array[] = [];
    for await (const piece of program.stdout) pieces.push(piece);
    expect(Buffer.concat(pieces)).toEqual(Buffer.from(bytes));
  });

  it('say how they ended, and give what they wrote last', async () => {
    const failing = await start('console.error("x".repeat(1e5)); process.exit(3)');
    expect((await all(failing.stderr)).length).toBe(100_001);
    expect(await failing.ended).toEqual({ exitCode: 3, signal: null });
    failing.write('nobody reads this');
    failing.signal('SIGTERM');
    const killed = await start('setInterval(() => {}, 1000)');
    killed.signal('SIGKILL');
    expect(await killed.ended).toEqual({ exitCode: null, signal: 'SIGKILL' });
  });

  it('fail with the reason when they cannot be started', async () => {
    const options = { env: {} };
    await expect(processes.start('/no/such/program', [], options)).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(processes.start(tmpdir(), [], options)).rejects.toMatchObject({ code: 'EACCES' });
    const nowhere = processes.start(node, [], { ...options, cwd: '/no/such/folder' });
    await expect(nowhere).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('are ended together with what they started', async () => {
    const child = 'setInterval(() => {}, 1000)';
    const shell = await processes.start(
      '/bin/sh',
      ['-c', `"${node}" -e '${child}' & echo $!; "${node}" -e '${child}'`],
      { env: {} },
    );
    const pid = Number(await firstLine(shell.stdout));
    expect((await processes.inspect(pid)).isAlive).toBe(true);
    shell.signal('SIGKILL');
    await shell.ended;
    await expect.poll(async () => (await processes.inspect(pid)).isAlive).toBe(false);
  });

  it('end their output with them, though somebody else holds it open', async () => {
    const program = await start(`
      const options = { stdio: 'inherit', detached: true };
      const other = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], options);
      console.log(other.pid);
      process.exit(0);`);
    const other = Number(await all(program.stdout));
    expect(await program.ended).toEqual({ exitCode: 0, signal: null });
    expect((await processes.inspect(other)).isAlive).toBe(true);
    process.kill(other);
  });

  it.each([
    ['do not outlive this process', 'process.exit(0)'],
    ['keep nobody who does not want to stay', 'program.keep(false)'],
  ])('%s', async (_, then) => {
    const { outputFiles } = await build({
      stdin: {
        contents: `
          import { realSystem } from './src/system/real.ts';
          const idle = ['-e', 'setInterval(() => {}, 1000)'];
          const program = await realSystem().processes.start(process.execPath, idle, { env: {} });
          process.stdout.write(String(program.pid), () => ${then});`,
        resolveDir: resolve(import.meta.dirname, '../..'),
        loader: 'ts',
      },
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'node',
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire('/');" },
    });
    const script = outputFiles[0]?.text ?? '';
    const { stdout: pid } = await processes.run(node, ['--input-type=module', '-'], { input: script });
    expect(Number(pid)).toBeGreaterThan(0);
    await expect.poll(async () => (await processes.inspect(Number(pid))).isAlive).toBe(false);
  });

  it('are refused to a command that only looks', async () => {
    const looking = readOnly(system, []);
    const started = looking.processes.start(node, ['-e', ''], { env: {} });
    await expect(started).rejects.toMatchObject({ code: 'SYSTEM_READ_ONLY' });
    expect((await looking.processes.run(node, ['-e', ''])).exitCode).toBe(0);
  });

  it('are let through to a container engine on another machine, and nowhere else', async () => {
    const asked: string[] = [];
    const looking = readOnly(
      memorySystem({
        start: async (command, args) => {
          asked.push([command, ...args].join(' '));
          throw new Error('asked');
        },
      }),
      [],
    );
    const ssh = (...args: string[]) =>
      looking.processes.start('ssh', ['-T', '--', 'lab', ...args], { env: {} });
    await expect(ssh('docker', 'system', 'dial-stdio')).rejects.toThrow('asked');
    const socket = ['--host', 'unix:///run/d.sock'];
    await expect(ssh('docker', ...socket, 'system', 'dial-stdio')).rejects.toThrow('asked');
    await expect(ssh('docker', 'rm', '-f', 'x')).rejects.toMatchObject({ code: 'SYSTEM_READ_ONLY' });
    await expect(ssh('rm', 'x;', 'docker', 'system', 'dial-stdio')).rejects.toMatchObject({
      code: 'SYSTEM_READ_ONLY',
    });
    expect(asked).toHaveLength(2);
  });
});
