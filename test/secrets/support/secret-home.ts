import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import type { SecretContext } from '../../../src/model/secret.ts';
import { realSystem } from '../../../src/system/real.ts';
import { assertThrowaway, throwawayHome } from '../../support/throwaway-home.ts';

/** A throw-away home with a folder of programs that comes first on the PATH. */
export interface SecretHome {
  /** Absolute, links resolved. */
  readonly folder: string;
  /** Where `program` puts what it makes. */
  readonly programs: string;
  /** This machine, with that home and `env` added to it. */
  context(options?: { env?: Readonly<Record<string, string>>; signal?: AbortSignal }): SecretContext;
  /** Writes a file below the home, mode 0600 unless told, with the folders it needs; returns its path. */
  file(name: string, content: string | Uint8Array, mode?: number): Promise<string>;
  /** A program of the PATH: a script of /bin/sh. Returns its path. */
  program(name: string, script: string): Promise<string>;
  remove(): Promise<void>;
}

export async function secretHome(): Promise<SecretHome> {
  const home = await throwawayHome();
  const programs = join(home.folder, 'programs');
  await mkdir(programs);
  const file: SecretHome['file'] = async (name, content, mode = 0o600) => {
    const path = join(home.folder, name);
    assertThrowaway(path);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    await chmod(path, mode);
    return path;
  };
  return {
    folder: home.folder,
    programs,
    context: ({ env = {}, signal = new AbortController().signal } = {}) => ({
      system: realSystem(home.env),
      home: home.folder,
      env: { ...home.env, PATH: [programs, home.env['PATH']].join(delimiter), ...env },
      platform: process.platform,
      signal,
    }),
    file,
    program: (name, script) => file(join('programs', name), `#!/bin/sh\n${script}\n`, 0o755),
    remove: home.remove,
  };
}
