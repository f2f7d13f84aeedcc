import { describe, expect, it } from 'vitest';
import { onBed } from './support/bed.ts';
import { digestOf, gotBy, oneLife } from './support/journeys.ts';
import { ONE_OF_EACH_SORT } from './support/keepers/index.ts';
import { REFUSED_VALUES, VALUES } from './support/values.ts';

describe.concurrent('a value', () => {
  it.each(Object.entries(VALUES))(
    '%s is in nothing that we say or leave',
    { timeout: 300_000 },
    async (_, kind) => {
      const { result, figures } = await onBed(ONE_OF_EACH_SORT, kind, async (bed) => {
        await oneLife(bed, kind);
        return { value: String(bed.firstValueOf('wrapped-file')), got: gotBy(bed), asked: bed.asked };
      });
      expect(result.asked.map(({ ran }) => ran.exitCode)).not.toContain(null);
      expect(result.got).toContain(digestOf(result.value.replace(/\n$/, '')));
      expect(figures.hits).toEqual([]);
    },
  );

  it.each(Object.entries(REFUSED_VALUES))(
    '%s is given to no server, and is in nothing that we say or leave',
    { timeout: 300_000 },
    async (_, kind) => {
      const { result, figures } = await onBed(ONE_OF_EACH_SORT, kind, async (bed) => {
        await oneLife(bed, kind);
        return { got: gotBy(bed), asked: bed.asked };
      });
      const check = result.asked.find(({ args }) => args.join(' ') === 'secrets check --all --json');
      const { secrets } = JSON.parse(check?.ran.stdout ?? '') as {
        secrets: { name: string; state: string }[];
      };
      const isRefused = secrets.filter(({ state }) => state === 'failed').map(({ name }) => name);
      expect(isRefused).toEqual(expect.arrayContaining(['file-hidden', 'exec-hidden']));
      expect(result.got.filter((each) => each !== '')).toEqual([]);
      expect(figures.hits).toEqual([]);
    },
  );
});
