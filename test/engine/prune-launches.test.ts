import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pruneLaunches } from '../../src/engine/prune-launches.ts';
import type { Context } from '../../src/model/context.ts';
import type { Inventory } from '../../src/model/inventory.ts';
import { appendGeneration, type GenerationContent } from '../../src/state/generations.ts';
import { writeInventory } from '../../src/state/inventory-file.ts';
import { writeStub } from '../../src/state/lineage-stub.ts';
import { entryOf } from '../state/machine.ts';
import { realContext } from '../support/real-context.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';

const id = (letter: string): string => `server-${letter.repeat(32)}`;
const LONG_AGO = new Date('2026-01-01T00:00:00Z');

describe('what no entry starts any more', () => {
  let home: Home;
  let ctx: Context;

  beforeEach(async () => {
    home = await throwawayHome();
    ctx = realContext(home);
  });
  afterEach(() => home.remove());

  async function launched(letter: string, when = LONG_AGO): Promise<void> {
    const folder = join(ctx.folders.data, 'launches');
    await mkdir(folder, { recursive: true });
    for (const end of ['json', 'tree']) {
      await writeFile(join(folder, `${id(letter)}.${end}`), '{}');
      await utimes(join(folder, `${id(letter)}.${end}`), when, when);
    }
  }

  /** A stack, wherever its books are, whose one entry starts `now` and whose history started `before`. */
  async function books(folder: string, now: string, before: string): Promise<void> {
    const entry = { ...entryOf('claude-code/user/a'), launch: id(now) };
    await mkdir(folder, { recursive: true });
    const inventory: Inventory = {
      formatVersion: 1,
      lineage: folder,
      serial: 1,
      appliedSeq: 0,
      stack: 'tools',
      source: { remote: null, root: folder, files: ['mcp.yaml'] },
      machineId: 'x',
      uid: 0,
      configs: {},
      entries: { [entry.address]: entry },
    };
    await writeInventory(folder, inventory, ctx);
    await appendGeneration(folder, { launches: [id(before)] } as unknown as GenerationContent, ctx);
    await writeStub({ formatVersion: 1, lineage: folder, stack: 'tools', folder, hasEntries: true }, ctx);
  }

  const left = async (): Promise<readonly string[]> =>
    (await readdir(join(ctx.folders.data, 'launches')))
      .filter((name) => name.endsWith('.json'))
      .map((name) => name.charAt('server-'.length))
      .sort();

  it('goes, but not what an entry or a generation of any stack names, nor what is a day old', async () => {
    for (const letter of ['a', 'b', 'c', 'd', 'e']) await launched(letter);
    await launched('f', new Date());
    await books(join(ctx.folders.state, 'tools'), 'a', 'b');
    await books(join(home.folder, 'elsewhere/tools'), 'c', 'd');
    await pruneLaunches(ctx);
    expect(await left()).toEqual(['a', 'b', 'c', 'd', 'f']);
    expect((await readdir(join(ctx.folders.data, 'launches'))).length).toBe(10);
  });

  it.each([
    ['books are gone', (folder: string) => writeFile(join(folder, 'inventory.json'), '')],
    ['a generation was edited', (folder: string) => writeFile(join(folder, 'generations/000001.json'), '{}')],
  ])('stays when %s: nobody knows what it still starts', async (_, damage) => {
    await launched('e');
    const folder = join(ctx.folders.state, 'tools');
    await books(folder, 'a', 'b');
    await damage(folder);
    await pruneLaunches(ctx);
    expect(await left()).toEqual(['e']);
  });
});
