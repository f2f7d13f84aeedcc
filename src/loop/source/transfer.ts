import type { Context } from '../../model/context.ts';
import { isErrno } from '../../model/error.ts';
import type { RunningProgram } from '../../model/system.ts';
import { NETWORK_ONLY } from '../../resolve/git/repository.ts';
import { gitEnv, settingsFor } from '../../resolve/git/run-git.ts';
import { sourceError } from './fail.ts';
import { watchTransfer } from './watch-transfer.ts';

export type World = Pick<Context, 'system' | 'env' | 'platform' | 'folders'>;

export interface Remote {
  readonly url: string;
  readonly allowLocal: boolean;
  readonly limits: TransferLimits;
}

export interface TransferLimits {
  /** Without a sign of life. */
  readonly stallMs: number;
  readonly totalMs: number;
  /** Of all packs of a mirror. */
  readonly maxBytes: number;
}

export interface TransferRequest {
  readonly args: readonly string[];
  /** A folder to run in. */
  readonly folder: string;
  /** The packs that it fills. */
  readonly packs?: string;
  readonly input?: string;
}

export interface TransferRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  /** The end of it. */
  readonly stderr: string;
  /** Why we ended it. */
  readonly stopped: 'stalled' | 'too-long' | 'too-large' | null;
}

export const REMOTE = 'mcpform-source';

/**
 * Runs a Git that talks with the remote, by the user's own configuration, less what runs anything else. It leads a
 * process group of its own: at an abort, or when it hangs, all of it ends. Rejects with the signal's reason then.
 */
export async function transfer(
  { args, folder, packs, input }: TransferRequest,
  remote: Remote,
  ctx: World,
  signal: AbortSignal,
): Promise<TransferRun> {
  signal.throwIfAborted();
  const program = await start([...settings(remote, ctx), ...args], folder, remote, ctx);
  const activity = { atMs: ctx.system.clock.monotonic() };
  const seen = (): void => {
    activity.atMs = ctx.system.clock.monotonic();
  };
  const texts = Promise.all([
    readTail(program.stdout, 16 * 2 ** 20, seen),
    readTail(program.stderr, 32_768, seen),
  ]);
  if (input !== undefined) program.write(input);
  program.closeInput();
  const over = new AbortController();
  const watching = watchTransfer(program, { packs, activity, remote, isOver: over.signal }, ctx, signal);
  const { exitCode } = await program.ended;
  over.abort();
  const stopped = await watching;
  const [stdout, stderr] = await texts;
  signal.throwIfAborted();
  return { exitCode, stdout, stderr, stopped };
}

function settings({ url }: Remote, ctx: World): readonly string[] {
  const own = {
    'transfer.fsckObjects': 'true',
    // Stronger than the one above, where the user has set it.
    'fetch.fsckObjects': 'true',
    'fetch.unpackLimit': '1',
    'fetch.prune': 'false',
    'fetch.showForcedUpdates': 'false',
    'core.commitGraph': 'false',
    'http.followRedirects': 'initial',
    'submodule.recurse': 'false',
    [`remote.${REMOTE}.url`]: url,
    [`remote.${REMOTE}.tagOpt`]: '--no-tags',
  };
  return [...settingsFor(ctx), ...Object.entries(own).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

async function start(
  args: readonly string[],
  folder: string,
  { allowLocal }: Remote,
  ctx: World,
): Promise<RunningProgram> {
  const env = {
    ...gitEnv(NETWORK_ONLY, ctx),
    ...(allowLocal ? { GIT_ALLOW_PROTOCOL: 'https:ssh:file:git' } : {}),
  };
  try {
    return await ctx.system.processes.start('git', args, { cwd: folder, env });
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'EACCES', 'ENOEXEC')) throw error;
    throw sourceError(
      'SOURCE_UNAVAILABLE',
      'there is no git on the PATH',
      'install Git 2.34 or newer',
      error,
    );
  }
}

async function readTail(
  stream: AsyncIterable<Uint8Array>,
  maxBytes: number,
  seen: () => void,
): Promise<string> {
  let tail = Buffer.alloc(0);
  for await (const chunk of stream) {
    seen();
    tail = Buffer.concat([tail, chunk]);
    if (tail.length > 2 * maxBytes) tail = tail.subarray(-maxBytes);
  }
  return tail.subarray(-maxBytes).toString('utf8');
}
