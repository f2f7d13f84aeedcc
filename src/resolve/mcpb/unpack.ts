import { dirname, join } from 'node:path';
import type { Context } from '../../model/context.ts';
import { orNotInstalled } from '../private-folder.ts';
import { checkEntries, ENTRY_LIMITS, type EntryLimits } from './check-entries.ts';
import type { ZipEntry } from './client.ts';

/**
 * Writes the files of a zip file into an empty folder. All entries are judged before the first is written. Files get
 * mode 0644, or 0755 when they were executable; links are never made.
 */
export async function unpack(
  entries: readonly ZipEntry[],
  folder: string,
  ctx: Pick<Context, 'system' | 'platform'>,
  limits: EntryLimits = ENTRY_LIMITS,
): Promise<void> {
  checkEntries(entries, ctx.platform, limits);
  await orNotInstalled(`write to "${folder}"`, () => writeAll(entries, folder, ctx));
}

async function writeAll(
  entries: readonly ZipEntry[],
  folder: string,
  ctx: Pick<Context, 'system'>,
): Promise<void> {
  for (const entry of entries) {
    const path = join(folder, entry.path);
    const parent = entry.path.endsWith('/') ? path : dirname(path);
    await ctx.system.files.makeFolder(parent, 0o755);
    if (entry.path.endsWith('/')) continue;
    await ctx.system.files.create(path, await entry.read(), { mode: modeOf(entry), sync: false });
  }
}

function modeOf({ mode }: ZipEntry): number {
  return (mode & 0o111) === 0 ? 0o644 : 0o755;
}
