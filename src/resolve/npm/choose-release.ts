import semver from 'semver';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { fetchPackument, pickRelease } from './client.ts';
import { toFailure } from './errors.ts';
import type { NpmOptions, Packument, Picked } from './npm.ts';
import { openSession, type Session } from './session.ts';

export interface Wanted {
  readonly name: string;
  /** Version, range or tag; absent: `latest`. */
  readonly version?: string;
  /** Releases younger than this are ignored; an exact version that somebody wrote down is not. */
  readonly cooldownMs: number;
}

export interface Choice {
  readonly release: Picked;
  readonly packument: Packument;
  readonly session: Session;
  /** How old what it depends on must be, in npm's words; `before` is null when it may be of any age. */
  readonly ages: NpmOptions & { readonly before: Date | null };
}

/** The release that npm would take. Throws RESOLVE_NOT_FOUND when there is none. */
export async function chooseRelease({ name, version, cooldownMs }: Wanted, ctx: Context): Promise<Choice> {
  const session = await openSession(ctx);
  const what = version === undefined ? name : `${name}@${version}`;
  try {
    const packument = await fetchPackument(name, session.options);
    const limit = beforeOf(session, cooldownMs, ctx);
    const isExact = version !== undefined && semver.valid(version) !== null;
    const isFree = isExact || (cooldownMs === 0 && isExempt(name, session.options));
    const wanted = { wanted: version ?? 'latest', before: isFree ? null : limit };
    const release = await pickRelease(name, wanted, session.options);
    assertAnswers(release, name, packument);
    const before = dependenciesBefore(limit, packument, release.version);
    // Whom users exempt from an age of their own is not exempt from one that is asked for here.
    const ages = { before, ...(cooldownMs === 0 ? {} : { minReleaseAgeExclude: [] }) };
    return { release, packument, session, ages };
  } catch (error) {
    throw toFailure(error, { what, registry: session.registryOf(name) });
  }
}

/** npm would go on with whatever name and version stand inside. */
function assertAnswers(release: Picked, name: string, { versions = {} }: Packument): void {
  if (release.name === name && Object.hasOwn(versions, release.version)) return;
  const found = `${release.name}@${release.version}`;
  throw new McpformError('RESOLVE_UNAVAILABLE', `asked for "${name}", the registry answers with "${found}"`, {
    hint: 'tell the operator of the registry',
  });
}

/** The user's own `min-release-age` or `before` holds too. */
function beforeOf({ options }: Session, cooldownMs: number, { system }: Context): Date | null {
  const own = options['before'] instanceof Date ? options['before'] : null;
  if (cooldownMs === 0) return own;
  const ours = new Date(system.clock.now() - cooldownMs);
  return own !== null && own < ours ? own : ours;
}

/** npm's `min-release-age-exclude`: names, and names with a star at their end. */
function isExempt(name: string, { minReleaseAgeExclude: patterns }: NpmOptions): boolean {
  return (
    Array.isArray(patterns) &&
    patterns
      .map(String)
      .some((pattern) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern))
  );
}

/** Parts of one release appear together, so what belongs to one that somebody wrote down may be as young as that. */
function dependenciesBefore(limit: Date | null, { time }: Packument, version: string): Date | null {
  if (limit === null) return null;
  const published = new Date(time?.[version] ?? 0);
  return published > limit ? published : limit;
}
