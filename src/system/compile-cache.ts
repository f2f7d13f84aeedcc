import { lstatSync, mkdirSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

/**
 * Lets Node keep what it compiles between runs, in our cache folder. Its own choice would be below the folder for
 * temporary files, where any user of the machine can be first to make a folder of that name; and V8 runs what it
 * finds there without comparing it with the source. Node 20 has no such cache.
 */
export function keepCompiledCode(env: NodeJS.ProcessEnv): void {
  // Not even asked for: loading `node:module` is half a millisecond.
  if (process.versions.node.startsWith('20.')) return;
  const { enableCompileCache } = process.getBuiltinModule('node:module') as {
    enableCompileCache?: (folder: string) => unknown;
  };
  const folder = cacheFolder(env);
  if (enableCompileCache === undefined || folder === null || !isOurs(folder, env)) return;
  enableCompileCache(folder);
}

function cacheFolder(env: NodeJS.ProcessEnv): string | null {
  const { XDG_CACHE_HOME: cache, HOME: home } = env;
  if (cache !== undefined && isAbsolute(cache)) return join(cache, 'mcpform/compiled');
  return home === undefined ? null : join(home, '.cache/mcpform/compiled');
}

/** Makes the folder if it can; false when somebody else could have put things into it. Root leaves other homes alone. */
function isOurs(folder: string, { HOME: home }: NodeJS.ProcessEnv): boolean {
  const me = process.geteuid?.();
  try {
    if (me === 0 && home !== undefined && statSync(home).uid !== 0) return false;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = lstatSync(folder);
    return me === undefined || (uid === me && (mode & 0o022) === 0);
  } catch {
    // No cache is no failure: a disk that is full or read-only, a file in the way.
    return false;
  }
}
