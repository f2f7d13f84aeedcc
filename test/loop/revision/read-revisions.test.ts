import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RevisionTexts } from '../../../src/engine/static/revision-texts.ts';
import { readRevisions } from '../../../src/loop/revision/read-revisions.ts';
import { realContext } from '../../support/real-context.ts';
import { type Bed, revisionBed } from './bed.ts';

let bed: Bed;
beforeEach(async () => {
  bed = await revisionBed();
});
afterEach(async () => bed.remove());

const read = (from: string, to: string | null, files: readonly string[] = [], cwd = bed.root) =>
  readRevisions({ from, to, files, cwd }, realContext(bed.home));

const shown = ({ manifests, missing, lock }: RevisionTexts) => ({
  manifests: manifests.map(({ path, bytes }) => `${path}: ${Buffer.from(bytes)}`),
  ...(missing.length === 0 ? {} : { missing }),
  ...(lock === null ? {} : { lock: `${lock.path}: ${Buffer.from(lock.bytes)}` }),
});

describe('reading two revisions', () => {
  it('reads manifest and lock of a commit, and those of the work tree', async () => {
    await bed.write({ 'mcp.yaml': 'one', 'mcp.lock.yaml': 'lock' });
    const id = await bed.commit();
    await bed.write({ 'mcp.yaml': 'two' });
    const { between, base, head } = await read('main', null);
    expect(between).toEqual({ from: id, to: null });
    expect(shown(base)).toEqual({ manifests: ['mcp.yaml: one'], lock: 'mcp.lock.yaml: lock' });
    expect(shown(head)).toEqual({ manifests: ['mcp.yaml: two'], lock: 'mcp.lock.yaml: lock' });
  });

  it('reads two commits, whatever the work tree is, by any name that Git has for them', async () => {
    await bed.write({ 'mcp.yaml': 'one' });
    const first = await bed.commit();
    await bed.git('tag', '-a', '-m', 'a tag', 'v1');
    await bed.write({ 'mcp.yaml': 'two' });
    const second = await bed.commit();
    await bed.write({ 'mcp.yaml': { link: '/etc/hostname' } });
    const { between, base, head } = await read('v1', second.slice(0, 12));
    expect(between).toEqual({ from: first, to: second });
    expect([shown(base), shown(head)]).toEqual([
      { manifests: ['mcp.yaml: one'] },
      { manifests: ['mcp.yaml: two'] },
    ]);
  });

  it('finds the manifest above the working directory, up to the root of the repository', async () => {
    await bed.write({ 'teams/a/mcp.yml': 'a', 'mcp.yaml': 'root', 'teams/b/x': '' });
    await bed.commit();
    await mkdir(join(bed.root, 'teams/a/deep'));
    const near = await read('HEAD', 'HEAD', [], join(bed.root, 'teams/a/deep'));
    expect(shown(near.base)).toEqual({ manifests: ['teams/a/mcp.yml: a'] });
    const far = await read('HEAD', null, [], join(bed.root, 'teams/b'));
    expect(shown(far.head)).toEqual({ manifests: ['mcp.yaml: root'] });
  });

  it('merges several files in the order given, and names those that a revision has not', async () => {
    await bed.write({ 'b.yaml': 'b', 'b.lock.yaml': 'lock' });
    await bed.commit();
    await bed.write({ 'a.yaml': 'a' });
    const { base, head } = await read('HEAD', null, ['b.yaml', './a.yaml']);
    expect(shown(base)).toEqual({
      manifests: ['b.yaml: b'],
      missing: ['a.yaml'],
      lock: 'b.lock.yaml: lock',
    });
    expect(shown(head)).toEqual({ manifests: ['b.yaml: b', 'a.yaml: a'], lock: 'b.lock.yaml: lock' });
  });

  it('has no manifests where a revision has none', async () => {
    await bed.commit();
    expect(shown((await read('HEAD', null)).base)).toEqual({ manifests: [] });
  });
});
