import { copyFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { prepareLaunch } from '../../src/launch/prepare-launch.ts';
import type { Context } from '../../src/model/context.ts';
import type { Installer } from '../../src/model/launch.ts';
import { npmInstaller } from '../../src/resolve/npm/installer.ts';
import { pathsBelow } from '../../src/system/launch/store-disk.ts';
import { resolveNpm } from '../resolve/npm/world.ts';
import type { Home } from '../support/throwaway-home.ts';
import { contextIn, placesOf, recordOf } from './world.ts';

export interface BenchLaunch {
  /** Launch of a Node program that does nothing. */
  readonly server: string;
  /** Launch of a program that is none of Node's and does nothing. */
  readonly program: string;
  /** Files and folders beside them: those of a real server. */
  readonly paths: number;
}

/** The filesystem server with all it needs, as apply would install it, and with two programs that do nothing. */
export async function prepareBenchLaunch(home: Home): Promise<BenchLaunch> {
  // The registry that npm is configured for on this machine; read, never written.
  const npm = { NPM_CONFIG_USERCONFIG: join(homedir(), '.npmrc'), NPM_CONFIG_GLOBALCONFIG: '' };
  const ctx: Context = { ...contextIn(home), env: { ...home.env, ...npm } };
  const { pin, tree } = await resolveNpm('@modelcontextprotocol/server-filesystem@2026.8.31', ctx);
  const { package: name, integrity = '', tree: digest = '' } = pin;
  const ids: string[] = [];
  const records = ['server', 'program'].map((bin) =>
    recordOf({ bin, pin: { package: name, integrity, tree: digest } }),
  );
  for (const record of records) {
    const { id } = await prepareLaunch({ record, tree }, ctx, async () => withIdlePrograms);
    ids.push(id);
  }
  const paths = pathsBelow(placesOf(records[0] as (typeof records)[0], ctx).store.tree).length;
  return { server: ids[0] as string, program: ids[1] as string, paths };
}

const withIdlePrograms: Installer = {
  install: async (request, ctx) => {
    const installed = await npmInstaller.install(request, ctx);
    await writeFile(join(request.folder, 'idle.js'), '');
    await copyFile('/bin/true', join(request.folder, 'idle'));
    return {
      ...installed,
      programs: {
        ...installed.programs,
        server: { kind: 'node', file: 'idle.js' },
        program: { kind: 'file', file: 'idle', args: [], env: {} },
      },
    };
  },
};
