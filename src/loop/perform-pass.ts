import { createHash } from 'node:crypto';
import { type Applied, applyStack, refused } from '../engine/apply-stack.ts';
import { type Declared, declare } from '../engine/declare.ts';
import { PLAIN } from '../engine/preview.ts';
import type { Context } from '../model/context.ts';
import type { Event } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';
import type { ObserveRequest } from '../model/provider.ts';
import type { PlanOptions } from '../plan/plan-input.ts';
import { assertWholePaths } from './assert-whole-paths.ts';
import type { PassFailure, Revision, RevisionNote } from './model.ts';
import { asFailure } from './pass-failure.ts';

/** How manifests are read, besides where they are. */
export interface Reading {
  readonly variables: Readonly<Record<string, string>>;
  readonly ambient: readonly string[];
  readonly allowedLiterals: readonly string[];
  readonly cwd: string;
}

/** What a revision asks for. */
export interface Wanted {
  readonly revision: Revision;
  readonly declared: Declared;
  readonly note: RevisionNote;
}

/** Reads what a revision asks for. Throws what `declare` throws; every name must be locked. */
export async function readRevision(revision: Revision, reading: Reading, ctx: Context): Promise<Wanted> {
  const at = atRevision(revision, ctx);
  const declared = await declare({ ...reading, files: revision.manifestFiles }, at);
  if (revision.root !== null) await assertWholePaths(declared);
  const { assertLocked } = await import('../engine/lock/lock-unlocked.ts');
  await assertLocked(declared);
  const { loaded } = declared;
  return {
    revision,
    declared,
    note: {
      commit: revision.commit,
      label: revision.label,
      time: new Date(ctx.system.clock.now()).toISOString(),
      manifestDigest: digestOf(loaded.sources.map(({ bytes }) => bytes)),
      lockDigest: loaded.lockBytes === null ? null : digestOf([loaded.lockBytes]),
    },
  };
}

/** The world with the files of a revision in it. */
function atRevision({ files }: Revision, ctx: Context): Context {
  return { ...ctx, system: { ...ctx.system, files } };
}

function digestOf(texts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(String(text.length)).update('\0').update(text);
  return `sha256:${hash.digest('hex')}`;
}

export interface Enforce {
  readonly hold: () => Promise<NonNullable<PlanOptions['hold']>>;
  readonly closed: NonNullable<ObserveRequest['closed']>;
  /** The source is remote: what a person could approve needs a policy that allows it. */
  readonly isUnattended: boolean;
}

/** What became of it. With a failure, the plan is there when it was made. */
export interface Enforced {
  readonly plan: Plan | null;
  readonly applied: Applied | null;
  readonly failure: PassFailure | null;
}

/** How long another mcpform may have the books before the pass gives up. */
const LOCK_WAIT_MS = 30_000;

/** Plans, and applies what is not held. Nobody is asked: what takes more than the plan's own consent is refused. */
export async function enforce(
  { revision, declared }: Wanted,
  { hold, closed, isUnattended }: Enforce,
  ctx: Context,
): Promise<Enforced> {
  let plan: Plan | null = null;
  const listening: Context = {
    ...atRevision(revision, ctx),
    emit: (event: Event) => {
      if (event.kind === 'plan.ready') plan = event.plan;
      ctx.emit(event);
    },
  };
  try {
    const applied = await applyStack(
      declared,
      {
        ...PLAIN,
        command: 'reconcile',
        lockWaitMs: LOCK_WAIT_MS,
        settles: false,
        allowDestroy: false,
        checksSecrets: true,
        isUnattended,
        leaveAlone: hold,
        closed,
      },
      async (_, obstacles) => {
        if (obstacles.length > 0) throw refused(obstacles);
        return true;
      },
      listening,
    );
    return { plan: applied.plan, applied, failure: null };
  } catch (error) {
    // Told to stop is no failure.
    ctx.signal.throwIfAborted();
    return { plan, applied: null, failure: asFailure(error, revision) };
  }
}
