import { join } from 'node:path';
import type { RunningProgram } from '../../model/system.ts';
import type { Remote, TransferRun, World } from './transfer.ts';

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
export async function watchTransfer(
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
