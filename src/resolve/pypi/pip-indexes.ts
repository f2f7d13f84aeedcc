import { isErrno } from '../../model/error.ts';
import type { Python } from '../python.ts';
import type { Indexes } from './indexes.ts';
import { runPip, type World } from './run-pip.ts';

/** What pip's configuration says of where things come from. */
export interface PipSources {
  readonly urls: readonly string[];
  readonly hasLinks: boolean;
  /** Path of a file with certificate authorities. */
  readonly certificates: string | null;
}

/** The indexes pip uses: its files and variables as `pip config list` merges them, and its own default. */
export async function pipIndexes(python: Python, folder: string, ctx: World): Promise<Indexes> {
  const [config, help] = await Promise.all([
    runPip(python, ['config', 'list'], folder, ctx),
    runPip(python, ['install', '--help'], folder, ctx),
  ]);
  const { certificates, ...sources } = sourcesIn(
    config.exitCode === 0 ? config.stdout : '',
    config.exitCode === 0 ? defaultIn(help.stdout) : null,
  );
  return { ...sources, authorities: await readAuthorities(certificates, ctx), unreachable: new Set() };
}

/** Later places win, as they do in pip: `[global]`, the command's own section, the environment. */
export function sourcesIn(config: string, fallback: string | null): PipSources {
  const settings = new Map(
    [...config.matchAll(/^(global|install|:env:)\.([a-z-]+)=(['"])(.*)\3$/gm)].map(
      ([, section = '', key = '', , value = '']) => [`${section}.${key}`, unquoted(value)],
    ),
  );
  const setting = (key: string): string | undefined =>
    settings.get(`:env:.${key}`) ?? settings.get(`install.${key}`) ?? settings.get(`global.${key}`);
  const index = setting('index-url') ?? fallback;
  const extra = (setting('extra-index-url') ?? '').split(/\s+/);
  const urls = [...(index === null ? [] : [index]), ...extra].filter((url) => url !== '');
  return {
    urls: /^(1|true|yes|on|y|t)$/i.test(setting('no-index') ?? '') ? [] : urls,
    hasLinks: (setting('find-links') ?? '').trim() !== '',
    certificates: setting('cert') ?? null,
  };
}

/** One that cannot be read is left to pip to complain about. */
async function readAuthorities(path: string | null, ctx: World): Promise<string | null> {
  if (path === null) return null;
  try {
    return (await ctx.system.files.read(path)).toString('utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EISDIR')) return null;
    throw error;
  }
}

/** pip names its default index only in its help. */
export function defaultIn(help: string): string | null {
  return /--index-url[^(]*\(default\s+(https:\/\/[^\s)]+)\)/.exec(help)?.[1] ?? null;
}

/** The text of a Python literal, as far as addresses go. */
function unquoted(text: string): string {
  return text.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character));
}
