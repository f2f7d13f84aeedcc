import { join } from 'node:path';
import { treeDigest } from '../../lock/tree-file.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Installed, Installer, InstallRequest, Program } from '../../model/launch.ts';
import { withPrivateFolder } from '../private-folder.ts';
import { compileModules } from './compile-modules.ts';
import { readPrograms } from './entry-points.ts';
import { installRequirements } from './install-requirements.ts';
import { normalizedName, readPinned } from './project-name.ts';
import { parseRequirements } from './requirements.ts';
import { findPip } from './run-pip.ts';
import { settleContent } from './settle-content.ts';

/** Wheels by pip, each compared with its hashes before it is opened; nothing of them is run. */
export const pypiInstaller: Installer = { install };

/** Below the folder of the store: the only place the program finds packages in. */
const packages = 'packages';

async function install({ pin, tree, folder }: InstallRequest, ctx: Context): Promise<Installed> {
  const project = readPinned(pin.package);
  if (tree === null || pin.tree !== treeDigest(tree)) {
    const found = tree === null ? 'there are none' : `these are ${treeDigest(tree)}`;
    throw new McpformError(
      'RESOLVE_INTEGRITY',
      `the requirements of "${pin.package}" are locked as ${pin.tree}, and ${found}`,
      {
        hint: 'restore the lock folder from Git',
      },
    );
  }
  const { pinned, leftOut } = parseRequirements(tree);
  const python = await findPip(ctx);
  const target = join(folder, packages);
  await withPrivateFolder(async (work) => {
    await installRequirements({ python, pinned, leftOut, folder: work, target }, ctx);
    await settleContent(target, ctx);
    await compileModules({ python, target, folder: work }, ctx);
  }, ctx);
  const found = await readPrograms(target, project.name, ctx);
  const programs = Object.fromEntries(
    found.map(({ name, module, object }) => {
      const program: Program = { kind: 'python', python: python.path, folder: packages, module, object };
      return [name, program];
    }),
  );
  return { programs, main: mainOf(Object.keys(programs), project.name) };
}

/** The only program, or the one that is named like the project, as uvx has it. */
function mainOf(names: readonly string[], project: string): string | null {
  if (names.length === 1) return names[0] as string;
  return names.find((name) => normalizedName(name) === project) ?? null;
}
