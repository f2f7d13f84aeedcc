import { normalizeFolder } from './render-container.ts';

export function readFolder(path: string | undefined): string | undefined {
  return path === undefined || path === '' ? undefined : normalizeFolder(path);
}
