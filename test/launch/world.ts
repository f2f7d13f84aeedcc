import { createHmac } from 'node:crypto';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createConceal } from '../../src/formats/conceal.ts';
import { launchId } from '../../src/graph/launch-id.ts';
import { storeFolder } from '../../src/launch/is-prepared.ts';
import { launchFiles, storeFiles } from '../../src/launch/places.ts';
import type { Context } from '../../src/model/context.ts';
import type { Installed, Installer, InstallRequest, LaunchRecord, Program } from '../../src/model/launch.ts';
import { realSystem } from '../../src/system/real.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';

/** A file's text, or a link, or a file that can be executed. */
export type PackageFile = string | { readonly link: string } | { readonly executable: string };

/** A package as an installer would leave it: paths with `/`. */
export interface Package {
  readonly files: Readonly<Record<string, PackageFile>>;
  readonly programs?: Installed['programs'];
  readonly main?: string | null;
}

const main: Program = { kind: 'node', file: 'main.js' };

export const SMALL: Package = {
  files: {
    'main.js': 'console.log("small")\n',
    'package.json': '{}\n',
    'node_modules/dep/index.js': 'module.exports = 1\n',
    'node_modules/dep/index.d.ts': 'export {}\n',
    'node_modules/dep/bin/run': { executable: '#!/bin/sh\n' },
    'node_modules/.bin/run': { link: '../dep/bin/run' },
    'node_modules/dep/empty/keep': '',
  },
};

export interface World {
  readonly home: Home;
  readonly ctx: Context;
  /** How often a package was installed. */
  readonly installs: () => number;
  /** What the installer installs from now on. */
  readonly publish: (next: Package) => void;
  readonly installerFor: () => Promise<Installer>;
}

/** A throw-away home with the real disk, and an installer that makes a package out of texts. */
export async function makeWorld(initial: Package = SMALL): Promise<World> {
  const home = await throwawayHome();
  let current = initial;
  let count = 0;
  const install = async ({ folder }: InstallRequest): Promise<Installed> => {
    count += 1;
    await writePackage(folder, current);
    return {
      programs: current.programs ?? { main },
      main: current.main === undefined ? 'main' : current.main,
    };
  };
  return {
    home,
    ctx: contextIn(home),
    installs: () => count,
    publish: (next) => {
      current = next;
    },
    installerFor: async () => ({ install }),
  };
}

export function contextIn(home: Home): Context {
  const below = (path: string): string => join(home.folder, path, 'mcpform');
  const system = realSystem();
  return {
    system,
    home: home.folder,
    env: home.env,
    platform: process.platform,
    signal: new AbortController().signal,
    emit: () => {},
    folders: {
      state: below('.local/state'),
      cache: below('.cache'),
      config: below('.config'),
      data: below('.local/share'),
    },
    launcher: { command: process.execPath, args: ['mcpform.cjs', 'exec'], ephemeral: null },
    digest: (text) => createHmac('sha256', 'test key').update(text).digest('base64url'),
    conceal: createConceal(),
  };
}

export async function writePackage(folder: string, { files }: Package): Promise<void> {
  for (const [path, file] of Object.entries(files)) {
    const place = join(folder, path);
    await mkdir(dirname(place), { recursive: true });
    if (typeof file === 'string') await writeFile(place, file);
    else if ('link' in file) await symlink(file.link, place);
    else {
      await writeFile(place, file.executable);
      await chmod(place, 0o755);
    }
  }
}

export function recordOf(changes: Partial<LaunchRecord> = {}): LaunchRecord {
  return {
    formatVersion: 1,
    server: 'files',
    pin: { package: 'npm:small@1.0.0', integrity: 'sha512-AAAA' },
    bin: null,
    args: [],
    loaderVariables: [],
    ...changes,
  };
}

/** Where everything of a launch is. */
export function placesOf(record: LaunchRecord, ctx: Context) {
  const id = launchId(record);
  return { id, ...launchFiles(ctx.folders.data, id), store: storeFiles(storeFolder(record.pin, ctx)) };
}
