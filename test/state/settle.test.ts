import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/model/finding.ts';
import type { Begin } from '../../src/model/journal.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { digestLeaf, digestWhole, leavesOf } from '../../src/model/leaves.ts';
import type { Observed, Place } from '../../src/model/resource.ts';
import { settle } from '../../src/state/settle.ts';
import { digest, entryOf } from './machine.ts';

const here: Place = { key: 'f#a', file: 'f', path: ['a'], isShared: false };
const there: Place = { key: 'g#b', file: 'g', path: ['b'], isShared: false };

const old: JsonObject = { command: 'old', env: { A: '1' } };
const wanted: JsonObject = { command: 'new', env: { B: '2' } };
const other: JsonObject = { command: 'other' };
const both: JsonObject = { command: 'new', env: { A: '1', B: '2' } };

const leaves = (value: JsonObject): Record<string, string> =>
  Object.fromEntries(
    [...leavesOf(value)].map(([pointer, leaf]) => [pointer, digestLeaf(pointer, leaf, digest)]),
  );
const whole = (value: JsonObject) => ({ '': digestWhole(value, digest) });

const { whole: _, ...record } = entryOf('a/1');
const begin = (action: Begin['action'], before: Begin['before'], after: Begin['after']): Begin => ({
  ...{ operation: 'o', address: 'a/1', action, provider: 'p', place: here, before, after },
  record: action === 'delete' ? null : record,
});

const create = begin('create', null, leaves(wanted));
const update = begin('update', leaves(old), leaves(wanted));
const replace = begin('replace', whole(old), leaves(wanted));
const remove = begin('delete', whole(old), null);
const adopt = begin('adopt', whole(old), whole(old));
const move: Begin = {
  ...begin('move', whole(old), whole(old)),
  previousAddress: 'a/0',
  previousPlace: there,
};

function seen(at: { here?: JsonObject; there?: JsonObject }) {
  const objects = new Map<string, Observed>();
  if (at.here) objects.set(here.key, { place: here, attributes: at.here, unknown: [] });
  if (at.there) objects.set(there.key, { place: there, attributes: at.there, unknown: [] });
  return { objects };
}

describe('a step that began and did not end', () => {
  it.each<[string, Begin, { here?: JsonObject; there?: JsonObject }, 'done' | 'not-done' | 'conflict']>([
    ['create, and it is there', create, { here: wanted }, 'done'],
    [
      'create, and it is there with something of somebody else',
      create,
      { here: { ...wanted, x: 1 } },
      'done',
    ],
    ['create, and nothing is there', create, {}, 'not-done'],
    ['create, and something of that name is there', create, { here: other }, 'conflict'],
    ['create, and half of it is there', create, { here: { command: 'new' } }, 'conflict'],
    ['update, and it is as wanted', update, { here: wanted }, 'done'],
    ['update, and it is as before', update, { here: old }, 'not-done'],
    ['update, and what was to go is still there', update, { here: both }, 'conflict'],
    ['update, and it is gone', update, {}, 'conflict'],
    ['replace, and it is as wanted', replace, { here: wanted }, 'done'],
    ['replace, and it is as before', replace, { here: old }, 'not-done'],
    ['replace, and it is something else', replace, { here: other }, 'conflict'],
    ['delete, and it is gone', remove, {}, 'done'],
    ['delete, and it is as before', remove, { here: old }, 'not-done'],
    ['delete, and it is something else', remove, { here: other }, 'conflict'],
    ['adopt, and it is as it was', adopt, { here: old }, 'done'],
    ['adopt, and it changed', adopt, { here: other }, 'conflict'],
    ['move, and it is where it should be', move, { here: old }, 'done'],
    ['move, and it is where it was', move, { there: old }, 'not-done'],
    ['move, and it is in both places', move, { here: old, there: old }, 'conflict'],
    ['move, and it is nowhere', move, {}, 'conflict'],
  ])('%s', (_name, pending, at, verdict) => {
    const { settled, ends, conflicts, unknown } = settle([pending], seen(at), digest);
    expect(settled).toEqual([{ address: 'a/1', settled: verdict }]);
    expect(unknown).toEqual([]);
    expect(ends.map(({ result }) => result)).toEqual([verdict === 'done' ? 'done' : 'failed']);
    expect(conflicts.map(({ code, address }) => [code, address])).toEqual(
      verdict === 'conflict' ? [['STATE_UNSETTLED', 'a/1']] : [],
    );
  });

  it('enters the books as what is really there when it is done', () => {
    const extended = { ...wanted, x: 1 };
    const [end] = settle([create], seen({ here: extended }), digest).ends;
    expect(end?.entry).toEqual({ ...record, whole: digestWhole(extended, digest) });
  });

  it('leaves the books when it was a delete, and changes its name when it was a move', () => {
    expect(settle([remove], seen({}), digest).ends[0]).toMatchObject({ result: 'done', entry: null });
    const [moved] = settle([move], seen({ here: old }), digest).ends;
    expect(moved).toMatchObject({ address: 'a/1', previousAddress: 'a/0', entry: { address: 'a/1' } });
  });

  it.each([here.file, there.file])('stays open when its place cannot be read: %s', (file) => {
    const unavailable = new Map([[file, {} as Finding]]);
    const result = settle([move], { ...seen({ here: old }), unavailable }, digest);
    expect(result).toEqual({ ends: [], settled: [], conflicts: [], unknown: [move] });
  });
});
