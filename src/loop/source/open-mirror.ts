import { join } from 'node:path';
import { childEnv, shownOutput } from '../../resolve/child-env.ts';
import type { LocalRun } from './client.ts';
import { sourceError } from './fail.ts';
import type { MirrorAccess } from './mirror.ts';
import type { Place } from './place.ts';
import { REMOTE, transfer } from './transfer.ts';
import { Damaged, failureOf, isOfDisk } from './transfer-failure.ts';
import { bytesIn } from './watch-transfer.ts';

/** A bare mirror, for as long as its lock is ours. */
export interface Mirror {
  readonly place: Place;
  /** What Git prints on stdout. Throws `Damaged` when it fails. */
  read(args: readonly string[], input?: string): Promise<Buffer>;
  /** Without the user's configuration and without a network; `env` is added. */
  attempt(
    args: readonly string[],
    more?: { input?: string; env?: Readonly<Record<string, string>> },
  ): Promise<LocalRun>;
  /** Fetches refs, `SOURCE:DESTINATION`. Throws `Damaged` or SOURCE_UNAVAILABLE. */
  fetch(wants: readonly string[]): Promise<void>;
}

export function openMirror(
  folder: string,
  { place, remote, isNewestOnly, ctx }: MirrorAccess,
  signal: AbortSignal,
): Mirror {
  const attempt: Mirror['attempt'] = async (args, { input, env = {} } = {}) => {
    // Slow to load, and most looks find nothing new.
    const { runLocal } = await import('./client.ts');
    return runLocal(
      args,
      { folder: place.folder, env: { ...localEnv(folder, place, ctx.env), ...env }, signal },
      input,
    );
  };
  return {
    place,
    attempt,
    read: async (args, input) => {
      const { exitCode, stdout, stderr } = await attempt(args, input === undefined ? {} : { input });
      if (exitCode === 0) return stdout;
      const message = `git could not read the mirror of "${remote.url}" (${args[0]}): ${shownOutput(stderr)}`;
      throw new Damaged(sourceError('SOURCE_UNAVAILABLE', message, 'look at the disk of the cache folder'));
    },
    fetch: async (wants) => {
      const args = [`--git-dir=${folder}`, ...FETCH, ...(isNewestOnly ? ['--depth=1'] : []), ...END, REMOTE];
      const input = `${wants.join('\n')}\n`;
      const packs = join(folder, 'objects/pack');
      const run = await transfer({ args, folder: place.folder, packs, input }, remote, ctx, signal);
      const isTooLarge = run.stopped === null && (await bytesIn(packs, ctx)) > remote.limits.maxBytes;
      if (isTooLarge) throw new Damaged(failureOf({ ...run, stopped: 'too-large' }, remote, 'fetch'));
      if (run.exitCode === 0 && run.stopped === null) return;
      const failure = failureOf(run, remote, 'fetch');
      if (run.stopped === 'stalled' || run.stopped === 'too-long' || isOfDisk(run)) throw failure;
      throw new Damaged(failure);
    },
  };
}

/**
 * Without a filter: a host that promises objects and does not have them (a shallow one is enough) makes Git 2.39 fetch
 * within a fetch within a fetch, 80 processes each second.
 */
const FETCH = [
  'fetch',
  '--progress',
  '--no-tags',
  '--no-recurse-submodules',
  '--no-write-fetch-head',
  '--no-auto-gc',
  '--force',
  '--update-shallow',
];
const END = ['--stdin', '--end-of-options'];

function localEnv(folder: string, { home }: Place, env: MirrorAccess['ctx']['env']): Record<string, string> {
  return {
    ...childEnv({ env }, (name) => /^(?:PATH|PATHEXT|SYSTEMROOT|TEMP|TMP|TMPDIR)$/.test(name)),
    HOME: home,
    XDG_CONFIG_HOME: home,
    GIT_DIR: folder,
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
  };
}
