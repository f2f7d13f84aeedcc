import { isAbsolute, join, sep } from 'node:path';
import { McpformError } from '../model/error.ts';
import type { ImageLaunchRecord } from '../model/launch.ts';
import { homeFolder } from '../system/launch/home-folder.ts';
import { libcOfNode } from '../system/launch/libc.ts';
import { readOwnFile, whyUnsafeFolder } from '../system/launch/own-file.ts';
import { lookAtStore, type StoreFiles, type StoreLook } from './check-store.ts';
import { type CommandLine, commandLine } from './command-line.ts';
import { expandArgs } from './expand-args.ts';
import {
  type CommandLaunchFile,
  type HeadersLaunchFile,
  isCommandFile,
  isHeadersFile,
  isImageFile,
  type LaunchFile,
  parseAnyLaunchFile,
  refused,
} from './launch-file.ts';
import { launchesFolder, launchFiles, storeFiles, storesFolder } from './places.ts';
import { LAUNCH_ID } from './record-id.ts';
import { storeKey } from './store-key.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A launch as its record has it, and what the store looks like. */
export interface Found {
  readonly id: string;
  readonly file: LaunchFile;
  readonly store: StoreFiles;
  readonly look: StoreLook;
}

/** The same of an image: nothing of it is ours to look at. */
export interface FoundImage {
  readonly id: string;
  readonly record: ImageLaunchRecord;
}

/** A program of this machine, or headers: with secrets, always. */
export interface FoundWithSecrets {
  readonly id: string;
  readonly withSecrets: CommandLaunchFile | HeadersLaunchFile;
}

/**
 * Reads the launch and looks at its store: synchronously, with as little of Node as can be, because every start of a
 * server waits for it. Nothing is ever looked up in the working directory. Throws LAUNCH_UNKNOWN and LAUNCH_REFUSED.
 */
export function findLaunch(id: string, env: Environment): Found | FoundImage | FoundWithSecrets {
  if (!LAUNCH_ID.test(id)) throw unknown(id);
  const data = dataFolder(env);
  for (const folder of [launchesFolder(data), storesFolder(data)]) assertPrivate(folder);
  const read = readOwnFile(launchFiles(data, id).record, MAX_RECORD);
  if (read.kind === 'missing') throw unknown(id);
  if (read.kind === 'unsafe') throw refused(id, read.because);
  const file = parseAnyLaunchFile(read.bytes.toString('utf8'), id);
  if (isImageFile(file)) return { id, record: file.record };
  if (isCommandFile(file) || isHeadersFile(file)) return { id, withSecrets: file };
  const host = { platform: process.platform, arch: process.arch, libc: libcOfNode() };
  const store = storeFiles(storesFolder(data) + sep + storeKey(file.record.pin, host));
  return { id, file, store, look: lookAtStore(store, file.content, 'what runs') };
}

/** What to start for it. Throws LAUNCH_VARIABLE and LAUNCH_PROGRAM. */
export function lineOf({ file, store }: Found, env: Environment): CommandLine {
  const args = expandArgs(file.record.args, env);
  return commandLine({ program: file.program, tree: store.tree, args, node: process.execPath });
}

const MAX_RECORD = 4 << 20;

/** As `cli/context.ts` finds it for apply: the XDG base directory rules, where a relative value counts as unset. */
export function dataFolder(env: Environment): string {
  const base = env['XDG_DATA_HOME'];
  if (base !== undefined && isAbsolute(base)) return join(base, 'mcpform');
  return join(homeFolder(env), '.local/share/mcpform');
}

function assertPrivate(folder: string): void {
  const because = whyUnsafeFolder(folder);
  if (because === null) return;
  throw new McpformError('LAUNCH_REFUSED', `"${folder}" ${because}`, {
    hint: 'run `chmod 700` on it if it is yours; what is in it would be started',
  });
}

function unknown(id: string): McpformError {
  return new McpformError('LAUNCH_UNKNOWN', `there is no launch "${id}" on this machine`, {
    hint: 'run `mcpform apply`, which prepares what its entries start',
  });
}
