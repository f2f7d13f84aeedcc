import { delimiter, isAbsolute, join } from 'node:path';
import { launchId } from '../graph/launch-id.ts';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import { type CommandLaunchRecord, type HeadersLaunchRecord, isCommandLaunch } from '../model/launch.ts';
import { templateText } from '../model/template.ts';
import { whyNotExecutable } from '../system/launch/become.ts';
import { readOwnFile } from '../system/launch/own-file.ts';
import { expandArgs } from './expand-args.ts';
import { isCommandFile, parseAnyLaunchFile, printLaunchFile } from './launch-file.ts';
import { launchFiles } from './places.ts';
import { MAX_RECORD } from './prepare.ts';
import { storeFailure } from './store-failure.ts';
import { writeLaunchFile } from './write-launch-file.ts';

type World = Pick<Context, 'system' | 'folders' | 'env' | 'platform'>;

/**
 * Writes the record of a launch that installs nothing. Which program a command means is found out here, on the PATH of
 * whoever approves: at a launch, PATH is whatever the client was started with. A program found once stays, as long as it
 * is there. Throws LAUNCH_PROGRAM and LAUNCH_STORE.
 */
export async function prepareRecord(
  record: CommandLaunchRecord | HeadersLaunchRecord,
  ctx: World,
): Promise<void> {
  const path = launchFiles(ctx.folders.data, launchId(record)).record;
  const text = isCommandLaunch(record)
    ? printLaunchFile({ record, file: knownProgram(path, launchId(record)) ?? findProgram(record, ctx) })
    : printLaunchFile({ record });
  try {
    await writeLaunchFile(path, text, ctx);
  } catch (error) {
    throw storeFailure(`write the launch of "${record.server}"`, error);
  }
}

function knownProgram(path: string, id: string): string | null {
  const read = readOwnFile(path, MAX_RECORD);
  if (read.kind !== 'there') return null;
  try {
    const launch = parseAnyLaunchFile(read.bytes.toString('utf8'), id);
    return isCommandFile(launch) && whyNotExecutable(launch.file) === null ? launch.file : null;
  } catch (error) {
    if (error instanceof McpformError) return null;
    throw error;
  }
}

function findProgram({ server, command }: CommandLaunchRecord, { env, platform }: World): string {
  const [name = ''] = expandArgs([command], env);
  if (isAbsolute(name)) return name;
  // Of a relative path, the folder would be that of whoever approves.
  const folders = /[\\/]/.test(name) ? [] : (env['PATH'] ?? '').split(delimiter).filter(isAbsolute);
  const paths = folders.flatMap((folder) =>
    endingsOf(name, { env, platform }).map((end) => join(folder, name + end)),
  );
  const found = paths.find((path) => whyNotExecutable(path) === null);
  if (found !== undefined) return found;
  throw new McpformError(
    'LAUNCH_PROGRAM',
    `server "${server}": "${templateText(command)}" is not on the PATH`,
    {
      hint: 'install it, or write its whole path',
    },
  );
}

/** Windows starts nothing without one of its endings: what is there by the bare name is for another shell. */
function endingsOf(name: string, { env, platform }: Pick<World, 'env' | 'platform'>): readonly string[] {
  if (platform !== 'win32') return [''];
  const endings = (env['PATHEXT'] || '.COM;.EXE;.BAT;.CMD').split(';').filter(Boolean);
  const hasEnding = endings.some((ending) => name.toLowerCase().endsWith(ending.toLowerCase()));
  return hasEnding ? [''] : endings;
}
