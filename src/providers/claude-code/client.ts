import type { Context } from '../../model/context.ts';
import { isErrno, McpformError } from '../../model/error.ts';
import type { HeldLock, Locks } from '../../model/system.ts';

/** A live lock that nobody refreshed for this long counts as left behind, for the client as for us. */
const CLIENT_STALE_MS = 10_000;
/** As long as the client itself waits from 2.1.318 on; long enough for a lock left behind to become stale. */
const WAIT_MS = 15_000;
const RETRY_MS = 20;

export interface LockRequest {
  /** The file to be written, for messages. */
  readonly file: string;
  /** The folder whose existence is the lock. */
  readonly path: string;
}

/**
 * Takes a lock that Claude Code takes too, and waits for it. The caller keeps it for less than five seconds. Throws
 * `CLIENT_LOCK_BUSY` when somebody keeps refreshing it.
 */
export async function takeLock({ file, path }: LockRequest, ctx: Context): Promise<HeldLock> {
  const locks = ctx.system.locks ?? diskLocks;
  const { clock } = ctx.system;
  const deadline = clock.monotonic() + WAIT_MS;
  for (;;) {
    const held = await locks.take(path, { staleMs: CLIENT_STALE_MS });
    if (held !== null) return held;
    if (clock.monotonic() >= deadline) {
      throw new McpformError(
        'CLIENT_LOCK_BUSY',
        `"${file}" is locked: "${path}" was held for ${WAIT_MS / 1000} s`,
        {
          hint: 'wait for the Claude Code that writes it; if none runs, remove that folder',
        },
      );
    }
    // Waiters that retry in step would meet again and again.
    await clock.sleep(RETRY_MS + Math.random() * RETRY_MS);
  }
}

/** proper-lockfile's protocol, which is the client's own. Loaded with the first write. */
const diskLocks: Locks = {
  async take(path, { staleMs }) {
    const { default: lockfile } = await import('proper-lockfile');
    let isCompromised = false;
    try {
      const release = await lockfile.lock(path, {
        lockfilePath: path,
        // The client locks the path as it opens it, before links are resolved.
        realpath: false,
        stale: staleMs,
        update: staleMs / 4,
        retries: 0,
        onCompromised: () => {
          isCompromised = true;
        },
      });
      return { isCompromised: () => isCompromised, release: () => releaseQuietly(release) };
    } catch (error) {
      if (isErrno(error, 'ELOCKED')) return null;
      throw error;
    }
  },
};

/** A lock that is lost already must not be removed: it is somebody else's now. */
async function releaseQuietly(release: () => Promise<void>): Promise<void> {
  try {
    await release();
  } catch (error) {
    if (!isErrno(error, 'ERELEASED', 'ENOTACQUIRED', 'ENOENT')) throw error;
  }
}
