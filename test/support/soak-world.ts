import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isErrno } from '../../src/model/error.ts';
import type { Json, JsonObject } from '../../src/model/json.ts';
import { type GitDaemon, gitDaemon } from './git-daemon.ts';
import { mcpform } from './mcpform.ts';
import { type RunningLoop, startLoop } from './running-loop.ts';
import { type SoakStack, soakStack } from './soak-stack.ts';
import { type Home, throwawayHome } from './throwaway-home.ts';
import { writeFiles } from './world.ts';

/** A machine with a loop that follows a repository, and what it can be troubled with. */
export interface SoakWorld {
  readonly home: Home;
  readonly loop: RunningLoop;
  readonly stack: SoakStack;
  /** Entries of somebody else. */
  readonly theirs: Map<string, JsonObject>;
  /** The client's file. */
  readonly config: string;
  readonly log: string;
  /** Where the books are; whether it is a small disk of its own that can be filled. */
  readonly state: string;
  readonly hasOwnDisk: boolean;
  /** Changes the client's file as people do: another file in its place. */
  edit(change: (servers: Record<string, Json>) => void): Promise<void>;
  /** Runs another mcpform beside the loop; throws with what it said when it fails. */
  beside(...args: readonly string[]): Promise<void>;
  /** The Git host is gone until the promise it gives is called. */
  cutSource(): Promise<() => Promise<void>>;
  /** Whether all is as it should be now; what is not, in words. */
  wrong(): Promise<string | null>;
  /** Waits until nothing is; null when that takes too long. The time it took in ms. */
  converged(): Promise<number | null>;
  remove(): Promise<void>;
}

const LONGEST_MS = 60_000;
const DISK = 'size=24m,mode=0700';

export async function soakWorld(): Promise<SoakWorld> {
  const home = await throwawayHome();
  const [config, log] = [join(home.folder, '.claude.json'), join(home.folder, 'loop.log')];
  const state = join(home.env['XDG_STATE_HOME'] as string, 'mcpform');
  const hasOwnDisk = await mountSmallDisk(state);
  const removeAll = async (): Promise<void> => {
    if (hasOwnDisk) execFileSync('umount', [state]);
    await home.remove();
  };
  const theirs = new Map<string, JsonObject>([['kept', { command: 'theirs' }]]);
  await writeFiles(home.folder, {
    '.claude.json': { numStartups: 7, mcpServers: Object.fromEntries(theirs) },
  });
  const stack = await soakStack(home);
  let daemon: GitDaemon | null = await gitDaemon(home);
  const { port } = daemon;
  const source = ['--source', `git://127.0.0.1:${port}/soak.git@main`];
  const loop = await startLoop(home, {
    args: [
      ...source,
      ...['--allow-local', '--verify', 'head', '--prune', '--prune-after', '1'],
      ...['--interval', '10s', '--log-file', log, '--log-level', 'debug'],
    ],
  }).catch(async (error: unknown) => {
    await daemon?.stop();
    await removeAll();
    throw error;
  });
  const wrong = async (): Promise<string | null> => whatIsWrong(await readServers(config), { stack, theirs });
  return {
    home,
    loop,
    stack,
    theirs,
    config,
    log,
    state,
    hasOwnDisk,
    wrong,
    edit: async (change) => {
      const whole = JSON.parse(await readFile(config, 'utf8'));
      change(whole.mcpServers);
      await writeFile(`${config}.new`, JSON.stringify(whole, null, 2));
      await rename(`${config}.new`, config);
    },
    beside: async (...args) => {
      const { exitCode, stdout, stderr } = await mcpform([...args, ...source], home);
      if (exitCode !== 0) throw new Error(`mcpform ${args.join(' ')}: exit ${exitCode}\n${stdout}${stderr}`);
    },
    cutSource: async () => {
      await daemon?.stop();
      daemon = null;
      return async () => {
        daemon = await gitDaemon(home, port);
      };
    },
    converged: async () => {
      const startMs = performance.now();
      while ((await wrong()) !== null) {
        if (performance.now() - startMs > LONGEST_MS) return null;
        await pause(20);
      }
      return performance.now() - startMs;
    },
    remove: async () => {
      await loop.stop();
      await daemon?.stop();
      await removeAll();
    },
  };
}

/** Only root may; whoever is not has no disk to fill. */
async function mountSmallDisk(folder: string): Promise<boolean> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (process.getuid?.() !== 0) return rm(folder, { recursive: true }).then(() => false);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', DISK, 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Null: there is nothing that can be read. */
async function readServers(file: string): Promise<Readonly<Record<string, Json>> | null> {
  try {
    const { numStartups, mcpServers } = JSON.parse(await readFile(file, 'utf8'));
    return numStartups === 7 ? mcpServers : null;
  } catch (error) {
    if (error instanceof SyntaxError || isErrno(error, 'ENOENT', 'EISDIR', 'EACCES')) return null;
    throw error;
  }
}

function whatIsWrong(
  servers: Readonly<Record<string, Json>> | null,
  { stack, theirs }: { readonly stack: SoakStack; readonly theirs: ReadonlyMap<string, JsonObject> },
): string | null {
  if (servers === null) return 'the file cannot be read';
  for (const [name, { command, args }] of [...stack.wanted, ...theirs]) {
    const found = servers[name] as JsonObject | undefined;
    const isSo = found?.['command'] === command && JSON.stringify(found?.['args']) === JSON.stringify(args);
    if (!isSo) return `${name} is ${JSON.stringify(found)}`;
  }
  const others = Object.keys(servers).filter((name) => !stack.wanted.has(name) && !theirs.has(name));
  return others.length === 0 ? null : `${others.join(', ')} should not be there`;
}
