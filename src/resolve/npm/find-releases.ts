import semver from 'semver';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { PackagePin } from '../../model/lock.ts';
import type { Release, Releases, ResolveRequest } from '../../model/resolver.ts';
import { packageOf } from '../package-of.ts';
import { type Choice, chooseRelease, type Wanted } from './choose-release.ts';
import type { Packument } from './npm.ts';
import { versionOf } from './package-text.ts';

/** What there is beside the locked release. A cooldown counts, as it would for an update. */
export async function findReleases(
  { runtime, current, cooldownMs }: ResolveRequest<PackagePin>,
  ctx: Context,
): Promise<Releases> {
  const { name, version } = packageOf(runtime, 'npm');
  const choice = await chooseRelease(
    { name, cooldownMs, ...(version === undefined ? {} : { version }) },
    ctx,
  );
  const { packument } = choice;
  const wanted = choice.release.version;
  const locked = current === null ? wanted : versionOf(current);
  const latest = version === undefined ? choice : await latestOf({ name, cooldownMs }, ctx);
  const newest = latest?.release.version;
  return {
    current: releaseOf(locked, packument),
    wanted: wanted === locked ? null : releaseOf(wanted, packument),
    latest: newest !== undefined && semver.gt(newest, locked) ? releaseOf(newest, packument) : null,
  };
}

/** Not every registry has a tag `latest`, and with a cooldown nothing may be old enough. */
async function latestOf(wanted: Wanted, ctx: Context): Promise<Choice | null> {
  try {
    return await chooseRelease(wanted, ctx);
  } catch (error) {
    if (error instanceof McpformError && error.code === 'RESOLVE_NOT_FOUND') return null;
    throw error;
  }
}

function releaseOf(version: string, { time }: Packument): Release {
  const published = Date.parse(String(time?.[version] ?? ''));
  return { version, publishedAt: Number.isNaN(published) ? null : new Date(published).toISOString() };
}
