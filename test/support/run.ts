import { spawn } from 'node:child_process';
import { assertContained } from './throwaway-home.ts';

export interface Ran {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Absolute, inside the throw-away home. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly input?: string;
  /** The child is killed after this long. Default 60 s. */
  readonly timeoutMs?: number;
}

/** Runs a program with exactly this environment, in a throw-away home, and waits. Never throws on its exit code. */
export function run(program: string, args: readonly string[], options: RunOptions): Promise<Ran> {
  assertContained(options.cwd, options.env);
  return new Promise((done, fail) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env,
      timeout: options.timeoutMs ?? 60_000,
      killSignal: 'SIGKILL',
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', fail);
    child.on('close', (exitCode, signal) =>
      done({
        exitCode,
        signal,
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(err).toString(),
      }),
    );
    child.stdin.on('error', () => {}); // a child that reads no input may be gone already
    child.stdin.end(options.input ?? '');
  });
}
