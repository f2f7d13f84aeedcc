import { join } from 'node:path';
import { createConceal } from '../../src/formats/conceal.ts';
import type { Context } from '../../src/model/context.ts';
import { realSystem } from '../../src/system/real.ts';
import { assertThrowaway, type Home } from './throwaway-home.ts';

/** This machine, seen from a throw-away home: real files, programs and network. */
export function realContext(home: Home, env: Readonly<Record<string, string>> = {}): Context {
  assertThrowaway(home.folder);
  const all = { ...home.env, ...env };
  return {
    system: realSystem(all),
    home: home.folder,
    env: all,
    platform: process.platform,
    signal: new AbortController().signal,
    emit: () => undefined,
    folders: {
      state: join(home.folder, 'state'),
      cache: join(home.folder, 'cache'),
      config: join(home.folder, 'config'),
      data: join(home.folder, 'data'),
    },
    launcher: { command: process.execPath, args: [], ephemeral: null },
    digest: (text) => text,
    conceal: createConceal(),
  };
}
