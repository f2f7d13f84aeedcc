import semver from 'semver';
import { treeDigest } from '../../lock/tree-file.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { PackagePin } from '../../model/lock.ts';
import type { Resolution, ResolveRequest } from '../../model/resolver.ts';
import { packageOf } from '../package-of.ts';
import { buildTree } from './build-tree.ts';
import { type Choice, chooseRelease } from './choose-release.ts';
import { versionOf } from './package-text.ts';
import { readTree, type Tree } from './read-tree.ts';
import { reviewTree } from './review-tree.ts';

export interface LockRequest extends ResolveRequest<PackagePin> {
  /** What the manifest says, as the lock writes it. */
  readonly requested: string;
  /** `current` is an answer to that, if not the newest. */
  readonly isAnswered: boolean;
}

/** Asks the registry what a name stands for, and locks that with everything it depends on. */
export async function lockPackage(request: LockRequest, ctx: Context): Promise<Resolution<PackagePin>> {
  const { server, current, currentTree, requested } = request;
  const choice = await choose(request, ctx);
  const nodes = await buildTree(choice, ctx);
  const tree = readTree(nodes.text);
  const { name, version, integrity } = tree.root;
  assertSameContent({ package: `npm:${name}@${version}`, integrity }, current);
  if (currentTree !== null && current !== null && treeDigest(currentTree) === current.tree) {
    assertSameContents(tree, readTree(currentTree));
  }
  const exact = `npm:${name}@${version}`;
  return {
    pin: {
      kind: 'package',
      package: exact,
      ...(requested === exact ? {} : { requested }),
      integrity,
      tree: treeDigest(nodes.text),
    },
    tree: nodes.text,
    findings: reviewTree({
      server,
      release: choice.release,
      nodes: nodes.all,
      left: nodes.left,
      isAgeUnknown: request.cooldownMs > 0 && choice.packument.time?.[version] === undefined,
    }),
  };
}

async function choose(request: LockRequest, ctx: Context): Promise<Choice> {
  const { runtime, current, isAnswered, isUpdate, cooldownMs } = request;
  const wanted = { ...packageOf(runtime, 'npm'), cooldownMs };
  const locked = isAnswered && current !== null ? versionOf(current) : null;
  if (locked === null) return await chooseRelease(wanted, ctx);
  // The tree is lost or damaged: the same release again, and not a newer one that nobody asked for.
  if (!isUpdate) return await chooseRelease({ ...wanted, version: locked }, ctx);
  const choice = await chooseRelease(wanted, ctx);
  if (cooldownMs === 0 || !semver.lt(choice.release.version, locked)) return choice;
  // Locked already, and only too young to be chosen now: an update is no reason to go back.
  const newest = await chooseRelease({ ...wanted, cooldownMs: 0 }, ctx);
  return semver.lt(newest.release.version, locked)
    ? choice
    : await chooseRelease({ ...wanted, version: locked }, ctx);
}

type Content = Pick<PackagePin, 'package' | 'integrity'>;

/** A release is published once. Another content under the same version is an attack, or an accident nobody wants. */
function assertSameContent(found: Content, locked: Content | null): void {
  if (locked?.integrity === undefined || locked.package !== found.package) return;
  if (locked.integrity === found.integrity) return;
  throw new McpformError(
    'RESOLVE_INTEGRITY',
    `"${found.package}" is locked with the integrity ${locked.integrity}, and the registry says ${found.integrity}`,
    { hint: 'a version never changes its content: find out who changed it before you lock it again' },
  );
}

function assertSameContents(found: Tree, locked: Tree): void {
  const known = new Map(
    [...locked.packages.values()].map((each) => [`npm:${each.name}@${each.version}`, each]),
  );
  for (const { name, version, integrity } of found.packages.values()) {
    const text = `npm:${name}@${version}`;
    const before = known.get(text)?.integrity;
    if (integrity === null || before === null || before === undefined) continue;
    assertSameContent({ package: text, integrity }, { package: text, integrity: before });
  }
}
