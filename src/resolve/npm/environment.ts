import { dirname, join, posix, win32 } from 'node:path';
import type { Context } from '../../model/context.ts';

/**
 * The environment as npm may read it for us: `home` is the home folder, and nothing in it can lead to a file or a
 * registry that the working directory chose.
 *
 * A program that npm, pnpm or yarn runs (`npx mcpform`, `npm test`) finds all of npm's settings in lower-case
 * `npm_config_*` variables, those of the project's `.npmrc` among them. There, only what these never export counts:
 * upper-case `NPM_CONFIG_*`, scopes and credentials.
 */
export function npmEnvironment({
  env,
  home,
  platform,
}: Pick<Context, 'env' | 'home' | 'platform'>): Record<string, string> {
  const isRunByNpm = env['npm_execpath'] !== undefined || env['npm_lifecycle_event'] !== undefined;
  const kept = Object.entries(env).filter((entry): entry is [string, string] => {
    const [name, value] = entry;
    if (value === undefined || (isRunByNpm && exported.test(name))) return false;
    return !places.test(name) || isAnchored(value, platform);
  });
  return { ...Object.fromEntries(kept), HOME: home };
}

/** What `npm run` puts into the environment. https://github.com/npm/cli, workspaces/config/lib/set-envs.js */
const exported = /^npm_config_(?![/@_])/;

/** Variables that name a file or folder; a relative one would be looked for in the working directory. */
const places = /^(npm_config_(userconfig|globalconfig|prefix|cafile)|PREFIX|DESTDIR)$/i;

function isAnchored(path: string, platform: NodeJS.Platform): boolean {
  const { isAbsolute } = platform === 'win32' ? win32 : posix;
  return path.startsWith('~/') || isAbsolute(path);
}

/**
 * Where npm itself may be installed, likeliest first: its folder holds a `npmrc` through which Homebrew, Debian and
 * Windows tell npm where the global one is.
 */
export function npmFolders(node: string, platform: NodeJS.Platform): readonly string[] {
  if (platform === 'win32') return [join(dirname(node), 'node_modules', 'npm')];
  const prefix = dirname(dirname(node));
  const cellar = prefix.indexOf('/Cellar/');
  const prefixes = cellar === -1 ? [prefix] : [prefix.slice(0, cellar), prefix];
  return [...prefixes.map((each) => join(each, 'lib/node_modules/npm')), '/usr/share/nodejs/npm'];
}
