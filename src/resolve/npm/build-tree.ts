import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Choice } from './choose-release.ts';
import { resolveTree } from './client.ts';
import { toFailure } from './errors.ts';
import type { NpmNode, NpmTree } from './npm.ts';
import { printTree, strongest } from './tree-text.ts';

export interface BuiltTree {
  readonly text: string;
  readonly all: readonly NpmNode[];
  /** Optional dependencies that the registry does not have. */
  readonly left: readonly NpmNode[];
}

/**
 * All that a release depends on, as npm would install it today into an otherwise empty project, on any system:
 * optional packages of other platforms are there. Every package comes from a registry that gives its sha512.
 */
export async function buildTree({ release, session, ages }: Choice, ctx: Context): Promise<BuiltTree> {
  const { name, version } = release;
  const subject = { what: `${name}@${version}`, registry: session.registryOf(name) };
  const tree = await inEmptyFolder(ctx, (path) =>
    resolveTree(subject.what, { ...session.options, ...ages, path }),
  ).catch((error: unknown) => {
    throw toFailure(error, subject);
  });
  const [left, found] = split(tree);
  for (const node of left) {
    assertMissing(node, ages.before, session.registryOf(node.name));
  }
  for (const node of found) assertLockable(node, subject.what);
  return { text: printTree({ name, version }, tree), all: found, left };
}

function split({ nodes }: NpmTree): readonly [left: readonly NpmNode[], found: readonly NpmNode[]] {
  const isLeft = ({ errors }: NpmNode): boolean => errors.length > 0;
  return [nodes.filter(isLeft), nodes.filter((node) => !isLeft(node))];
}

/**
 * npm leaves an optional dependency out whatever the reason. A registry that is down for a minute must not make a
 * lock that lacks a platform for ever.
 */
function assertMissing({ name, errors }: NpmNode, before: Date | null, registry: string): void {
  const error = errors[0];
  if (error?.code === 'E404' || (error?.code === 'ETARGET' && before === null)) return;
  throw toFailure(error, { what: name, registry });
}

function assertLockable(node: NpmNode, of: string): void {
  const what = `"${node.packageName}@${node.version}", which "${of}" depends on,`;
  if (node.inDepBundle) return;
  if (node.isRegistryDependency !== true) {
    throw new McpformError('RESOLVE_SOURCE', `${what} does not come from a registry`, {
      hint: 'ask for a version whose dependencies all do',
    });
  }
  if (node.integrity !== null && strongest(node.integrity) !== null) return;
  throw new McpformError('RESOLVE_NO_INTEGRITY', `${what} has no sha512 integrity in its registry`, {
    hint: 'use a registry that gives one, or ask for a newer version',
  });
}

/** npm looks for a project where it resolves one: nobody's may be there. */
async function inEmptyFolder<T>({ system, folders }: Context, use: (path: string) => Promise<T>): Promise<T> {
  const path = join(folders.cache, 'npm', `project-${randomUUID()}`);
  await system.files.makeFolder(path, 0o700);
  try {
    return await use(path);
  } finally {
    await system.files.removeFolder(path);
  }
}
