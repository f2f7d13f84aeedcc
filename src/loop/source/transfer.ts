import { join } from 'node:path';
import type { Context } from '../../model/context.ts';
import { isErrno } from '../../model/error.ts';
import type { RunningProgram } from '../../model/system.ts';
import { NETWORK_ONLY } from '../../resolve/git/repository.ts';
import { gitEnv, settingsFor } from '../../resolve/git/run-git.ts';
import { sourceError } from './fail.ts';

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
  const watching = watch(program, { packs, activity, remote, isOver: over.signal }, ctx, signal);
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

interface Watched {
  readonly packs: string | undefined;
  readonly activity: { readonly atMs: number };
  readonly remote: Remote;
  readonly isOver: AbortSignal;
}

/**
 * Ends it when it must not go on; returns at its end. What stays behind after an orderly end stays: it may be the
 * daemon that keeps the user's credentials.
 */
async function watch(
  program: RunningProgram,
  { packs, activity, remote: { limits }, isOver }: Watched,
  ctx: World,
  signal: AbortSignal,
): Promise<TransferRun['stopped']> {
  const { clock } = ctx.system;
  const startMs = clock.monotonic();
  const pauseMs = Math.min(1_000, limits.stallMs, limits.totalMs);
  const either = AbortSignal.any([signal, isOver]);
  for (;;) {
    await clock.sleep(pauseMs, either).catch(() => undefined);
    if (isOver.aborted) return null;
    const nowMs = clock.monotonic();
    const why =
      nowMs - activity.atMs >= limits.stallMs
        ? 'stalled'
        : nowMs - startMs >= limits.totalMs
          ? 'too-long'
          : packs !== undefined && (await bytesIn(packs, ctx)) > limits.maxBytes
            ? 'too-large'
            : null;
    if (why === null && !signal.aborted) continue;
    await endGroup(program, ctx);
    return signal.aborted ? null : why;
  }
}

/** Git takes away what it began when it is asked to end. Who does not listen is killed. */
async function endGroup(program: RunningProgram, ctx: World): Promise<void> {
  program.signal('SIGTERM');
  const patience = new AbortController();
  const wait = ctx.system.clock.sleep(1_000, patience.signal).catch(() => undefined);
  await Promise.race([program.ended, wait]);
  patience.abort();
  program.signal('SIGKILL');
}

/** Of the files in a folder; 0 when it is not there. */
export async function bytesIn(folder: string, ctx: World): Promise<number> {
  const { files } = ctx.system;
  const names = await files.list(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      files.stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
