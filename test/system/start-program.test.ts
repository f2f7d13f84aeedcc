import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import type { RunningProgram } from '../../src/model/system.ts';
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

  it('do not outlive this process', async () => {
    const { outputFiles } = await build({
      stdin: {
        contents: `
          import { realSystem } from './src/system/real.ts';
          const idle = ['-e', 'setInterval(() => {}, 1000)'];
          const program = await realSystem().processes.start(process.execPath, idle, { env: {} });
          process.stdout.write(String(program.pid), () => process.exit(0));`,
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
});
