import { join } from 'node:path';
import type { Context } from '../../model/context.ts';
import { isErrno } from '../../model/error.ts';
import { distributionsIn, entryPointsOf, parseEntryPoints } from './entry-points.ts';

type Disk = Pick<Context, 'system'>;

/**
 * Takes out what pip adds of this machine and this pip, so that the same wheels give the same content every time:
 * the start scripts it writes for entry points (they name the interpreter, and nobody starts them), who installed,
 * and the lines about these in each `RECORD`.
 */
export async function settleContent(folder: string, ctx: Disk): Promise<void> {
  const { files } = ctx.system;
  for (const distribution of await distributionsIn(folder, ctx)) {
    const path = join(folder, distribution);
    const scripts = await generatedScripts(path, ctx);
    for (const script of scripts) await removeIfThere(join(folder, 'bin', script), ctx);
    for (const name of ['INSTALLER', 'REQUESTED', 'direct_url.json'])
      await removeIfThere(join(path, name), ctx);
    await settleRecord(join(path, 'RECORD'), distribution, ctx);
  }
  await files.removeFolder(join(folder, 'bin')).catch((error: unknown) => {
    // Programs that a wheel itself brings stay: others of its modules start them from there.
    if (!isErrno(error, 'ENOENT', 'ENOTEMPTY', 'EEXIST')) throw error;
  });
}

async function generatedScripts(distribution: string, ctx: Disk): Promise<readonly string[]> {
  const text = await entryPointsOf(distribution, ctx);
  const points = ['console_scripts', 'gui_scripts'].flatMap((group) => parseEntryPoints(text, group));
  return points.flatMap(({ name }) => [name, `${name}.exe`, `${name}-script.py`, `${name}-script.pyw`]);
}

async function settleRecord(path: string, distribution: string, ctx: Disk): Promise<void> {
  const { files } = ctx.system;
  const lines = (await files.read(path)).toString('utf8').split(/\r?\n/);
  const own = new RegExp(
    `^"?(?:(?:\\.\\./)*bin/|${escaped(distribution)}/(?:INSTALLER|REQUESTED|direct_url\\.json),)`,
  );
  const kept = lines.filter((line) => line !== '' && !own.test(line)).sort();
  await files.remove(path);
  await files.create(path, `${kept.join('\n')}\n`, { mode: 0o644, sync: false });
}

async function removeIfThere(path: string, ctx: Disk): Promise<void> {
  try {
    await ctx.system.files.remove(path);
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'ENOTDIR')) throw error;
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
