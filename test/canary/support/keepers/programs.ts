import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { BackendName } from '../../../../src/model/secret.ts';
import { type Failure, type Keeper, type OpenKeeper, textOf } from '../keeper.ts';

/** Backends that are programs, with the doubles that other tests have of them. */

const DOUBLES = resolve(import.meta.dirname, '../../../secrets/doubles');

interface Told {
  readonly values: Record<string, string>;
  failure: string | null;
  canary: string;
}

interface ProgramDouble {
  readonly backend: BackendName;
  readonly failures: Readonly<Partial<Record<Failure, string>>>;
  /** What the manifest says, and by what the double knows the value. */
  readonly source: (name: string) => readonly [Parameters<Keeper['keep']>[0] | object, string];
  readonly env?: Readonly<Record<string, string>>;
  /** What the tool keeps only when it is text. */
  readonly isTextOnly?: boolean;
}

function program(
  name: string,
  { backend, failures, source, env = {}, isTextOnly }: ProgramDouble,
): OpenKeeper {
  return async (_, folder) => {
    const told: Told = { values: {}, failure: null, canary: '' };
    const tell = (): Promise<void> => writeFile(join(folder, 'double.json'), JSON.stringify(told));
    const programs = join(folder, 'programs');
    await mkdir(programs);
    await writeFile(join(programs, name), scriptOf(name, folder), { mode: 0o755 });
    await tell();
    return {
      backend,
      what: `a double of ${name}`,
      env: () => env,
      programs,
      keep: async (secret, value) => {
        if (isTextOnly === true && textOf(value) === null) return null;
        const [argument, key] = source(secret);
        told.values[key] = Buffer.from(value).toString('base64');
        await tell();
        return argument as never;
      },
      fail: async (how, value) => {
        told.failure = failures[how] ?? null;
        told.canary = value;
        await tell();
        return told.failure !== null;
      },
    };
  };
}

/** The double keeps what it is told, and how it was called, where its own home is. */
function scriptOf(name: string, folder: string): string {
  return `#!/bin/sh\nHOME='${folder}' exec '${process.execPath}' '${join(DOUBLES, `${name}-double.mjs`)}' "$@"\n`;
}

export const op = program('op', {
  backend: 'op',
  failures: { down: 'network', denied: 'signed-out', silent: 'hang' },
  source: (name) => [`op://work/${name}/token`, `op://work/${name}/token`],
  env: { OP_SERVICE_ACCOUNT_TOKEN: 'ops_none' },
});

export const lpass = program('lpass', {
  backend: 'lpass',
  failures: { down: 'offline', denied: 'logged-out', silent: 'hang', garbage: 'several' },
  source: (name) => [{ name: `work/${name}` }, `work/${name}#password`],
});

const ids = new Map<string, string>();
const idOf = (name: string): string => {
  const id = ids.get(name) ?? randomUUID();
  ids.set(name, id);
  return id;
};

export const bws = program('bws', {
  backend: 'bws',
  failures: { down: 'busy', denied: 'bad-token', silent: 'hang', garbage: 'garbage' },
  source: (name) => [idOf(name), idOf(name)],
  env: { BWS_ACCESS_TOKEN: '0.none.none:none' },
  isTextOnly: true,
});
