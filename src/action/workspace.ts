import { join, relative, sep } from 'node:path';
import { McpformError } from '../model/error.ts';
import type { Files } from '../model/system.ts';
import { type Inputs, invalidInput } from './inputs.ts';

export interface Workspace {
  /** Absolute and real. */
  readonly root: string;
  /** Absolute and real: the working directory. */
  readonly folder: string;
}

/** Where the job's files are. A link that leads out of the workspace is refused: whoever wrote a branch may have made it. */
export async function findWorkspace(
  { workingDirectory, files: manifests }: Pick<Inputs, 'workingDirectory' | 'files'>,
  { root, files }: { readonly root: string; readonly files: Files },
): Promise<Workspace> {
  const real = await files.realPath(root).catch((error: unknown) => {
    throw new McpformError('ACTION_RUNNER_FILE', `the workspace "${root}" cannot be looked at`, {
      hint: 'this is for a runner of GitHub Actions to set, in GITHUB_WORKSPACE',
      cause: error,
    });
  });
  const inside = async (name: string, path: string, shown: string): Promise<string> => {
    const found = await files.realPath(path).catch(() => null);
    if (found === null) throw invalidInput(name, shown, 'in the workspace; is the repository checked out?');
    if (isBelow(real, found)) return found;
    throw invalidInput(name, shown, 'inside the workspace: a link leads out of it');
  };
  const folder = await inside('working-directory', join(real, workingDirectory), workingDirectory);
  const named = manifests.length > 0 ? manifests : ['mcp.yaml', 'mcp.yml'];
  for (const manifest of named) {
    const path = join(folder, manifest);
    const lock = path.replace(/\.ya?ml$|$/, '.lock.yaml');
    for (const each of [path, lock]) {
      // One that is not there is for the command line to miss, with a better hint.
      const found = await files.realPath(each).catch(() => null);
      if (found !== null && !isBelow(real, found)) await inside('file', each, manifest);
    }
  }
  return { root: real, folder };
}

function isBelow(root: string, path: string): boolean {
  const inside = relative(root, path);
  return inside === '' || (inside !== '..' && !inside.startsWith(`..${sep}`) && inside !== path);
}
