import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { SecretContext } from '../../../src/model/secret.ts';
import { CANARY } from '../support/failure-of.ts';
import { type SecretHome, secretHome } from '../support/secret-home.ts';

export interface DoubleCall {
  readonly args: readonly string[];
  readonly input: string;
  /** Names of what it had in its environment. */
  readonly variables: readonly string[];
}

/** A program that stands for another one: a script of this folder, which says what the real one was seen to say. */
export interface Double {
  readonly home: SecretHome;
  /** What it keeps, and which of its failures it shows. */
  tell(state: { values?: Readonly<Record<string, string | Uint8Array>>; failure?: string }): Promise<void>;
  calls(): Promise<readonly DoubleCall[]>;
  remove(): Promise<void>;
}

/** `path` is below the home: `programs/op` is found on the PATH. */
export async function double(script: `${string}-double.mjs`, path: string): Promise<Double> {
  const home = await secretHome();
  const file = fileURLToPath(new URL(script, import.meta.url));
  await home.file(path, `#!/bin/sh\nexec '${process.execPath}' '${file}' "$@"\n`, 0o755);
  return {
    home,
    tell: async ({ values = {}, failure = null }: { values?: object; failure?: string | null }) => {
      const encoded = Object.entries(values).map(([name, value]) => [
        name,
        Buffer.from(value).toString('base64'),
      ]);
      const state = { canary: CANARY, failure, values: Object.fromEntries(encoded) };
      await home.file('double.json', JSON.stringify(state));
    },
    calls: async () => {
      const text = await readFile(`${home.folder}/calls.jsonl`, 'utf8').catch(() => '');
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line): DoubleCall => JSON.parse(line));
    },
    remove: home.remove,
  };
}

/** The same, where time is over as soon as somebody begins to wait; `waited` gets for how long, in ms. */
export function impatient(ctx: SecretContext, waited: number[] = []): SecretContext {
  const sleep = async (ms: number): Promise<void> => void waited.push(ms);
  return { ...ctx, system: { ...ctx.system, clock: { ...ctx.system.clock, sleep } } };
}

/** What no backend may hand on, whatever its program says: a value, and the failure it ends in. */
export const UNUSABLE: readonly (readonly [string, string | Uint8Array, string])[] = [
  ['nothing', '', 'SECRET_EMPTY'],
  ['a value that is too large', `${CANARY}${'x'.repeat(64 * 1024)}`, 'SECRET_TOO_LARGE'],
  ['a NUL', `${CANARY}\0x`, 'SECRET_INVALID'],
];

/** Not UTF-8. */
export const BINARY = Buffer.from([...Buffer.from(CANARY), 0xff, 0xfe, 0x0a, 0x80]);
