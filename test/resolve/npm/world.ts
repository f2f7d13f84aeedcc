import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createConceal } from '../../../src/formats/conceal.ts';
import type { Context } from '../../../src/model/context.ts';
import type { PackagePin } from '../../../src/model/lock.ts';
import type { Resolution, ResolveRequest } from '../../../src/model/resolver.ts';
import { npmResolver } from '../../../src/resolve/npm/resolver.ts';
import { realSystem } from '../../../src/system/real.ts';
import { assertThrowaway, type Home } from '../../support/throwaway-home.ts';

/** A context over the real disk whose home is a throw-away one, with settings for npm in its `.npmrc`. */
export async function npmContext(
  home: Home,
  settings: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Context> {
  assertThrowaway(home.folder);
  // Who waits for retries waits for nothing in a test.
  const lines = ['fetch-retries=0', ...settings];
  await writeFile(join(home.folder, '.npmrc'), `${lines.join('\n')}\n`);
  const folders = Object.fromEntries(
    ['state', 'cache', 'config', 'data'].map((name) => [name, join(home.folder, `our-${name}`)]),
  ) as unknown as Context['folders'];
  return {
    system: realSystem(),
    home: home.folder,
    env: { ...home.env, NPM_CONFIG_GLOBALCONFIG: join(home.folder, 'global-npmrc'), ...env },
    platform: process.platform,
    signal: new AbortController().signal,
    emit: () => undefined,
    folders,
    launcher: { command: process.execPath, args: [], ephemeral: null },
    digest: (text) => text,
    conceal: createConceal(),
  };
}

type Wanted = Partial<ResolveRequest<PackagePin>>;

/** Resolves `NAME[@VERSION]` for a server called `files`. */
export function resolveNpm(text: string, ctx: Context, more: Wanted = {}): Promise<Resolution<PackagePin>> {
  return npmResolver.resolve(requestFor(text, more), ctx);
}

export function requestFor(text: string, more: Wanted = {}): ResolveRequest<PackagePin> {
  const at = text.indexOf('@', 1);
  const [name, version] = at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
  return {
    server: 'files',
    runtime: { kind: 'package', ecosystem: 'npm', name, ...(version === undefined ? {} : { version }) },
    current: null,
    currentTree: null,
    isUpdate: false,
    cooldownMs: 0,
    root: '/',
    ...more,
  };
}

/** An empty folder below the home, to install into. */
export async function emptyFolder(home: Home, name: string): Promise<string> {
  const folder = join(home.folder, name);
  await mkdir(folder);
  return folder;
}
