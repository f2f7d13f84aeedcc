import type { Context } from '../model/context.ts';
import { readOwnFile } from '../system/launch/own-file.ts';
import { chooseProgram } from './choose-program.ts';
import { tampered } from './hash-store.ts';
import { installerFor as everyInstaller, type InstallerFor } from './installers.ts';
import { storeFolder } from './is-prepared.ts';
import { parseLaunchFile, refused } from './launch-file.ts';
import { launchFiles } from './places.ts';
import { MAX_RECORD } from './prepare.ts';
import { assertTree } from './prepare-launch.ts';
import { install } from './store.ts';
import { storeFailure } from './store-failure.ts';

/**
 * Installs what a launch starts once more, from its own record, after its store has vanished. What comes out must be
 * what was there when apply wrote the record: LAUNCH_TAMPERED otherwise, and by each start until apply has looked.
 */
export async function restoreStore(
  id: string,
  ctx: Context,
  installerFor: InstallerFor = everyInstaller,
): Promise<void> {
  const files = launchFiles(ctx.folders.data, id);
  const { record, content, program } = parseLaunchFile(readText(files.record, id) ?? '', id);
  const { pin } = record;
  const tree = pin.tree === undefined ? null : readText(files.tree, id);
  assertTree(pin, tree);
  const folder = storeFolder(pin, ctx);
  const stored = await install({ pin, tree, folder, isReplacing: false }, ctx, installerFor).catch(
    (error) => {
      throw storeFailure(`install "${pin.package}" again`, error);
    },
  );
  if (stored.content !== content) {
    const where = 'they came out differently when they were installed again';
    throw tampered(pin.package, content, { kind: 'tampered', found: stored.content, where });
  }
  if (JSON.stringify(chooseProgram(stored.installed, record)) !== JSON.stringify(program)) {
    throw refused(id, 'starts another program than its package has: somebody changed it');
  }
}

const MAX_TREE = 256 << 20;

function readText(path: string, id: string): string | null {
  const file = readOwnFile(path, path.endsWith('.json') ? MAX_RECORD : MAX_TREE);
  if (file.kind === 'missing') return null;
  if (file.kind === 'unsafe') throw refused(id, file.because);
  return file.bytes.toString('utf8');
}
