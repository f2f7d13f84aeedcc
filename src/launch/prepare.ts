import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import type { Finding } from '../model/finding.ts';
import { readOwnFile } from '../system/launch/own-file.ts';
import { chooseProgram } from './choose-program.ts';
import { installerFor as everyInstaller, type InstallerFor } from './installers.ts';
import { storeFolder } from './is-prepared.ts';
import { type LaunchFile, parseLaunchFile, printLaunchFile } from './launch-file.ts';
import { launchFiles } from './places.ts';
import type { Launch, PreparedLaunch } from './prepare-launch.ts';
import { install, readStore, type Stored, type StoreState } from './store.ts';
import { storeFailure } from './store-failure.ts';
import { writeLaunchFile } from './write-launch-file.ts';

/** The rest of `prepareLaunch`: everything that is not needed to ask whether a launch is prepared. */
export async function prepare(
  launch: Identified,
  ctx: Context,
  installerFor: InstallerFor = everyInstaller,
): Promise<PreparedLaunch> {
  try {
    return await makeReady(launch, ctx, installerFor);
  } catch (error) {
    throw storeFailure(`prepare "${launch.record.pin.package}"`, error);
  }
}

type Identified = Launch & { readonly id: string };

async function makeReady(
  { id, record, tree }: Identified,
  ctx: Context,
  installerFor: InstallerFor,
): Promise<PreparedLaunch> {
  const { pin } = record;
  const files = launchFiles(ctx.folders.data, id);
  const folder = storeFolder(pin, ctx);
  const state = readStore(folder, knownContent(files.record, id));
  const isThere = state.kind === 'good';
  const stored: Stored = isThere
    ? state
    : await install({ pin, tree, folder, isReplacing: state.kind === 'tampered' }, ctx, installerFor);
  const file: LaunchFile = {
    record,
    content: stored.content,
    program: chooseProgram(stored.installed, record),
  };
  // First what the record needs, so that a record is never without.
  if (tree !== null) await writeLaunchFile(files.tree, tree, ctx);
  await writeLaunchFile(files.record, printLaunchFile(file), ctx);
  return { id, installed: !isThere, findings: replaced(pin.package, state) };
}

/** What a record of an earlier apply says; a record that is bad is written again. */
function knownContent(path: string, id: string): string | null {
  const file = readOwnFile(path, MAX_RECORD);
  if (file.kind !== 'there') return null;
  try {
    return parseLaunchFile(file.bytes.toString('utf8'), id).content;
  } catch (error) {
    if (error instanceof McpformError) return null;
    throw error;
  }
}

/** A launch record is a few hundred bytes, plus what the manifest says in arguments. */
export const MAX_RECORD = 4 << 20;

function replaced(name: string, state: StoreState): readonly Finding[] {
  if (state.kind !== 'tampered') return [];
  const { expected, hashed } = state;
  return [
    {
      code: 'LAUNCH_REPLACED',
      severity: 'warning',
      message: `the installed files of "${name}" had been edited, and were installed again: ${hashed.where} (${expected} reviewed, ${hashed.found} found)`,
      hint: 'find out who edited them',
    },
  ];
}
