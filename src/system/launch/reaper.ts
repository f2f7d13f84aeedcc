import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { REAPER_SCRIPT } from './reaper-script.ts';

/** A small process that outlives us, to take away the container of a launcher that was killed. */
export interface Reaper {
  /** Which process runs docker. */
  note(pid: number): void;
  /** Nothing is left to take away: it ends. Without this it looks for itself as soon as we have ended. */
  release(): Promise<void>;
}

export interface Reaping {
  /** Absolute: the `docker` program. */
  readonly docker: string;
  /** Of the container. */
  readonly name: string;
  /** Of ours, with the id in a file `cid`; it is removed with the container. */
  readonly folder: string;
  /** With secrets of the container; it is removed with it, too. */
  readonly secretFolder: string | null;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Starts it: in a session of its own, so that no signal for us is one for it, and with nothing of ours but a pipe
 * whose other end we alone have. Rejects when there is no shell. Windows has neither sessions nor that shell: null.
 */
export async function startReaper({
  docker,
  name,
  folder,
  secretFolder,
  env,
}: Reaping): Promise<Reaper | null> {
  if (process.platform === 'win32') return null;
  const args = ['-c', REAPER_SCRIPT, 'mcpform-reaper', folder, name, docker, secretFolder ?? ''];
  const child = spawn('/bin/sh', args, {
    cwd: '/',
    env,
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const { stdin } = child;
  // When somebody kills it we go on: what we can remove ourselves, we remove.
  stdin.on('error', () => {});
  await once(child, 'spawn');
  child.unref();
  (stdin as unknown as { unref?: () => void }).unref?.();
  return {
    note: (pid) => void stdin.write(`cli ${pid}\n`),
    release: () => new Promise((done) => stdin.end('done\n', () => done())),
  };
}
