import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

interface Pins {
  readonly claude: { readonly newest: string; readonly lockIgnoring: string };
  readonly node: readonly string[];
}

const file = resolve(import.meta.dirname, '../../scripts/programs.json');

/** The releases that `scripts/fetch-*.mjs` puts into the ignored cache folder. */
export const pins: Pins = JSON.parse(readFileSync(file, 'utf8'));

/**
 * Whether a real program is there. When it is not, that is an error where `CI` is set, and elsewhere a line that
 * nobody can overlook.
 */
export function requireProgram(path: string, name: string): boolean {
  if (existsSync(path)) return true;
  const what = `${name} is not installed; run: npm run fetch`;
  if (process.env['CI']) throw new Error(what);
  process.stderr.write(`\n!!! SKIPPED, NOT TESTED: ${what}\n\n`);
  return false;
}
