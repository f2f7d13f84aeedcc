import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { applied, declared, entry, finding, planOf, stepsOf, there, type World } from './world.ts';

const python: JsonObject = { type: 'stdio', command: 'python', args: ['server.js'] };
const on = (...dependsOn: string[]): { dependsOn: readonly string[] } => ({ dependsOn });

/** `name <- needs` per step, in order. */
function orderOf(world: World): readonly string[] {
  const short = (address: string): string => address.split('/').at(-1) as string;
  return planOf(world).steps.map(({ address, needs }) => [short(address), ...needs.map(short)].join(' <- '));
}

describe('the order of steps', () => {
  it('is by dependency, then by address', () => {
    const desired = [
      declared('a', undefined, on('d')),
      declared('b'),
      declared('c', undefined, on('a')),
      declared('d'),
    ];
    expect(orderOf({ desired })).toEqual(['b', 'd', 'a <- d', 'c <- a']);
  });

  it('leaves out dependencies that need nothing', () => {
    const desired = [declared('a'), declared('b', undefined, on('a'))];
    expect(orderOf({ desired, entries: applied('a'), observed: [there('a')] })).toEqual(['b']);
  });

  it('is reversed for deletes, which come last', () => {
    const entries = [
      entry(declared('a')),
      entry(declared('b', undefined, on('a'))),
      entry(declared('c', undefined, on('b'))),
    ];
    const observed = [there('a'), there('b'), there('c')];
    expect(orderOf({ desired: [declared('z')], entries, observed })).toEqual(['z', 'c', 'b <- c', 'a <- b']);
  });

  it('deletes only after what depended on it was changed', () => {
    const entries = [entry(declared('a')), entry(declared('b', undefined, on('a')))];
    const observed = [there('a'), there('b')];
    expect(orderOf({ desired: [declared('b', python)], entries, observed })).toEqual(['b', 'a <- b']);
  });

  it('lets what stays never wait for what goes', () => {
    const entries = [entry(declared('a')), entry(declared('b', undefined, on('a')))];
    const observed = [there('a'), there('b')];
    const desired = [declared('b', python, on('a'))];
    expect(orderOf({ desired, disabled: ['a'], entries, observed })).toEqual(['b', 'a <- b']);
  });

  it('breaks a circle in old books at its first address', () => {
    const entries = [entry(declared('a', undefined, on('b'))), entry(declared('b', undefined, on('a')))];
    expect(orderOf({ desired: [declared('z')], entries, observed: [there('a'), there('b')] })).toEqual([
      'z',
      'a',
      'b <- a',
    ]);
  });
});

describe('what depends on a conflict', () => {
  it('waits, and what depends on that too; the rest goes on', () => {
    const desired = [
      declared('a', python),
      declared('b', undefined, on('a')),
      declared('c', undefined, on('b')),
      declared('d'),
    ];
    expect(stepsOf({ desired, observed: [there('a')] })).toBe(
      [
        '! claude-code/user/a, something different is there that is not ours',
        '+ claude-code/user/d, it is declared and not there',
        '! claude-code/user/b, it waits for claude-code/user/a, which is in conflict',
        '! claude-code/user/c, it waits for claude-code/user/b, which is in conflict',
      ].join('\n'),
    );
  });

  it('goes on where only our books change, and waits for nobody', () => {
    const desired = [declared('a', python), declared('b', undefined, on('a'))];
    const { steps } = planOf({ desired, observed: [there('a'), there('b')] });
    expect(steps.map(({ action, needs }) => [action, needs])).toEqual([
      ['conflict', []],
      ['adopt', []],
    ]);
  });

  it('needs nothing where it needs nothing', () => {
    const desired = [
      declared('a', python),
      declared('b', undefined, on('a')),
      declared('c', undefined, on('b')),
    ];
    const entries = [entry(declared('b', undefined, on('a')))];
    expect(stepsOf({ desired, entries, observed: [there('a'), there('b')] })).toBe(
      [
        '! claude-code/user/a, something different is there that is not ours',
        '+ claude-code/user/c, it is declared and not there',
      ].join('\n'),
    );
  });

  it('is named by its first blocker, whatever the order', () => {
    const blocked = { blocked: finding('GRAPH_LAUNCH_UNAVAILABLE') };
    const desired = [
      declared('c', undefined, on('b', 'a')),
      declared('b', undefined, blocked),
      declared('a', undefined, blocked),
    ];
    expect(planOf({ desired }).steps.at(-1)).toMatchObject({ blockedBy: 'claude-code/user/a' });
  });

  it('keeps what would be pulled from under something that stays', () => {
    const entries = [entry(declared('a')), entry(declared('b', undefined, on('a')))];
    const observed = [there('a'), there('b', python)];
    expect(stepsOf({ desired: [declared('z')], entries, observed })).toBe(
      [
        '+ claude-code/user/z, it is declared and not there',
        '! claude-code/user/b, it would be deleted, but is no longer what we wrote',
        '! claude-code/user/a, it waits for claude-code/user/b, which is in conflict',
      ].join('\n'),
    );
  });

  it('receives no secret and shows no path', () => {
    const secrets = [{ locator: 'env:X', pointer: '/env/X', via: 'reference' as const }];
    const desired = [declared('a', python), declared('b', undefined, { ...on('a'), secrets })];
    expect(planOf({ desired, observed: [there('a')] }).steps[1]).toMatchObject({ secrets: [], paths: [] });
  });
});
