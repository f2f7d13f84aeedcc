import { treeDigest } from '../../lock/tree-file.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Finding } from '../../model/finding.ts';
import type { PackagePin } from '../../model/lock.ts';
import type { CheckRequest } from '../../model/resolver.ts';
import { withPrivateFolder } from '../private-folder.ts';
import { readDependencies } from './dependency-tree.ts';
import { isReachable } from './is-reachable.ts';
import { readPinned, type Transports } from './repository.ts';

/** Whether the tree belongs to the pin, and the commit is still under a branch or tag of the repository. */
export async function check(
  { server, pin, tree }: CheckRequest<PackagePin>,
  transports: Transports,
  ctx: Context,
): Promise<readonly Finding[]> {
  const { url, commit } = readPinned(pin.package, transports);
  const isThere = await withPrivateFolder(
    (folder) => isReachable({ url, id: commit }, { ...transports, folder }, ctx),
    ctx,
  );
  const gone = `"${url}" has no branch or tag with the commit ${commit}`;
  return [...checkTree(server, pin, tree), ...(isThere ? [] : [wrong('RESOLVE_NOT_FOUND', server, gone)])];
}

function checkTree(server: string, pin: PackagePin, tree: string | null): readonly Finding[] {
  if (tree === null || pin.tree !== treeDigest(tree)) {
    const found = tree === null ? 'is missing' : `is ${treeDigest(tree)}`;
    const message = `the dependencies of "${pin.package}" are locked as ${pin.tree}, and the file ${found}`;
    return [wrong('RESOLVE_TREE', server, message)];
  }
  try {
    readDependencies(tree);
    return [];
  } catch (error) {
    if (!(error instanceof McpformError)) throw error;
    return [wrong(error.code, server, error.message)];
  }
}

function wrong(code: Finding['code'], server: string, message: string): Finding {
  return {
    code,
    severity: 'error',
    message: `server "${server}": ${message}`,
    hint: 'find out who changed it, then run `mcpform lock --update` and look at what it changes',
  };
}
