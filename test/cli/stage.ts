import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type McpformOptions, mcpform } from '../support/mcpform.ts';
import type { Ran } from '../support/run.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';
import { writeFiles } from '../support/world.ts';

/** A stack of two entries in user scope; `github` receives a secret. */
export const TOOLS = `apiVersion: mcpform/v1
kind: Stack
name: tools
secrets:
  github-token: { env: GITHUB_TOKEN }
servers:
  memory: { command: npx, args: [-y, memory@1.0.0] }
  github: { url: "https://mcp.example.com/", headers: { Authorization: "Bearer \${secret.github-token}" } }
`;

/** Where the books of `TOOLS` are. */
export const BOOKS = '.local/state/mcpform/tools';

export interface Stage {
  readonly home: Home;
  /** Runs the built program in the home's project folder. */
  run(args: readonly string[], options?: McpformOptions): Promise<Ran>;
  /** The same; throws with all that was said unless it exits as expected. */
  expectExit(exitCode: number, args: readonly string[], options?: McpformOptions): Promise<Ran>;
  /** `apply --auto-approve --no-settle`. */
  apply(...more: readonly string[]): Promise<Ran>;
  /** Writes files below the home folder. */
  write(files: Parameters<typeof writeFiles>[1]): Promise<void>;
  read(file: string): Promise<string>;
}

/** Does something in a throw-away home that has `project/mcp.yaml`. */
export async function onStage<Result>(
  work: (stage: Stage) => Promise<Result>,
  manifest: string | null = TOOLS,
): Promise<Result> {
  const home = await throwawayHome();
  const run: Stage['run'] = (args, options) => mcpform(args, home, options);
  const expectExit: Stage['expectExit'] = async (exitCode, args, options) => {
    const ran = await run(args, options);
    if (ran.exitCode === exitCode) return ran;
    const said = `${ran.stdout}${ran.stderr}`;
    throw new Error(`mcpform ${args.join(' ')}: exit ${ran.exitCode}, not ${exitCode}\n${said}`);
  };
  try {
    if (manifest !== null) await writeFiles(home.project, { 'mcp.yaml': manifest });
    return await work({
      home,
      run,
      expectExit,
      apply: (...more) => expectExit(0, ['apply', '--auto-approve', '--no-settle', ...more]),
      write: (files) => writeFiles(home.folder, files),
      read: (file) => readFile(join(home.folder, file), 'utf8'),
    });
  } finally {
    await home.remove();
  }
}

/** Every file, folder and link below a folder, by path: what it is, its mode, inode, time and bytes. */
export async function fingerprint(
  folder: string,
  isLeftOut: (path: string) => boolean = () => false,
): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const path of (await readdir(folder, { recursive: true })).sort()) {
    if (isLeftOut(path)) continue;
    const stat = await lstat(join(folder, path));
    const content = stat.isSymbolicLink()
      ? await readlink(join(folder, path))
      : stat.isFile()
        ? createHash('sha256')
            .update(await readFile(join(folder, path)))
            .digest('hex')
        : 'folder';
    // A folder's time says that something in it was made or removed.
    found[path] = [content, stat.mode.toString(8), stat.ino, stat.mtimeMs].join(' ');
  }
  return found;
}

/** The files below a folder that hold a text. */
export async function filesWith(folder: string, text: string): Promise<readonly string[]> {
  const holding: string[] = [];
  for (const path of await readdir(folder, { recursive: true })) {
    const isFile = (await lstat(join(folder, path))).isFile();
    if (isFile && (await readFile(join(folder, path))).includes(text)) holding.push(path);
  }
  return holding;
}
