import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

interface Pins {
  readonly claude: { readonly newest: string; readonly lockIgnoring: string };
  readonly node: readonly string[];
  readonly engine: { readonly suite: string; readonly atLeast: number };
}

const file = resolve(import.meta.dirname, '../../scripts/programs.json');

/** The releases that `scripts/fetch-*.mjs` puts into the ignored cache folder. */
export const pins: Pins = JSON.parse(readFileSync(file, 'utf8'));

/**
 * Whether a real program is there. When it is not, that is an error where `CI` is set, and elsewhere a line that
 * nobody can overlook.
 */
export function requireProgram(path: string, name: string): boolean {
  return existsSync(path) || missing(`${name} is not installed; run: npm run fetch`);
}

/** What tests need and this machine does not give them. */
export function missing(what: string): false {
  if (process.env['CI']) throw new Error(what);
  process.stderr.write(`\n!!! SKIPPED, NOT TESTED: ${what}\n\n`);
  return false;
}
