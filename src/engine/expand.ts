import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { Context } from '../model/context.ts';
import { isErrno } from '../model/error.ts';
import { hasErrors } from '../model/finding.ts';
import { concealEnvironment } from './conceal-environment.ts';
import type { Expansion } from './expansion.ts';
import type { Loaded } from './load.ts';
import { version } from './version.ts';

/** Older ones go when there are more. */
const KEPT = 20;

/**
 * What the texts mean, from the cache when these very texts were read before by this version: parsing YAML is most of
 * what a plan costs. Only what has no errors is cached.
 * From then on the secrets that it takes from the environment are shown nowhere.
 */
export async function expand(loaded: Loaded, ctx: Context): Promise<Expansion> {
  const expansion = await expandOnce(loaded, ctx);
  concealEnvironment(expansion.manifest, ctx);
  return expansion;
}

async function expandOnce(loaded: Loaded, ctx: Context): Promise<Expansion> {
  const path = join(ctx.folders.cache, 'manifests', `${keyOf(loaded, ctx)}.json`);
  const hit = await readCache(path, ctx);
  if (hit !== null) return hit;
  const { expandTexts } = await import('./expand-texts.ts');
  const expansion = await expandTexts(loaded, ctx);
  if (!hasErrors(expansion.findings)) await writeCache(path, expansion, ctx);
  return expansion;
}

function keyOf(
  { sources, lockBytes, root, variables, ambient, allowedLiterals }: Loaded,
  { launcher, platform }: Context,
): string {
  const names = sources.map(({ path, bytes }) => [path, bytes.length]);
  const machine = [launcher.command, launcher.args, platform];
  const hash = createHash('sha256').update(
    JSON.stringify([version, machine, root, variables, ambient, allowedLiterals, names]),
  );
  for (const { bytes } of sources) hash.update('\0').update(bytes);
  return hash
    .update('\0')
    .update(lockBytes ?? '')
    .digest('hex');
}

async function readCache(path: string, ctx: Context): Promise<Expansion | null> {
  try {
    return JSON.parse((await ctx.system.files.read(path)).toString('utf8')) as Expansion;
  } catch {
    // A cache only saves time: absent, torn or forbidden, the texts are parsed.
    return null;
  }
}

async function writeCache(path: string, expansion: Expansion, ctx: Context): Promise<void> {
  const { files } = ctx.system;
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await files.makeFolder(dirname(path), 0o700);
    await files.create(temporary, JSON.stringify(expansion), { mode: 0o600, sync: false });
    await files.rename(temporary, path);
    await tidy(dirname(path), ctx);
  } catch (error) {
    if (!isErrno(error, 'EACCES', 'EROFS', 'ENOSPC', 'EEXIST', 'EPERM', 'ENOTDIR', 'ENOENT', 'EDQUOT'))
      throw error;
  }
}

/** Drops the oldest, and what a killed process had half written. */
async function tidy(folder: string, ctx: Context): Promise<void> {
  const { files, processes } = ctx.system;
  const names = await files.list(folder);
  for (const name of names) {
    const pid = /\.json\.(\d+)\.tmp$/.exec(name)?.[1];
    if (pid !== undefined && !(await processes.inspect(Number(pid))).isAlive)
      await files.remove(join(folder, name));
  }
  const whole = names.filter((name) => name.endsWith('.json'));
  if (whole.length <= KEPT) return;
  const aged = await Promise.all(
    whole.map(async (name) => ({ name, modifiedMs: (await files.stat(join(folder, name))).modifiedMs })),
  );
  const oldest = aged.sort((a, b) => a.modifiedMs - b.modifiedMs).slice(0, aged.length - KEPT);
  await Promise.all(oldest.map(({ name }) => files.remove(join(folder, name))));
}
