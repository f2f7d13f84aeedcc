import { simpleGit } from 'simple-git';

export interface LocalGit {
  /** To run in. */
  readonly folder: string;
  /** All the environment there is; `GIT_DIR` names the repository. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export interface LocalRun {
  /** Null when it was killed. */
  readonly exitCode: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Nothing that reads a repository on this disk is silent for so long. */
const silentMs = 60_000;

/**
 * Runs Git on a repository of ours, with an argument list that simple-git finds nothing unsafe in. For what uses no
 * network: at an abort simple-git ends Git alone, not what Git started. Rejects with the signal's reason then.
 */
export async function runLocal(args: readonly string[], at: LocalGit, input?: string): Promise<LocalRun> {
  at.signal.throwIfAborted();
  const end: { run: LocalRun | null } = { run: null };
  const git = simpleGit({
    baseDir: at.folder,
    abort: at.signal,
    timeout: { block: silentMs },
    completion: { onClose: true, onExit: 1_000 },
    allowEnvironment: Object.keys(at.env).filter((name) => name.startsWith('GIT_')),
    ...(input === undefined ? {} : { input: () => input }),
    // Asked after every run, and the only one that sees bytes, exit code and stderr of all of them.
    errors: (_error, { exitCode, stdOut, stdErr }) => {
      end.run = { exitCode, stdout: Buffer.concat(stdOut), stderr: Buffer.concat(stdErr).toString('utf8') };
      return undefined;
    },
  });
  await git
    .env({ ...at.env })
    .raw([...args])
    .catch((error: unknown) => {
      // What could not even be started: everything else has been seen above.
      if (end.run === null && !at.signal.aborted) throw error;
    });
  at.signal.throwIfAborted();
  return end.run ?? { exitCode: null, stdout: Buffer.alloc(0), stderr: '' };
}
