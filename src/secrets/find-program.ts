import { delimiter, isAbsolute, join } from 'node:path';
import type { SecretContext } from '../model/secret.ts';

/**
 * Where a program is on the PATH of the context, absolute; null when it is nowhere. Relative folders of PATH do not
 * count: they mean something else wherever a client is started.
 */
export async function findProgram(name: string, ctx: SecretContext): Promise<string | null> {
  if (isAbsolute(name)) return (await isProgram(name, ctx)) ? name : null;
  if (/[\\/]/.test(name)) return null;
  const isWindows = ctx.platform === 'win32';
  const endings = isWindows ? ['', ...(ctx.env['PATHEXT'] ?? '.EXE').split(';')] : [''];
  for (const folder of (ctx.env['PATH'] ?? '').split(delimiter).filter(isAbsolute)) {
    for (const ending of endings) {
      const path = join(folder, name + ending);
      if (await isProgram(path, ctx)) return path;
    }
  }
  return null;
}

async function isProgram(path: string, { system: { files }, platform }: SecretContext): Promise<boolean> {
  try {
    const { kind, mode } = await files.stat(await files.realPath(path));
    return kind === 'file' && (platform === 'win32' || (mode & 0o111) !== 0);
  } catch {
    return false;
  }
}
