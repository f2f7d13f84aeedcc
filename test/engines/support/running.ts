import { type ChildProcess, spawn } from 'node:child_process';
import { environmentWith, MCPFORM } from '../../support/mcpform.ts';
import type { Ran } from '../../support/run.ts';
import { assertContained, type Home } from '../../support/throwaway-home.ts';

/** The program while it runs. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ran>;
}

export interface StartOptions {
  readonly env: Readonly<Record<string, string>>;
  /** Another user, with whose rights it runs. */
  readonly uid?: number;
}

/** Starts the built program, for tests that do something to it or its world in the middle. */
export function startMcpform(args: readonly string[], home: Home, { env, uid }: StartOptions): Running {
  const all = { ...environmentWith(home), ...env };
  assertContained(home.project, all);
  const user = uid === undefined ? {} : { uid, gid: uid };
  const child = spawn(process.execPath, [MCPFORM, ...args], { cwd: home.project, env: all, ...user });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.end();
  const ended = new Promise<Ran>((done, fail) => {
    child.on('error', fail);
    child.on('close', (exitCode, signal) =>
      done({
        exitCode,
        signal,
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(err).toString(),
      }),
    );
  });
  return { child, ended };
}
