import { basename, dirname } from 'node:path';
import type { Context } from '../../model/context.ts';

export interface NameWatch {
  /** How often the name changed since the last reset. Lossy: nothing seen proves nothing. */
  seen(): number;
  reset(): void;
  close(): void;
}

/** Watches one name in its folder. Never fails: where nothing can be watched, nothing is seen. */
export function watchName(path: string, ctx: Context): NameWatch {
  let count = 0;
  const name = basename(path);
  const watch = startWatch(dirname(path), ctx, (changed) => {
    if (changed === name) count += 1;
  });
  return {
    seen: () => count,
    reset: () => {
      count = 0;
    },
    close: () => watch?.close(),
  };
}

function startWatch(
  folder: string,
  ctx: Context,
  onChange: (changed: string) => void,
): { close(): void } | null {
  try {
    return ctx.system.files.watch(folder, onChange);
  } catch {
    // No folder yet, no watches left, or a file system without them: only a hint is lost.
    return null;
  }
}
