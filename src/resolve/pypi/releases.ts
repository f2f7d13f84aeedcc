import type { Context } from '../../model/context.ts';
import type { PackagePin } from '../../model/lock.ts';
import type { Release, Releases, ResolveRequest } from '../../model/resolver.ts';
import { withPrivateFolder } from '../private-folder.ts';
import { listProject } from './indexes.ts';
import { pipIndexes } from './pip-indexes.ts';
import { type Project, readPinned, readProject } from './project-name.ts';
import type { IndexFile } from './project-page.ts';
import { findPip } from './run-pip.ts';
import { isWithin, matches, parseSpecifier } from './specifier.ts';
import { compareVersions, isPrerelease, isSameVersion, parseVersion, type Version } from './version.ts';

/** The index's versions that have a wheel, were not withdrawn, and take this Python; upload times where it has them. */
export async function releases(request: ResolveRequest<PackagePin>, ctx: Context): Promise<Releases> {
  const project = readProject(request.runtime);
  const { wheels, python } = await withPrivateFolder(async (folder) => {
    const found = await findPip(ctx);
    const { pages } = await listProject(project.name, await pipIndexes(found, folder, ctx), ctx);
    return { wheels: pages.flatMap((page) => page.wheels), python: found.version };
  }, ctx);
  const all = versionsOf(wheels);
  const usable = versionsOf(wheels.filter((wheel) => isUsable(wheel, python))).filter(({ publishedAt }) =>
    isOldEnough(publishedAt, request.cooldownMs, ctx.system.clock.now()),
  );
  const wanted = newest(usable, (version) => isWanted(version, project));
  const pinned =
    request.current === null ? (wanted?.text ?? 'unknown') : readPinned(request.current.package).version;
  const current = all.find(({ text }) => isSameVersion(text, pinned));
  const otherThan = (found: Candidate | undefined): Release | null =>
    found === undefined || isSameVersion(found.text, pinned) ? null : release(found);
  return {
    current: { version: pinned, publishedAt: current?.publishedAt ?? null },
    wanted: otherThan(wanted),
    latest: otherThan(newest(usable, (version) => !isPrerelease(version))),
  };
}

interface Candidate {
  readonly text: string;
  readonly version: Version;
  readonly publishedAt: string | null;
}

function release({ text, publishedAt }: Candidate): Release {
  return { version: text, publishedAt };
}

/** A version is as old as its first wheel. */
function versionsOf(wheels: readonly IndexFile[]): readonly Candidate[] {
  const found = new Map<string, Candidate>();
  for (const { version, versionText: text, uploadedAt } of wheels) {
    const known = found.get(text);
    const isFirst = known === undefined || (uploadedAt !== null && uploadedAt < (known.publishedAt ?? '~'));
    if (isFirst) found.set(text, { text, version, publishedAt: uploadedAt });
  }
  return [...found.values()];
}

function isUsable({ yanked, requiresPython }: IndexFile, python: string): boolean {
  const range = requiresPython === null ? null : parseSpecifier(requiresPython);
  const version = parseVersion(python);
  return yanked === null && (range === null || version === null || matches(version, range));
}

function isOldEnough(publishedAt: string | null, cooldownMs: number, nowMs: number): boolean {
  return publishedAt === null || Date.parse(publishedAt) <= nowMs - cooldownMs;
}

function isWanted(version: Version, { wanted }: Project): boolean {
  switch (wanted.kind) {
    case 'exact':
      return compareVersions(version, parseVersion(wanted.version) as Version) === 0;
    case 'range':
      return isWithin(version, wanted.specifier);
    case 'any':
      return !isPrerelease(version);
  }
}

function newest(
  candidates: readonly Candidate[],
  isAllowed: (version: Version) => boolean,
): Candidate | undefined {
  const allowed = candidates.filter(({ version }) => isAllowed(version));
  return allowed.sort((a, b) => compareVersions(a.version, b.version)).at(-1);
}
