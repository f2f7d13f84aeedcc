import { describe, expect, it } from 'vitest';
import { onBed } from './support/bed.ts';
import { failing } from './support/failing.ts';
import { applied } from './support/journeys.ts';
import type { Failure } from './support/keeper.ts';
import { WITHOUT_TOOLS } from './support/keepers/index.ts';
import { USUAL } from './support/values.ts';

const FAILURES: readonly (readonly [string, Exclude<Failure, 'silent'>, readonly string[]])[] = [
  ['is down', 'down', ['env', 'exec', 'op', 'lpass', 'bws', 'vault', 'aws', 'gcp']],
  [
    'is locked, or others may read it',
    'denied',
    ['file', 'exec', 'dotenv', 'age', 'op', 'lpass', 'bws', 'vault', 'aws', 'gcp'],
  ],
  [
    'answers what nobody understands',
    'garbage',
    ['exec', 'dotenv', 'age', 'lpass', 'bws', 'vault', 'aws', 'gcp'],
  ],
];

describe.concurrent('a backend that says the value and', () => {
  it.each(FAILURES)(
    '%s leaves it in nothing that we say or keep',
    { timeout: 300_000 },
    async (_, how, who) => {
      const { result, figures } = await onBed(WITHOUT_TOOLS, USUAL, async (bed) => {
        if (how !== 'garbage') await applied(bed);
        return await failing(bed, how);
      });
      expect(result.failing).toEqual(who);
      const failed = Object.keys(result.states).filter((name) => result.states[name] === 'failed');
      expect(failed).toEqual(who.flatMap((backend) => [`${backend}-hidden`, `${backend}-clear`]));
      expect(figures.hits).toEqual([]);
    },
  );

  it('succeeds all the same leaves it in nothing that we say or keep', { timeout: 300_000 }, async () => {
    const { result, figures } = await onBed(WITHOUT_TOOLS, USUAL, (bed) => failing(bed, 'talkative'));
    expect(result.failing).toEqual(['exec']);
    expect(new Set(Object.values(result.states))).toEqual(new Set(['ok']));
    expect(figures.hits).toEqual([]);
  });
});
