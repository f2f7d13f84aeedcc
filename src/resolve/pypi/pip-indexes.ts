import type { Python } from '../python.ts';
import type { Indexes } from './indexes.ts';
import { runPip, type World } from './run-pip.ts';

/**
 * The indexes pip uses: its files and variables as `pip config list` merges them, and its own default. Empty when
 * it shall use none, or does not say.
 */
export async function pipIndexes(python: Python, folder: string, ctx: World): Promise<Indexes> {
  const [config, help] = await Promise.all([
    runPip(python, ['config', 'list'], folder, ctx),
    runPip(python, ['install', '--help'], folder, ctx),
  ]);
  return config.exitCode === 0 ? indexesIn(config.stdout, defaultIn(help.stdout)) : [];
}

/** Later places win, as they do in pip: `[global]`, the command's own section, the environment. */
export function indexesIn(config: string, fallback: string | null): Indexes {
  const settings = new Map(
    [...config.matchAll(/^(global|install|:env:)\.([a-z-]+)=(['"])(.*)\3$/gm)].map(
      ([, section = '', key = '', , value = '']) => [`${section}.${key}`, unquoted(value)],
    ),
  );
  const setting = (key: string): string | undefined =>
    settings.get(`:env:.${key}`) ?? settings.get(`install.${key}`) ?? settings.get(`global.${key}`);
  if (/^(1|true|yes|on|y|t)$/i.test(setting('no-index') ?? '')) return [];
  const index = setting('index-url') ?? fallback;
  const extra = (setting('extra-index-url') ?? '').split(/\s+/);
  return [...(index === null ? [] : [index]), ...extra].filter((url) => url !== '');
}

/** pip names its default index only in its help. */
export function defaultIn(help: string): string | null {
  return /--index-url[^(]*\(default\s+(https:\/\/[^\s)]+)\)/.exec(help)?.[1] ?? null;
}

/** The text of a Python literal, as far as addresses go. */
function unquoted(text: string): string {
  return text.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character));
}
