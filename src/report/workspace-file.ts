import { isAbsolute, relative, resolve, sep } from 'node:path';
import { hasInvisibleCharacters } from '../formats/escape.ts';

/**
 * A file as GitHub names it, relative to the workspace with `/`; null when it is not inside, or has a name that no
 * text could show as it is.
 */
export function workspaceFile(root: string, file: string): string | null {
  if (file.length > MAX_PATH || hasInvisibleCharacters(file)) return null;
  const inside = relative(resolve(root), resolve(root, file));
  if (inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) return null;
  return inside.split(sep).join('/');
}

const MAX_PATH = 4_096;
