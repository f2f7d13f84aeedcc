import { delimiter, isAbsolute, join } from 'node:path';
import type { SecretContext } from '../model/secret.ts';

/**
 * Where a program is on the PATH of the context, absolute; null when it is nowhere. Relative folders of PATH do not
 * count: they mean something else wherever a client is started.
 */
export async function findProgram(name: string, ctx: SecretContext): Promise<string | null> {
  if (isAbsolute(name)) return (await isProgram(name, ctx)) ? name : null;
  if (/[\\/]/.test(name)) return null;
  for (const folder of absoluteFolders(ctx.env['PATH'])) {
    for (const ending of endingsOf(name, ctx)) {
      const path = join(folder, name + ending);
      if (await isProgram(path, ctx)) return path;
    }
  }
  return null;
}

/** The folders of a PATH that count. */
export function absoluteFolders(path: string | undefined): readonly string[] {
  return (path ?? '').split(delimiter).filter(isAbsolute);
}

/** Windows starts nothing without one of its endings: what is there by the bare name is for another shell. */
function endingsOf(name: string, { platform, env }: SecretContext): readonly string[] {
  if (platform !== 'win32') return [''];
  const endings = (env['PATHEXT'] || '.COM;.EXE;.BAT;.CMD').split(';').filter(Boolean);
  const hasEnding = endings.some((ending) => name.toLowerCase().endsWith(ending.toLowerCase()));
  return hasEnding ? [''] : endings;
}

async function isProgram(path: string, { system: { files }, platform }: SecretContext): Promise<boolean> {
  try {
    const { kind, mode } = await files.stat(await files.realPath(path));
    return kind === 'file' && (platform === 'win32' || (mode & 0o111) !== 0);
  } catch {
    return false;
  }
}
