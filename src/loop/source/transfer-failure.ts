import type { McpformError } from '../../model/error.ts';
import { shownOutput } from '../../resolve/child-env.ts';
import { sourceError } from './fail.ts';
import type { Remote, TransferRun } from './transfer.ts';

/** Something is wrong with the mirror, or nobody can know that it is not. `failure`: what it is if a new one has it too. */
export class Damaged extends Error {
  readonly failure: McpformError;

  constructor(failure: McpformError) {
    super(failure.message);
    this.failure = failure;
  }
}

/** Why a transfer failed: SOURCE_UNAVAILABLE. */
export function failureOf(run: TransferRun, { url, limits }: Remote, doing: string): McpformError {
  const hint = HINTS.find(([pattern]) => pattern.test(run.stderr))?.[1];
  switch (run.stopped) {
    case 'stalled':
      return unavailable(
        `"${url}" was silent for ${limits.stallMs / 1_000} s`,
        'look at the network and the host',
      );
    case 'too-long':
      return unavailable(
        `it took longer than ${limits.totalMs / 60_000} min to ${doing} "${url}"`,
        'look at the network',
      );
    case 'too-large':
      return unavailable(
        `"${url}" is larger than the ${Math.round(limits.maxBytes / 2 ** 20)} MiB that are kept of a repository`,
        'keep the manifest in a repository of its own',
      );
    case null: {
      const said = shownOutput(withoutChatter(run.stderr));
      const message = `git could not ${doing} "${url}" (exit code ${run.exitCode}): ${said}`;
      return unavailable(message, hint ?? 'try `git ls-remote` on the address');
    }
    default:
      return run.stopped satisfies never;
  }
}

/** Progress, and what Git says after every failure of a transport. */
function withoutChatter(stderr: string): string {
  const isChatter =
    /^(?:remote: )?(?:Enumerating|Counting|Compressing|Receiving|Resolving|Total)\b|^Please make sure you|^and the repository exists|^$/;
  const lines = stderr.split(/[\r\n]/).filter((line) => !isChatter.test(line));
  const isVague = (line: string): boolean => line === 'fatal: Could not read from remote repository.';
  return (lines.every(isVague) ? lines : lines.filter((line) => !isVague(line))).join('\n');
}

/** Nothing that a new mirror would mend. */
export function isOfDisk({ stderr }: TransferRun): boolean {
  return NO_ROOM.test(stderr);
}

const NO_ROOM = /No space left on device|Disk quota exceeded|Read-only file system/i;

const HINTS: readonly (readonly [RegExp, string])[] = [
  [NO_ROOM, 'make room on the disk of the cache folder'],
  [
    /Authentication failed|Permission denied|could not read (?:Username|Password)|terminal prompts disabled|error: 40[13]|Host key verification failed/i,
    'try `git ls-remote` on the address: it has to work without a question',
  ],
  [
    /repository .*not found|does not (?:exist|appear to be)|not our ref|couldn't find remote ref|not exported/i,
    'check the address and the ref; a private repository looks like none',
  ],
  [/transport '.*' not allowed|protocol .*(?:not supported|disabled)/i, 'only https and ssh are used'],
  [/fsck|in pack .* \(|object .*: /i, 'the host sent objects that are not well-formed; see `git fsck` there'],
];

function unavailable(message: string, hint: string): McpformError {
  return sourceError('SOURCE_UNAVAILABLE', message, hint);
}
