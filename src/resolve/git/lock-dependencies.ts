import { join } from 'node:path';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Finding } from '../../model/finding.ts';
import { resolveTree } from '../npm/client.ts';
import { toFailure } from '../npm/errors.ts';
import type { NpmNode } from '../npm/npm.ts';
import { reviewTree } from '../npm/review-tree.ts';
import { openSession, type Session } from '../npm/session.ts';
import { strongest } from '../npm/tree-text.ts';
import { withPrivateFolder } from '../private-folder.ts';
import { printDependencies } from './dependency-tree.ts';
import type { Project } from './project.ts';

export interface DependencyRequest {
  readonly server: string;
  /** For messages: the repository. */
  readonly what: string;
  readonly cooldownMs: number;
}

export interface LockedDependencies {
  readonly tree: string;
  readonly findings: readonly Finding[];
}

/**
 * Locks what a repository depends on, as npm would install it today: its own lock file is for those who work on it.
 * Everything comes from a registry, with its sha512.
 */
export async function lockDependencies(
  project: Project,
  { server, what, cooldownMs }: DependencyRequest,
  ctx: Context,
): Promise<LockedDependencies> {
  const { dependencies, optionalDependencies } = project;
  const wanted = Object.entries({ ...dependencies, ...optionalDependencies });
  const [first] = wanted;
  if (first === undefined)
    return { tree: printDependencies(project, { nodes: [], packages: {} }), findings: [] };
  for (const [name, range] of wanted) assertFromRegistry(name, range, what);
  const session = await openSession(ctx);
  const tree = await withPrivateFolder(async (path) => {
    const manifest = JSON.stringify({ dependencies, optionalDependencies });
    await ctx.system.files.create(join(path, 'package.json'), manifest, { mode: 0o600, sync: false });
    // Asking for one that it wants anyway changes nothing of the rest.
    return await resolveTree(first.join('@'), { ...session.options, ...ages(cooldownMs, ctx), path });
  }, ctx).catch((error: unknown) => {
    throw toFailure(error, { what, registry: session.registryOf(first[0]) });
  });
  const left = tree.nodes.filter(({ errors }) => errors.length > 0);
  const nodes = tree.nodes.filter(({ errors }) => errors.length === 0);
  for (const node of left) assertMissing(node, session);
  for (const node of nodes) assertLockable(node, what);
  return {
    tree: printDependencies(project, { ...tree, nodes }),
    findings: reviewTree({ server, release: { name: what, version: '' }, nodes, left, isAgeUnknown: false }),
  };
}

function ages(cooldownMs: number, { system }: Context): NpmTreeOptions {
  return cooldownMs === 0
    ? {}
    : { before: new Date(system.clock.now() - cooldownMs), minReleaseAgeExclude: [] };
}

type NpmTreeOptions = Readonly<Record<string, unknown>>;

/** A version, range or tag, or another name's: `npm:other@^1`. */
function assertFromRegistry(name: string, range: string, what: string): void {
  const plain = range.replace(/^npm:(@[a-z0-9._~-]+\/)?[a-z0-9._~-]+(@|$)/i, '');
  if (/^[\w.^~*<>=| +-]*$/.test(plain)) return;
  throw new McpformError(
    'RESOLVE_SOURCE',
    `"${what}" wants "${name}" from "${range.slice(0, 100)}", which is not a registry`,
    {
      hint: 'nothing says what is there; take the published package, if there is one',
    },
  );
}

/** npm leaves an optional dependency out whatever the reason. One that is down for a minute is not left out for ever. */
function assertMissing({ name, errors }: NpmNode, session: Session): void {
  const [error] = errors;
  if (error?.code === 'E404' || error?.code === 'ETARGET') return;
  throw toFailure(error, { what: name, registry: session.registryOf(name) });
}

function assertLockable(node: NpmNode, of: string): void {
  if (node.inDepBundle) return;
  const what = `"${node.packageName}@${node.version}", which "${of}" depends on,`;
  if (node.isRegistryDependency !== true) {
    throw new McpformError('RESOLVE_SOURCE', `${what} does not come from a registry`, {
      hint: 'take a commit whose dependencies all do',
    });
  }
  if (node.integrity !== null && strongest(node.integrity) !== null) return;
  throw new McpformError('RESOLVE_NO_INTEGRITY', `${what} has no sha512 integrity in its registry`, {
    hint: 'use a registry that gives one',
  });
}
