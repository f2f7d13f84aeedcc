import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { readZip, type ZipEntry } from '../mcpb/client.ts';
import { unpack } from '../mcpb/unpack.ts';
import type { CommitFile } from './commit-files.ts';
import type { FetchedCommit } from './fetched-commit.ts';

/**
 * Writes the files of a commit as they are in it, byte for byte. There is no work tree: Git packs them, with every
 * attribute set aside that leaves files out or changes them, and each is hashed again before it is written.
 */
export async function writeFiles(
  commit: FetchedCommit,
  files: ReadonlyMap<string, CommitFile>,
  folder: string,
  ctx: Context,
): Promise<void> {
  const attributes = join(commit.folder, 'info');
  await ctx.system.files.makeFolder(attributes, 0o700);
  await ctx.system.files.create(join(attributes, 'attributes'), `${asItIs}\n`, { mode: 0o600, sync: false });
  const archive = join(commit.folder, 'files.zip');
  await commit.git(
    ['archive', '--format=zip', '-0', `--output=${archive}`, '--end-of-options', commit.id],
    'pack the files of the commit',
  );
  const entries = (await readZip(await ctx.system.files.read(archive))).filter(
    ({ path }) => !path.endsWith('/'),
  );
  const missing = files.size - entries.length;
  if (missing !== 0) throw altered(`${missing} files`);
  await unpack(
    entries.map((entry) => verified(entry, files.get(entry.path))),
    folder,
    ctx,
  );
}

/** Above the repository's own `.gitattributes`. */
const asItIs = '* !export-ignore !export-subst !filter !text !eol !crlf !ident !working-tree-encoding -text';

function verified(entry: ZipEntry, file: CommitFile | undefined): ZipEntry {
  if (file === undefined) throw altered(`"${entry.path}"`);
  return {
    ...entry,
    mode: file.isExecutable ? 0o100755 : 0o100644,
    read: async () => {
      const bytes = await entry.read();
      if (blobId(bytes, file.id) !== file.id) throw altered(`"${file.path}"`);
      return bytes;
    },
  };
}

/** As Git names it: SHA-1, or SHA-256 where the repository does. */
function blobId(bytes: Buffer, like: string): string {
  const hash = createHash(like.length === 64 ? 'sha256' : 'sha1');
  return hash.update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

function altered(what: string): McpformError {
  return new McpformError('RESOLVE_INTEGRITY', `git did not pack ${what} as it is in the commit`, {
    hint: 'look for attributes or filters in the configuration of Git',
  });
}
