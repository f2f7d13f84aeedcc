import { basename, dirname, resolve } from 'node:path';
import { adoptImports } from '../../engine/adopt-imports.ts';
import { readGitFacts } from '../../engine/git-facts.ts';
import { type Imports, importEntries } from '../../engine/import-entries.ts';
import { replaceText } from '../../engine/replace-text.ts';
import { newManifest, stackName } from '../../manifest/write-manifest.ts';
import type { Context } from '../../model/context.ts';
import { isErrno, McpformError } from '../../model/error.ts';
import { EXIT } from '../../model/exit-code.ts';
import { hasErrors } from '../../model/finding.ts';
import { initWords, movedJson } from '../../report/import-words.ts';
import { type Answer, type CommandInput, listOption, switchOption, textOption } from '../command.ts';
import { moveImports } from '../move-imports.ts';
import { showFindings } from '../show-findings.ts';
import type { Terminal } from '../terminal.ts';

const NOTHING: Imports = { servers: [], addresses: [], findings: [], literals: [] };

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const path = pathOf(input);
  const name = nameOf(input, path);
  const imports = switchOption(input.options, 'import') ? await findEntries(dirname(path), ctx) : NOTHING;
  if (imports.literals.length > 0) await assertFree(path, ctx);
  const stack = { name, file: path, taken: new Set<string>() };
  const settled = await moveImports(imports, stack, { input, terminal }, ctx);
  showFindings(settled.findings, input, terminal);
  const last = newManifest({ name, servers: settled.servers, secrets: settled.secrets });
  // First as they are, so that they are taken into the books as they are; then with references, for the next apply.
  const first = settled.moved.length === 0 ? last : newManifest({ name, servers: imports.servers });
  await createFile(path, first, ctx);
  if (imports.addresses.length > 0) {
    const request = { files: [path], cwd: input.cwd, variables: {} };
    await adoptImports(request, imports.addresses, { lockWaitMs: 0, command: 'init --import' }, ctx);
  }
  if (first !== last) await replaceText(path, last, 'MANIFEST_UNWRITABLE', ctx);
  return {
    exitCode: hasErrors(settled.findings) ? EXIT.partial : EXIT.ok,
    text: initWords(path, imports.addresses, settled.moved),
    json: {
      formatVersion: '1.0',
      file: path,
      imported: imports.addresses,
      ...movedJson(settled.moved),
      findings: settled.findings,
    },
  };
}

function nameOf({ options }: CommandInput, path: string): string {
  const given = textOption(options, 'name');
  const possible = stackName(given ?? basename(dirname(path)));
  if (given === undefined) return possible;
  if (/^[a-z0-9][a-z0-9_-]{0,62}$/.test(given) && !(given in {})) return given;
  throw new McpformError('USAGE', `"${given}" cannot be the name of a stack`, {
    hint: `names have lower-case letters, digits, "-" and "_": try --name ${possible}`,
  });
}

function pathOf({ options, cwd }: CommandInput): string {
  const [file = 'mcp.yaml', other] = listOption(options, 'file');
  if (other === undefined) return resolve(cwd, file);
  throw new McpformError('USAGE', 'init writes one file', { hint: 'give -f once' });
}

async function findEntries(folder: string, ctx: Context): Promise<Imports> {
  const real = await ctx.system.files.realPath(folder);
  const root = (await readGitFacts(real, ctx.system.files))?.root ?? null;
  const place = root ?? real;
  return await importEntries(
    {
      addresses: [],
      targets: [
        { client: 'claude-code', scope: 'user' },
        { client: 'claude-code', scope: 'local', folder: place },
        { client: 'claude-code', scope: 'project', folder: place },
      ],
      managed: new Set(),
      taken: new Set(),
      books: null,
      root,
    },
    ctx,
  );
}

/** Nothing is moved for a manifest that cannot be written. */
async function assertFree(path: string, { system: { files } }: Context): Promise<void> {
  if ((await files.stat(path).catch(() => null)) !== null) throw alreadyThere(path);
}

function alreadyThere(path: string, cause?: unknown): McpformError {
  return new McpformError('MANIFEST_EXISTS', `"${path}" is there already`, {
    hint: 'add to it with `mcpform import`, or name another file with -f',
    cause,
  });
}

async function createFile(path: string, text: string, ctx: Context): Promise<void> {
  try {
    await ctx.system.files.create(path, text, { mode: 0o644, sync: true });
    await ctx.system.files.syncFolder(dirname(path));
  } catch (error) {
    if (isErrno(error, 'EEXIST')) throw alreadyThere(path, error);
    if (!isErrno(error, 'ENOENT', 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'ENOTDIR')) throw error;
    throw new McpformError('MANIFEST_UNWRITABLE', `"${path}" could not be written (${error.code})`, {
      hint: 'name a file in a folder that is there and that you may write to',
      cause: error,
    });
  }
}
