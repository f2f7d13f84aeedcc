import { McpformError } from '../../model/error.ts';
import { checkPath } from '../mcpb/check-entries.ts';
import type { FetchedCommit } from './fetched-commit.ts';

/** One file of a commit. */
export interface CommitFile {
  readonly path: string;
  readonly isExecutable: boolean;
  /** Of the blob: its hash is its name. */
  readonly id: string;
  readonly size: number;
}

const maxFiles = 100_000;
const maxBytes = 512 * 2 ** 20;

/**
 * The files of a commit by path. Throws RESOLVE_UNSAFE for a commit that holds anything else, or too much: links may
 * point anywhere, and submodules are other repositories that nothing here pins.
 */
export async function listFiles(
  commit: FetchedCommit,
  platform: NodeJS.Platform,
): Promise<ReadonlyMap<string, CommitFile>> {
  const listing = await commit.git(
    ['ls-tree', '-r', '-z', '--long', '--full-tree', '--end-of-options', commit.id],
    'list the files of the commit',
  );
  const files = listing
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => readLine(line, platform));
  const total = files.reduce((sum, { size }) => sum + size, 0);
  if (files.length > maxFiles || total > maxBytes) {
    throw unsafe(`the repository has more than ${maxFiles} files or ${maxBytes / 2 ** 20} MiB`);
  }
  return new Map(files.map((file) => [file.path, file]));
}

const line = /^(\d{6}) (\w+) ([0-9a-f]+) +(\d+|-)\t(.*)$/s;

function readLine(text: string, platform: NodeJS.Platform): CommitFile {
  const [, mode, type, id = '', size, path = ''] = line.exec(text) ?? [];
  if (mode === '120000') throw unsafe(`"${path}" in the repository is a link`);
  if (type === 'commit') throw unsafe(`"${path}" in the repository is a submodule`);
  if (type !== 'blob' || path.includes('\uFFFD')) throw unsafe(`the repository has ${JSON.stringify(path)}`);
  checkPath(path, platform);
  return { path, isExecutable: mode === '100755', id, size: Number(size) };
}

function unsafe(what: string): McpformError {
  return new McpformError('RESOLVE_UNSAFE', `${what}, which is not taken from there`, {
    hint: 'take the published package, if there is one',
  });
}
