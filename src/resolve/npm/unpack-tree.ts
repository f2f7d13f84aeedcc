import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { download, type Installation, planInstallation, UNKNOWN_ADDRESS } from './client.ts';
import { toFailure } from './errors.ts';
import type { NpmNode, NpmOptions } from './npm.ts';
import type { PackumentCache } from './packument-cache.ts';
import type { Tree } from './read-tree.ts';
import { openSession, type Session } from './session.ts';
import { noTransport } from './transport.ts';

/** Politer than the library, which would ask for everything at once. */
const PARALLEL = 16;

/**
 * Unpacks into `folder`, which holds the lock, what that has for this machine. First every tarball is fetched, or
 * found in the cache, and hashed whole; then all are unpacked from the cache, by their hashes, without a network.
 */
export async function unpackTree(tree: Tree, folder: string, ctx: Context): Promise<void> {
  const session = await openSession(ctx);
  const options = { ...session.options, ...FROM_CACHE_ALONE, path: folder };
  const plan = await planInstallation(options).catch((error: unknown) => {
    throw incomplete(tree, error);
  });
  const nodes = plan.nodes.filter(({ inDepBundle }) => !inDepBundle);
  for (const node of nodes) assertLocked(node, tree);
  await inParallel(nodes, (node) => fetchNode(node, session));
  // Only what the cache has under the hash is taken; the library asks it only for what has an address.
  for (const node of nodes) node.resolved = UNKNOWN_ADDRESS;
  await unpack(plan, nodes, tree);
}

const NOTHING_KNOWN: PackumentCache = {
  has: () => false,
  get: () => undefined,
  set: () => undefined,
  delete: () => undefined,
};

const FROM_CACHE_ALONE: NpmOptions = {
  offline: true,
  // `offline` means that npm's libraries need not ask; this, that they cannot.
  agent: noTransport,
  packumentCache: NOTHING_KNOWN,
  allowRemote: 'all',
  replaceRegistryHost: 'never',
};

function incomplete({ root }: Tree, error: unknown): McpformError {
  const isElsewhere = (error as { readonly code?: unknown } | null)?.code === 'EBADPLATFORM';
  return isElsewhere
    ? toFailure(error, { what: `${root.name}@${root.version}`, registry: '' })
    : new McpformError(
        'RESOLVE_TREE',
        `the locked tree of "${root.name}@${root.version}" lacks dependencies`,
        {
          hint: 'restore the file from Git, or run `mcpform lock --update` for this server',
        },
      );
}

function assertLocked({ location, packageName, version, integrity }: NpmNode, tree: Tree): void {
  const locked = tree.packages.get(location);
  const isSame = locked?.name === packageName && locked.version === version && locked.integrity === integrity;
  if (!isSame || integrity === null) throw incomplete(tree, null);
}

/** Servers that are installed at once have tarballs in common. */
async function fetchNode(node: NpmNode, session: Session): Promise<void> {
  const { downloads } = session;
  const integrity = String(node.integrity);
  const running = downloads.get(integrity) ?? fetchTarball(node, integrity, session);
  downloads.set(integrity, running);
  await running.finally(() => downloads.delete(integrity));
}

async function fetchTarball(
  node: NpmNode,
  integrity: string,
  { options, registryOf }: Session,
): Promise<void> {
  const { packageName: name, version } = node;
  const what = `${name}@${version}`;
  await download(what, { ...options, integrity }).catch((error: unknown) => {
    throw toFailure(error, { what, registry: registryOf(name) });
  });
}

async function unpack(plan: Installation, nodes: readonly NpmNode[], { root }: Tree): Promise<void> {
  const fail = (why: string): McpformError =>
    new McpformError('RESOLVE_INSTALL', `"${root.name}@${root.version}" could not be unpacked: ${why}`, {
      hint: 'look at disk space and permissions; if both are well, the package is damaged',
    });
  await plan.unpack().catch((error: unknown) => {
    const { code, signal } = error as { readonly code?: unknown; readonly signal?: unknown };
    throw fail(signal === undefined ? String(code ?? 'its archive is damaged') : 'it was interrupted');
  });
  // npm drops an optional package that it cannot unpack, and says nothing.
  const dropped = nodes.find(({ inert }) => inert);
  if (dropped !== undefined) throw fail(`"${dropped.location}" is damaged`);
}

/** The first failure starts nothing more, and is thrown when what is under way has ended. */
async function inParallel<T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const work = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await run(item);
  };
  const workers = Array.from({ length: PARALLEL }, async () => {
    await work().catch((error: unknown) => {
      queue.length = 0;
      throw error;
    });
  });
  const failed = (await Promise.allSettled(workers)).find(({ status }) => status === 'rejected');
  if (failed !== undefined) await Promise.all(workers);
}
