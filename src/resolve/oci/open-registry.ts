import type { Context } from '../../model/context.ts';
import type { Registry } from '../../model/registry.ts';
import { canonicalHost } from '../../model/registry-host.ts';
import type { WrittenEntry } from '../registries/parse-registries.ts';
import { readRegistries } from '../registries/read-registries.ts';
import { settingsFor } from '../registries/registry-settings.ts';
import { mirrored } from './mirrored.ts';
import { registryOf } from './registry-of.ts';
import { once, openSession, type Session } from './session.ts';

export interface OpenOptions {
  /** Requests to this registry at a time. Whoever opens it first in a run decides. Default: what the run has. */
  readonly parallel?: number;
}

/** Enough to hide the way there and back; more is taken for an attack by some, and slows none of the others. */
const POLITE = 8;

/** One run's configuration and registries; a run is as long as its context. */
interface Opened {
  readonly entries: () => Promise<ReadonlyMap<string, WrittenEntry>>;
  readonly sessions: Map<string, Promise<Session>>;
  readonly registries: Map<string, Promise<Registry>>;
  /** Requests to one registry at a time. */
  parallel: number;
}

const runs = new WeakMap<Context, Opened>();

/**
 * The registry of a host as in the names of images (`docker.io`, `127.0.0.1:5000`), reached as this machine is
 * configured. Sends nothing yet. Within one run there is one of each, which knows its tokens and its limit.
 * RESOLVE_REGISTRIES_INVALID when the configuration is not understood.
 */
export function openRegistry(host: string, ctx: Context, options: OpenOptions = {}): Promise<Registry> {
  const run = runOf(ctx);
  const name = canonicalHost(host);
  const known = run.registries.get(name) ?? open(name, run, options.parallel ?? run.parallel, ctx);
  run.registries.set(name, known);
  return known;
}

/**
 * The registry itself, whatever mirrors it has: for who writes there, or has to know what it holds. It shares limit and
 * tokens with the one that `openRegistry` opens.
 */
export async function openOrigin(host: string, ctx: Context): Promise<Registry> {
  const run = runOf(ctx);
  const { parallel } = run;
  return registryOf(await sessionOf(canonicalHost(host), run, { parallel, isPlain: false }, ctx), ctx);
}

/** How many requests at a time each registry gets that is opened in this run from now on, instead of 8. */
export function limitRegistries(parallel: number, ctx: Context): void {
  runOf(ctx).parallel = parallel;
}

function runOf(ctx: Context): Opened {
  const known = runs.get(ctx);
  if (known !== undefined) return known;
  const run = {
    entries: once(() => readRegistries(ctx)),
    sessions: new Map(),
    registries: new Map(),
    parallel: POLITE,
  };
  runs.set(ctx, run);
  return run;
}

async function open(host: string, run: Opened, parallel: number, ctx: Context): Promise<Registry> {
  const origin = await sessionOf(host, run, { parallel, isPlain: false }, ctx);
  const { mirrors, hasMirrorTags } = origin.settings;
  const sessions = await Promise.all(
    mirrors.map((mirror) => sessionOf(mirror.host, run, { parallel, isPlain: mirror.isPlain }, ctx)),
  );
  return mirrored(registryOf(origin, ctx), {
    registries: sessions.map((session) => registryOf(session, ctx)),
    hasTags: hasMirrorTags,
  });
}

/** A mirror may be a registry of its own, and one registry the mirror of several: its limit is for all of them. */
function sessionOf(
  host: string,
  { entries, sessions }: Opened,
  { parallel, isPlain }: { readonly parallel: number; readonly isPlain: boolean },
  ctx: Context,
): Promise<Session> {
  const key = `${isPlain ? 'http' : 'https'} ${host}`;
  const make = async (): Promise<Session> =>
    openSession(await settingsFor(host, await entries(), ctx), { isPlain }, parallel, ctx);
  const known = sessions.get(key) ?? make();
  sessions.set(key, known);
  return known;
}
