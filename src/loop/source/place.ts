import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Context } from '../../model/context.ts';
import { readIfThere, replaceFile } from '../../state/durable-file.ts';
import { assertOwnFolder } from '../../state/folder.ts';

/** The places of one repository in our cache, 0700. */
export interface Place {
  readonly folder: string;
  /** The bare mirror: with the whole history, or of newest commits alone. */
  readonly mirror: string;
  /** A home for what uses no network: the user's configuration and keys are not there. */
  readonly home: string;
  /** Empty. What a commit holds is seen there by whoever asks a revision's `files`. */
  readonly tree: string;
}

export function placeOf(url: string, isNewestOnly: boolean, { folders }: Pick<Context, 'folders'>): Place {
  const name = createHash('sha256').update(url).digest('hex').slice(0, 32);
  const folder = join(folders.cache, 'sources', name);
  return {
    folder,
    mirror: join(folder, isNewestOnly ? 'newest.git' : 'mirror.git'),
    home: join(folder, 'home'),
    tree: join(folder, 'tree'),
  };
}

export async function preparePlace(place: Place, ctx: Pick<Context, 'system'>): Promise<void> {
  const { files } = ctx.system;
  await files.makeFolder(place.folder, 0o700);
  await assertOwnFolder(place.folder, ctx);
  await files.makeFolder(place.tree, 0o700);
  const template = join(place.home, 'template');
  await files.makeFolder(template, 0o700);
  const config = join(place.home, '.gitconfig');
  const text = homeConfig({ 'init.templateDir': template });
  if ((await readIfThere(config, ctx))?.toString('utf8') !== text) await replaceFile(config, text, ctx);
}

/** The text of a configuration in which nothing runs anything. */
export function homeConfig(more: Readonly<Record<string, string>>): string {
  const settings = { 'core.hooksPath': '/dev/null', 'core.fsmonitor': 'false', 'gc.auto': '0', ...more };
  return Object.entries(settings)
    .map(([name, value]) => {
      const [section = '', ...rest] = name.split('.');
      const key = rest.pop() ?? '';
      const head = rest.length === 0 ? `[${section}]` : `[${section} "${rest.join('.')}"]`;
      return `${head}\n\t${key} = "${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"\n`;
    })
    .join('');
}
