import { treeDigest } from '../../lock/tree-file.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Finding } from '../../model/finding.ts';
import type { PackagePin } from '../../model/lock.ts';
import type { CheckRequest } from '../../model/resolver.ts';
import { fetchPackument } from './client.ts';
import { toFailure } from './errors.ts';
import { nameOf, versionOf } from './package-text.ts';
import { readTree, type Tree } from './read-tree.ts';
import { openSession } from './session.ts';
import { strongest } from './tree-text.ts';

/** Whether pin, tree and registry say the same. Findings are errors; throws when the registry cannot be asked. */
export async function checkPin(
  { server, pin, tree }: CheckRequest<PackagePin>,
  ctx: Context,
): Promise<readonly Finding[]> {
  const wrong = [...checkTree(pin, tree), ...(await checkRegistry(pin, ctx))];
  return wrong.map(({ code, message, hint }) => ({
    code,
    severity: 'error',
    message: `server "${server}": ${message}`,
    ...(hint === undefined ? {} : { hint }),
  }));
}

function checkTree(pin: PackagePin, text: string | null): readonly McpformError[] {
  try {
    readPinnedTree(pin, text);
    return [];
  } catch (error) {
    if (!(error instanceof McpformError)) throw error;
    return [error];
  }
}

/** The tree that the pin names, and no other. Throws RESOLVE_TREE or RESOLVE_INTEGRITY, the latter with both hashes. */
export function readPinnedTree(
  pin: Pick<PackagePin, 'package' | 'integrity' | 'tree'>,
  text: string | null,
): Tree {
  const hint = 'restore lock and lock folder from Git, or run `mcpform lock --update` for this server';
  if (text === null || pin.tree === undefined || pin.integrity === undefined) {
    throw new McpformError('RESOLVE_TREE', `"${pin.package}" has no locked dependencies`, { hint });
  }
  const digest = treeDigest(text);
  if (digest !== pin.tree) {
    const message = `the dependencies of "${pin.package}" hash to ${digest}, the lock says ${pin.tree}`;
    throw new McpformError('RESOLVE_INTEGRITY', message, { hint });
  }
  const tree = readTree(text);
  const { name, version, integrity } = tree.root;
  if (`npm:${name}@${version}` !== pin.package) {
    const message = `the dependencies of "${pin.package}" are those of "npm:${name}@${version}"`;
    throw new McpformError('RESOLVE_TREE', message, { hint });
  }
  if (integrity !== pin.integrity) {
    const message = `"${pin.package}" has the integrity ${pin.integrity} in the lock, and ${integrity} in its tree`;
    throw new McpformError('RESOLVE_INTEGRITY', message, { hint });
  }
  return tree;
}

async function checkRegistry(pin: PackagePin, ctx: Context): Promise<readonly McpformError[]> {
  const [name, version] = [nameOf(pin), versionOf(pin)];
  const { options, registryOf } = await openSession(ctx);
  const packument = await fetchPackument(name, options).catch((error: unknown) => {
    throw toFailure(error, { what: name, registry: registryOf(name) });
  });
  const versions = packument.versions ?? {};
  const integrity = Object.hasOwn(versions, version) ? versions[version]?.dist?.integrity : null;
  if (integrity === null) {
    const message = `"${pin.package}" is not in the registry any more`;
    return [new McpformError('RESOLVE_NOT_FOUND', message, { hint: 'lock another version' })];
  }
  const found = strongest(String(integrity ?? ''));
  if (found === pin.integrity) return [];
  return [
    new McpformError(
      'RESOLVE_INTEGRITY',
      `"${pin.package}" is locked with the integrity ${pin.integrity}, and the registry says ${found ?? 'none'}`,
      { hint: 'a version never changes its content: find out who changed it before you lock it again' },
    ),
  ];
}
