import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { realSystem } from '../../../src/system/real.ts';
import type { SecretHome } from './secret-home.ts';

/** Far longer than anything takes that works, on a machine that is busy. */
const PATIENCE = { timeout: 20_000, interval: 20 };

/** The ids that a script wrote to `~/ids`, as soon as it has written all. */
export async function idsIn(home: SecretHome, count: number): Promise<readonly number[]> {
  return await vi.waitFor(async () => {
    const ids = ((await readFile(join(home.folder, 'ids'), 'utf8')).match(/\d+(?=\s)/g) ?? []).map(Number);
    expect(ids).toHaveLength(count);
    return ids;
  }, PATIENCE);
}

export async function expectGone(ids: readonly number[]): Promise<void> {
  const { processes } = realSystem();
  await vi.waitFor(async () => {
    for (const id of ids) expect((await processes.inspect(id)).isAlive).toBe(false);
  }, PATIENCE);
}
