import { join } from 'node:path';
import { treeDigest } from '../../lock/tree-file.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Installed, Installer, InstallRequest } from '../../model/launch.ts';
import { findPrograms } from '../npm/programs.ts';
import { withPrivateFolder } from '../private-folder.ts';
import { listFiles } from './commit-files.ts';
import { type Dependencies, readDependencies } from './dependency-tree.ts';
import { fetchCommit } from './fetched-commit.ts';
import { readProject } from './project.ts';
import { NETWORK_ONLY, readPinned, type Transports } from './repository.ts';
import { writeFiles } from './write-files.ts';

/** The files of one commit, and the packages it depends on. Nothing is built, and no script is run. */
export const gitInstaller = gitInstallerFor(NETWORK_ONLY);

export function gitInstallerFor(transports: Transports): Installer {
  return { install: (request, ctx) => install(request, transports, ctx) };
}

async function install(
  { pin, tree, folder }: InstallRequest,
  transports: Transports,
  ctx: Context,
): Promise<Installed> {
  const { url, commit: id } = readPinned(pin.package, transports);
  if (tree === null || pin.tree !== treeDigest(tree)) {
    const found = tree === null ? 'there are none' : `these are ${treeDigest(tree)}`;
    throw new McpformError(
      'RESOLVE_INTEGRITY',
      `the dependencies of "${pin.package}" are locked as ${pin.tree}, and ${found}`,
      {
        hint: 'restore the lock folder from Git',
      },
    );
  }
  const dependencies = readDependencies(tree);
  return withPrivateFolder(async (work) => {
    const commit = await fetchCommit({ url, id }, { ...transports, folder: work }, ctx);
    if (commit.id !== id) {
      throw new McpformError('RESOLVE_INTEGRITY', `"${url}" has ${commit.id} under ${id}`, {
        hint: 'pin the commit itself',
      });
    }
    const files = await listFiles(commit, ctx.platform);
    const name = placeOf((await readProject(commit, files)).name, dependencies);
    const { installDependencies } = await import('./install-dependencies.ts');
    await installDependencies(dependencies, tree, folder, ctx);
    const place = join(folder, 'node_modules', name);
    await ctx.system.files.makeFolder(place, 0o755);
    await writeFiles(commit, files, place, ctx);
    return await findPrograms({ name, folder }, ctx);
  }, ctx);
}

/** The repository lies beside its packages, as if it were one; under another name when one of them has its own. */
function placeOf(name: string, { tree }: Dependencies): string {
  return tree?.packages.has(`node_modules/${name}`) === true ? 'repository' : name;
}
