import { treeDigest } from '../../lock/tree-file.ts';
import type { Context } from '../../model/context.ts';
import type { Finding } from '../../model/finding.ts';
import type { PackagePin } from '../../model/lock.ts';
import type { CheckRequest } from '../../model/resolver.ts';
import { withPrivateFolder } from '../private-folder.ts';
import { type Listing, listProjects } from './indexes.ts';
import { installRequirements } from './install-requirements.ts';
import { pipIndexes } from './pip-indexes.ts';
import { readPinned } from './project-name.ts';
import { type Pinned, parseRequirements } from './requirements.ts';
import { findPip } from './run-pip.ts';
import { isSameVersion } from './version.ts';
import { yankedFinding } from './yanked-finding.ts';

/** Whether tree and pin belong together, and the index still has every version with every hash of it. */
export async function check(
  { server, pin, tree }: CheckRequest<PackagePin>,
  ctx: Context,
): Promise<readonly Finding[]> {
  if (tree === null || pin.tree !== treeDigest(tree)) {
    const found = tree === null ? 'is missing' : `is ${treeDigest(tree)}`;
    const message = `the requirements of "${pin.package}" are locked as ${pin.tree}, and the file ${found}`;
    return [wrong('RESOLVE_TREE', server, message)];
  }
  const project = readPinned(pin.package);
  const { pinned } = parseRequirements(tree);
  const hasTop = pinned.some(
    ({ name, version }) => name === project.name && isSameVersion(version, project.version),
  );
  if (!hasTop) return [wrong('RESOLVE_TREE', server, `"${pin.package}" is not in its own requirements`)];
  return askIndexes(server, pinned, ctx);
}

async function askIndexes(
  server: string,
  pinned: readonly Pinned[],
  ctx: Context,
): Promise<readonly Finding[]> {
  return withPrivateFolder(async (folder) => {
    const python = await findPip(ctx);
    const names = pinned.map(({ name }) => name);
    const listings = await listProjects(names, await pipIndexes(python, folder, ctx), ctx);
    const compared = pinned.map((each, index) => compare(server, each, listings[index] as Listing));
    const unknown = pinned.filter((_, index) => compared[index] === 'unknown');
    if (unknown.length > 0) {
      // Only pip can read that index: it fetches the wheels, compares the hashes, and installs nothing.
      await installRequirements({ python, pinned: unknown, leftOut: [], folder, target: null }, ctx);
    }
    return compared.flatMap((result) => (result === 'unknown' ? [] : result));
  }, ctx);
}

/** What is wrong with one pin; `unknown` when an index that could tell was not readable. */
function compare(
  server: string,
  { name, version, hashes }: Pinned,
  { pages, isIncomplete }: Listing,
): readonly Finding[] | 'unknown' {
  const files = pages
    .flatMap((page) => [...page.wheels, ...page.sources])
    .filter((file) => isSameVersion(file.versionText, version));
  const missing = hashes.find((hash) => !files.some(({ sha256 }) => sha256 === hash));
  if (missing === undefined) {
    const locked = files.filter(({ sha256 }) => sha256 !== null && hashes.includes(sha256));
    const isYanked = locked.every(({ yanked }) => yanked !== null);
    return isYanked ? [yankedFinding(server, name, version)] : [];
  }
  if (isIncomplete) return 'unknown';
  const [other] = files;
  if (other === undefined) {
    return [wrong('RESOLVE_NOT_FOUND', server, `no index has "${name}" ${version} any more`)];
  }
  const message = `"${name}" ${version} is locked with sha256:${missing}, which the index does not have; it has sha256:${other.sha256}`;
  return [wrong('RESOLVE_INTEGRITY', server, message)];
}

function wrong(code: Finding['code'], server: string, message: string): Finding {
  return {
    code,
    severity: 'error',
    message: `server "${server}": ${message}`,
    hint: 'find out who changed it, then run `mcpform lock --update` and look at what it changes',
  };
}
