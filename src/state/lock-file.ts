import { hash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Context } from '../model/context.ts';
import { isErrno, McpformError } from '../model/error.ts';
import type { MachineIdentity } from '../model/system.ts';
import { linkOrCreate, orUnwritable, removeIfThere } from './durable-file.ts';
import { filesIn } from './folder.ts';
import { isGone, type LockOwner, type LockState, readLockFile } from './lock-owner.ts';

type LockContext = Pick<Context, 'system'> & Partial<Pick<Context, 'signal'>>;

export interface HeldLock {
  readonly owner: LockOwner;
  /** Gives it back. What somebody took from us by force is left to them. */
  release(): Promise<void>;
}

export interface LockRequest {
  readonly command: string;
  /** How long to wait for another holder. Default: not at all, but for a pass of the loop at least half a minute. */
  readonly waitMs?: number;
}

/** Why the lock is not ours. `moving`: it passed, or is about to pass, to another while we looked. */
type Blocker = Exclude<LockState, { kind: 'free' }> | { readonly kind: 'moving' };

/** Passing a lock on takes a few system calls; one that lasts longer than this is stuck. */
const movingMs = 2_000;
const passMs = 30_000;

/**
 * Takes the lock of a state folder, or throws STATE_LOCKED or STATE_UNWRITABLE. Exactly one holder, whatever races: the name is taken
 * by link(2), and the lock of an owner that is certainly gone passes to whoever wins the right to replace it.
 */
export async function takeLock(folder: string, request: LockRequest, ctx: LockContext): Promise<HeldLock> {
  const me = await ctx.system.processes.identity();
  const startMs = ctx.system.clock.monotonic();
  for (let pauseMs = 25; ; pauseMs = Math.min(pauseMs * 2, 500)) {
    const attempt = new Attempt(folder, request.command, me, ctx);
    const blocker = await attempt.take();
    if (blocker === null) return attempt;
    const leftMs = startMs + patienceFor(blocker, request) - ctx.system.clock.monotonic();
    const isOver = blocker.kind === 'moving' ? leftMs < -movingMs : leftMs <= 0;
    if (isOver) throw busy(folder, blocker, me);
    await ctx.system.clock.sleep(blocker.kind === 'moving' ? 5 : Math.min(pauseMs, leftMs), ctx.signal);
  }
}

/** Whoever works beside a loop meets its passes: they come by themselves, and go. */
function patienceFor(blocker: Blocker, { command, waitMs = 0 }: LockRequest): number {
  const isPass = blocker.kind === 'held' && blocker.owner.command === 'reconcile' && command !== 'reconcile';
  return isPass ? Math.max(waitMs, passMs) : waitMs;
}

/** Removes the lock: if its owner is gone, or by force. Returns who held it, null when nobody did. */
export async function unlock(
  folder: string,
  options: { readonly force: boolean },
  ctx: Pick<Context, 'system'>,
): Promise<LockOwner | 'unreadable' | null> {
  const path = filesIn(folder).lock;
  const state = await readLockFile(path, ctx);
  if (state.kind === 'free') return null;
  const me = await ctx.system.processes.identity();
  const isStale = state.kind === 'held' && (await isGone(state.owner, me, ctx));
  if (!options.force && !isStale) throw busy(folder, state, me);
  await orUnwritable('remove the lock', () => removeIfThere(path, ctx));
  return state.kind === 'held' ? state.owner : 'unreadable';
}

class Attempt implements HeldLock {
  readonly owner: LockOwner;
  readonly #lock: string;
  readonly #folder: string;
  readonly #ticket: string;
  readonly #me: MachineIdentity;
  readonly #ctx: Pick<Context, 'system'>;

  constructor(folder: string, command: string, me: MachineIdentity, ctx: Pick<Context, 'system'>) {
    const { machineId, bootId, pidNamespace, pid, startTime, hostName } = me;
    const nonce = randomBytes(8).toString('hex');
    const since = new Date(ctx.system.clock.now()).toISOString();
    this.owner = {
      formatVersion: 1,
      ...{ nonce, machineId, bootId, pidNamespace, pid, startTime, hostName, command, since },
    };
    this.#lock = filesIn(folder).lock;
    this.#folder = folder;
    this.#ticket = `${this.#lock}.${nonce}.${pid}.${bootTag(me)}`;
    this.#me = me;
    this.#ctx = ctx;
  }

  /** Null when it is ours. */
  async take(): Promise<Blocker | null> {
    const { files } = this.#ctx.system;
    const before = await readLockFile(this.#lock, this.#ctx);
    const isStale = before.kind === 'held' && (await isGone(before.owner, this.#me, this.#ctx));
    if (before.kind !== 'free' && !isStale) return before;
    await orUnwritable('take the lock of the state', () =>
      files.create(this.#ticket, JSON.stringify(this.owner), { mode: 0o600, sync: true }),
    );
    try {
      const won = before.kind === 'free' ? await this.#claim(this.#lock) : await this.#replace(before.owner);
      if (!won) return { kind: 'moving' };
    } finally {
      await removeIfThere(this.#ticket, this.#ctx);
    }
    await this.#sweep();
    return null;
  }

  async release(): Promise<void> {
    const now = await readLockFile(this.#lock, this.#ctx);
    if (now.kind === 'held' && now.owner.nonce === this.owner.nonce)
      await removeIfThere(this.#lock, this.#ctx);
  }

  async #claim(name: string): Promise<boolean> {
    try {
      await linkOrCreate(this.#ticket, name, JSON.stringify(this.owner), this.#ctx);
      return true;
    } catch (error) {
      if (isErrno(error, 'EEXIST')) return false;
      throw error;
    }
  }

  /**
   * The right to replace the lock of a dead owner is a name made of its nonce, which one process alone can take.
   * If that one died too, the right to its right is a name made of *its* nonce, and so on. With the right in hand,
   * the lock is either still the dead owner's, and then nobody else may touch it, or it never will be again.
   */
  async #replace(dead: LockOwner): Promise<boolean> {
    const right = await this.#takeRight(dead.nonce);
    if (right === null) return false;
    try {
      const now = await readLockFile(this.#lock, this.#ctx);
      if (now.kind !== 'held' || now.owner.nonce !== dead.nonce) return false;
      await this.#ctx.system.files.rename(this.#ticket, this.#lock);
      return true;
    } finally {
      await removeIfThere(right, this.#ctx);
    }
  }

  async #takeRight(deadNonce: string): Promise<string | null> {
    for (let nonce = deadNonce; ; ) {
      const right = `${this.#lock}.broken.${nonce}`;
      if (await this.#claim(right)) return right;
      const holder = await readLockFile(right, this.#ctx);
      if (holder.kind !== 'held' || !(await isGone(holder.owner, this.#me, this.#ctx))) return null;
      nonce = holder.owner.nonce;
    }
  }

  /** Tickets and rights of processes that died with them in hand. They decide nothing any more. */
  async #sweep(): Promise<void> {
    for (const name of await this.#ctx.system.files.list(this.#folder)) {
      if (!name.startsWith('lock.')) continue;
      const left = await readLockFile(join(this.#folder, name), this.#ctx);
      const isLeft =
        left.kind === 'held'
          ? await isGone(left.owner, this.#me, this.#ctx)
          : left.kind === 'unreadable' && (await this.#isOfTheDead(name));
      if (isLeft) await removeIfThere(join(this.#folder, name), this.#ctx);
    }
  }

  /** A ticket whose maker died before it was written says by its name whose it was. */
  async #isOfTheDead(name: string): Promise<boolean> {
    const [, pid, tag] = /^lock\.[0-9a-f]{16}\.(\d+)\.([0-9a-f]{8})$/.exec(name) ?? [];
    if (pid === undefined || tag !== bootTag(this.#me)) return false;
    return !(await this.#ctx.system.processes.inspect(Number(pid))).isAlive;
  }
}

/** A process number means something only within this machine, boot and namespace. */
function bootTag({ machineId, bootId, pidNamespace }: MachineIdentity): string {
  return hash('sha256', JSON.stringify([machineId, bootId, pidNamespace])).slice(0, 8);
}

function busy(folder: string, by: Blocker, me: MachineIdentity): McpformError {
  if (by.kind !== 'held') {
    const what = by.kind === 'moving' ? 'is being taken over by another process' : 'does not say whose it is';
    return new McpformError('STATE_LOCKED', `the lock of "${folder}" ${what}`, {
      hint: 'if no mcpform is running, run `mcpform state unlock --force`',
    });
  }
  const { command, pid, hostName, since } = by.owner;
  const message = `"${command}" (process ${pid} on "${hostName}"${placeOf(by.owner, me)}) has held the state since ${since}`;
  return new McpformError('STATE_LOCKED', message, {
    hint: 'wait for it to finish; if you are sure that it is gone, run `mcpform state unlock --force`',
  });
}

function placeOf(owner: LockOwner, me: MachineIdentity): string {
  if (owner.machineId !== me.machineId) return ', another machine';
  return owner.pidNamespace === me.pidNamespace ? '' : ', in another container';
}
