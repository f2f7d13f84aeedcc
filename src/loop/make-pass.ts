import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import type { Event } from '../model/event.ts';
import type { Finding } from '../model/finding.ts';
import type { Place } from '../model/resource.ts';
import { countPass } from './count-pass.ts';
import { isBreakerOpen } from './decide/breakers.ts';
import { holdsFor } from './decide/hold-steps.ts';
import type { PassFacts } from './decide/pass-facts.ts';
import type { LoopState, PassFailure, PassReport, Revision, RevisionNote, Source, Wake } from './model.ts';
import { asFailure } from './pass-failure.ts';
import { type Enforced, enforce, type Reading, readRevision, type Wanted } from './perform-pass.ts';
import type { LoopSettings } from './settings.ts';

/** What passes are made of, for as long as the loop runs. */
export interface PassSetting {
  readonly source: Source;
  readonly isRemote: boolean;
  readonly reading: Reading;
  readonly settings: LoopSettings;
}

/** What a pass found out. */
export interface Pass {
  readonly facts: PassFacts;
  readonly report: PassReport;
  /** What was put in force, or was to be: the newest revision that can be used. */
  readonly wanted: Wanted | null;
  /** Where everything managed is; null when nobody looked. */
  readonly places: readonly Place[] | null;
}

/** What the source asks for now; or why that cannot be known or used. */
export type Looked =
  | { readonly kind: 'wanted'; readonly wanted: Wanted }
  | { readonly kind: 'failed'; readonly failure: PassFailure; readonly revision: Revision | null };

/** Looks at the source, and reads what is there. Changes nothing. */
export async function lookAtSource(
  { source, reading }: PassSetting,
  applied: string | null,
  ctx: Context,
): Promise<Looked> {
  let revision: Revision | null = null;
  try {
    revision = await source.look(applied, ctx.signal);
    const wanted = await readRevision(revision, reading, ctx);
    return { kind: 'wanted', wanted };
  } catch (error) {
    ctx.signal.throwIfAborted();
    return { kind: 'failed', failure: asFailure(error, revision), revision };
  }
}

export interface PassRequest {
  readonly wakes: readonly Wake[];
  readonly looked: Looked;
  /** What was in force before: it stays so while what is new cannot be used. */
  readonly lastGood: Wanted | null;
  readonly state: LoopState;
  /** The state as people may have changed it since. */
  readonly newest: () => Promise<LoopState>;
}

/** One pass: puts in force what can be, and says what happened. Throws when it is told to stop, and bugs. */
export async function makePass(
  { wakes, looked, lastGood, state, newest }: PassRequest,
  setting: PassSetting,
  ctx: Context,
): Promise<Pass> {
  const { clock } = ctx.system;
  const startedMs = clock.now();
  const begunMs = clock.monotonic();
  const wanted = looked.kind === 'wanted' ? looked.wanted : lastGood;
  const engines = new Map<string, Finding | null>();
  const enforced =
    wanted === null
      ? NOTHING
      : await enforceWanted(wanted, { state, newest, startedMs, engines }, setting, ctx);
  const failure = looked.kind === 'failed' ? looked.failure : enforced.failure;
  const facts = factsOf({ looked, wanted, enforced, failure, engines }, setting, clock.now());
  const report = {
    ...(facts.stack === '' ? {} : { stack: facts.stack }),
    number: state.passes + 1,
    wakes,
    startedAt: new Date(startedMs).toISOString(),
    durationMs: Math.round(clock.monotonic() - begunMs),
    revision: (looked.kind === 'wanted' ? looked.wanted.revision : looked.revision)?.label ?? null,
    ...countPass(enforced, failure),
  };
  return { facts, report, wanted, places: enforced.applied?.places ?? null };
}

const NOTHING: Enforced = { plan: null, applied: null, failure: null };

async function enforceWanted(
  wanted: Wanted,
  {
    state,
    newest,
    startedMs,
    engines,
  }: Pick<PassRequest, 'state' | 'newest'> & {
    readonly startedMs: number;
    readonly engines: Map<string, Finding | null>;
  },
  { settings, isRemote }: PassSetting,
  ctx: Context,
): Promise<Enforced> {
  const closed = new Map(
    Object.entries(state.breakers)
      .filter(([file]) => isBreakerOpen(state.breakers, file, startedMs))
      .map(([file, { failures }]) => [file, leftAlone(file, failures)]),
  );
  const seen = (event: Event): void => {
    if (event.kind === 'plan.ready') noteEngines(event.plan, wanted, { closed, engines });
    ctx.emit(event);
  };
  return await enforce(
    wanted,
    {
      hold: async () => {
        const now = { ...settings, state: await newest(), nowMs: startedMs };
        return (steps, losesData) => holdsFor(steps, { ...now, losesData });
      },
      closed,
      isUnattended: isRemote,
    },
    { ...ctx, emit: seen },
  );
}

function leftAlone(file: string, failures: number): McpformError {
  return new McpformError(
    'ENGINE_UNAVAILABLE',
    `"${file}" failed ${failures} times in a row, and is left alone for a while`,
    {
      hint: 'it is asked again soon',
    },
  );
}

/** Which engines were asked, and which of them could not be read. */
function noteEngines(
  { findings, steps }: Extract<Event, { kind: 'plan.ready' }>['plan'],
  { declared }: Wanted,
  { closed, engines }: { closed: ReadonlyMap<string, unknown>; engines: Map<string, Finding | null> },
): void {
  const files = declared.resources.flatMap(({ desired }) =>
    desired.kind === 'entry' ? [] : [desired.engine === null ? 'docker' : `docker@${desired.engine}`],
  );
  const unread = new Set(
    steps.filter(({ because }) => because === 'unavailable').map(({ place }) => place.file),
  );
  for (const file of new Set(files)) {
    if (closed.has(file)) continue;
    const problem = unread.has(file) ? findings.find(({ at }) => at?.file === file) : undefined;
    engines.set(file, problem ?? (unread.has(file) ? unknownProblem(file) : null));
  }
}

function unknownProblem(file: string): Finding {
  return { code: 'ENGINE_UNAVAILABLE', severity: 'error', message: `"${file}" could not be read` };
}

function factsOf(
  pass: {
    readonly looked: Looked;
    readonly wanted: Wanted | null;
    readonly enforced: Enforced;
    readonly failure: PassFailure | null;
    readonly engines: ReadonlyMap<string, Finding | null>;
  },
  { isRemote }: PassSetting,
  nowMs: number,
): PassFacts {
  const { looked, wanted, enforced, failure, engines } = pass;
  const revision = looked.kind === 'wanted' ? looked.wanted.revision : looked.revision;
  return {
    stack: wanted?.declared.manifest.name ?? '',
    nowMs,
    revision: looked.kind === 'wanted' ? looked.wanted.note : unreadNote(looked.revision, nowMs),
    signature: signatureOf(revision, isRemote),
    failure,
    plan: enforced.plan,
    outcomes: enforced.applied?.outcomes ?? [],
    engines,
    suspects: () => [],
  };
}

/** A revision that cannot be used was attempted all the same. */
function unreadNote(revision: Revision | null, nowMs: number): RevisionNote | null {
  if (revision === null) return null;
  const { commit, label } = revision;
  return { commit, label, time: new Date(nowMs).toISOString(), manifestDigest: 'unread', lockDigest: null };
}

function signatureOf(revision: Revision | null, isRemote: boolean): PassFacts['signature'] {
  if (revision === null) return null;
  if (revision.signer !== null) return { signer: revision.signer };
  return isRemote ? 'unverified' : 'nothing-to-verify';
}
