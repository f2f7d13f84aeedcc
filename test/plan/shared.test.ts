import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import type { SharedOwnership } from '../../src/model/lock.ts';
import {
  codesOf,
  declared,
  entry,
  linesOf,
  ownershipDigest,
  placeOf,
  planOf,
  stepsOf,
  there,
  type World,
} from './world.ts';

const address = 'claude-code/project/a';
const node: JsonObject = { type: 'stdio', command: 'node', args: ['server.js'] };
const python: JsonObject = { ...node, command: 'python' };
const withEnv: JsonObject = { ...node, env: { X: '1' } };

function owns(attributes: JsonObject, more: Partial<SharedOwnership> = {}): NonNullable<World['shared']> {
  return { [address]: { digest: ownershipDigest(attributes), adopted: false, ...more } };
}

/** A colleague has the repository and no inventory. */
describe("a colleague's clone", () => {
  const table: readonly [string, World, string][] = [
    ['needs nothing', { desired: [declared(address)], observed: [there(address)], shared: owns(node) }, ''],
    [
      'needs nothing although others added what is not ours',
      { desired: [declared(address)], observed: [there(address, withEnv)], shared: owns(node) },
      '',
    ],
    [
      'needs nothing although its client does not know all of it',
      {
        desired: [declared(address)],
        observed: [there(address, { ...node, x: 1 }, ['/x'])],
        shared: owns(node),
      },
      '',
    ],
    [
      'sees what the manifest changed, removals too',
      { desired: [declared(address, python)], observed: [there(address, withEnv)], shared: owns(withEnv) },
      `~ ${address}, the manifest changed: ~command, -env.X`,
    ],
    [
      'sees what was changed outside',
      { desired: [declared(address)], observed: [there(address, python)], shared: owns(node) },
      `~ ${address}, it was changed outside mcpform: ~command (drift)`,
    ],
    [
      'sees that both moved where the lock agrees with neither',
      { desired: [declared(address)], observed: [there(address, python)], shared: owns(withEnv) },
      `~ ${address}, the manifest changed, and it was changed outside mcpform too: ~command (both)`,
    ],
    [
      'brings the lock up to date where file and manifest agree',
      { desired: [declared(address, python)], observed: [there(address, python)], shared: owns(node) },
      `* ${address}, it is as declared, and only our books are not`,
    ],
    [
      'creates what was removed from the file',
      { desired: [declared(address)], shared: owns(node) },
      `+ ${address}, we wrote it and it is gone`,
    ],
    [
      'adopts what nobody owns',
      { desired: [declared(address)], observed: [there(address)] },
      `= ${address}, it is there as declared, and not ours yet`,
    ],
    [
      'does not overwrite what nobody owns',
      { desired: [declared(address)], observed: [there(address, python)] },
      `! ${address}, something different is there that is not ours`,
    ],
  ];

  it.each(table)('%s', (_name, world, expected) => {
    expect(stepsOf(world)).toBe(expected);
  });

  it('says so in one line', () => {
    const world = { desired: [declared(address)], observed: [there(address)], shared: owns(node) };
    expect(linesOf(world)).toBe('No changes. 1 resource matches.');
  });

  it('needs nothing for a protected server whose protection the lock remembers', () => {
    const desired = [declared(address, node, { lifecycle: { protect: true } })];
    const observed = [there(address)];
    expect(stepsOf({ desired, observed, shared: owns(node, { protect: true }) })).toBe('');
  });

  const removed: readonly [string, World, string][] = [
    [
      'deletes what left the manifest, if it is what the lock says',
      { observed: [there(address)], shared: owns(node) },
      `- ${address}, it is no longer in the manifest`,
    ],
    [
      'does not delete what is no longer what the lock says',
      { observed: [there(address, python)], shared: owns(node) },
      `! ${address}, it would be deleted, but is no longer what we wrote`,
    ],
    [
      'leaves what was there before us',
      { observed: [there(address)], shared: owns(node, { adopted: true }) },
      `. ${address}, it stays where it is and is no longer ours to keep`,
    ],
    [
      'leaves what the lock protects',
      { observed: [there(address)], shared: owns(node, { protect: true }) },
      `! ${address}, it has "protect: true"`,
    ],
    ['forgets what is gone', { shared: owns(node) }, `. ${address}, it is neither declared nor there`],
  ];

  it.each(removed)('%s', (_name, world, expected) => {
    const sharedPlaces = { [address]: placeOf(address) };
    expect(
      stepsOf({ desired: [declared('z')], ...world, sharedPlaces })
        .split('\n')
        .at(-1),
    ).toBe(expected);
  });

  it('says when the lock owns something and nobody can tell where', () => {
    expect(codesOf({ desired: [declared('z')], shared: owns(node) })).toEqual(['PLAN_PLACE_UNKNOWN']);
    expect(planOf({ desired: [declared('z')], shared: owns(node) }).isComplete).toBe(false);
  });
});

describe('the inventory of a shared file', () => {
  const stale = [entry(declared(address, node))];

  it('is only a cache: a colleague changed manifest, lock and file', () => {
    const world = {
      desired: [declared(address, python)],
      observed: [there(address, python)],
      entries: stale,
    };
    expect(stepsOf({ ...world, shared: owns(python) })).toBe('');
  });

  it('is only a cache: a colleague removed all three', () => {
    expect(
      stepsOf({
        desired: [declared('z')],
        observed: [there('z')],
        entries: [...stale, entry(declared('z'))],
      }),
    ).toBe('');
  });

  it('does not own what a colleague forgot', () => {
    const world = {
      desired: [declared('z')],
      observed: [there(address), there('z')],
      entries: [...stale, entry(declared('z'))],
    };
    expect(stepsOf(world)).toBe('');
  });

  it('owns what this machine wrote just before it could write the lock', () => {
    const world = { desired: [declared(address)], observed: [there(address)], entries: stale };
    expect(stepsOf(world)).toBe(`* ${address}, it is as declared, and only our books are not`);
  });

  it('does not own what the lock has not, if it is no longer as this machine wrote it', () => {
    const world = { desired: [declared(address)], observed: [there(address, python)], entries: stale };
    expect(stepsOf(world)).toBe(`! ${address}, something different is there that is not ours`);
  });

  it('tells the causes where the lock agrees with nothing', () => {
    const world = {
      desired: [declared(address, withEnv)],
      observed: [there(address, python)],
      entries: stale,
    };
    expect(stepsOf({ ...world, shared: owns({ command: 'else' }) })).toBe(
      `~ ${address}, the manifest changed, and it was changed outside mcpform too: ~command (drift), +env.X`,
    );
  });

  it('takes note when protection changed', () => {
    const desired = [declared(address, node, { lifecycle: { protect: true } })];
    const world = { desired, observed: [there(address)], entries: stale, shared: owns(node) };
    expect(stepsOf(world)).toBe(`* ${address}, it is as declared, and only our books are not`);
  });
});

describe('what is kept in a shared file', () => {
  const keep = { lifecycle: { keep: ['/env/KEY'] } };
  const withKey: JsonObject = { ...node, env: { KEY: 'theirs' } };

  it('is no difference', () => {
    const world = {
      desired: [declared(address, node, keep)],
      observed: [there(address, withKey)],
      shared: owns(node),
    };
    expect(stepsOf(world)).toBe('');
  });

  it('is no reason to take a change of the manifest for drift', () => {
    const world = {
      desired: [declared(address, python, keep)],
      observed: [there(address, withKey)],
      shared: owns(node),
    };
    expect(stepsOf(world)).toBe(`~ ${address}, the manifest changed: ~command`);
  });
});
