import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { onBed } from './support/bed.ts';
import { ONE_OF_EACH_SORT } from './support/keepers/index.ts';
import { USUAL } from './support/values.ts';

const PRELOAD = join(import.meta.dirname, 'support/crash.cjs');

/** A bug of ours in the middle of an apply, when every value is known. */
describe.concurrent('a bug whose error has a value in it', () => {
  it.each(
    [
      'thrown',
      'a text that is thrown',
      'thrown where nobody catches it',
      'a promise that nobody waits for',
    ].flatMap((how) => [
      [how, 'hidden', []],
      [how, 'clear', ['--json']],
    ]),
  )('%s shows none of it: %s %j', { timeout: 300_000 }, async (how, use, more) => {
    const { result, figures } = await onBed(ONE_OF_EACH_SORT, USUAL, async (bed) => {
      const value = String(bed.firstValueOf(use === 'hidden' ? 'wrapped-file' : 'plain-file'));
      const env = { NODE_OPTIONS: `--require=${PRELOAD}`, CANARY_CRASH: String(how), CANARY_VALUE: value };
      const crashed = await bed.ask(['apply', '--auto-approve', '--no-settle', ...more], { env });
      const left = await copiesIn(bed.home.folder);
      await bed.ask(['apply', '--auto-approve', '--no-settle']);
      return { ...crashed, left, leftAfterwards: await copiesIn(bed.home.folder) };
    });
    const said = result.ran.stdout + result.ran.stderr;
    expect(result.ran.exitCode, said).not.toBe(0);
    // It did say what was thrown.
    expect(said).toMatch(/cannot read properties of|failed with/);
    expect(said).toContain('(secret)');
    expect(figures.hits).toEqual([]);
    // What was on its way into its place is for nobody but its user, and gone with the next apply.
    expect(result.left.filter(({ mode }) => mode !== 0o600)).toEqual([]);
    expect(result.leftAfterwards).toEqual([]);
  });
});

/** Of the client's file, where a run ended that was about to rename one. */
async function copiesIn(
  folder: string,
): Promise<readonly { readonly name: string; readonly mode: number }[]> {
  const names = (await readdir(folder)).filter((name) => name.startsWith('.claude.json.'));
  return await Promise.all(
    names.map(async (name) => ({ name, mode: (await stat(join(folder, name))).mode & 0o777 })),
  );
}
