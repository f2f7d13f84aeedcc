import { describe, expect, it } from 'vitest';
import { onBed } from './support/bed.ts';
import { digestOf, everyCommand, gotBy } from './support/journeys.ts';
import { WITHOUT_TOOLS } from './support/keepers/index.ts';
import { USUAL } from './support/values.ts';

describe('a secret of every backend that needs no tool, in every way a server can get it', () => {
  it('is in nothing that any command says or leaves', { timeout: 300_000 }, async () => {
    const { result, figures } = await onBed(WITHOUT_TOOLS, USUAL, async (bed) => {
      await everyCommand(bed);
      return {
        servers: bed.servers,
        values: bed.servers.map(bed.firstValueOf),
        got: gotBy(bed),
        asked: bed.asked,
      };
    });
    for (const { args, ran } of result.asked) {
      expect([0, 1, 2, 5], `${args.join(' ')}\n${ran.stdout}${ran.stderr}`).toContain(ran.exitCode);
    }
    // They were there to be found: every server got its own, in its process and in its headers.
    for (const [index, server] of result.servers.entries()) {
      const value = result.values[index] ?? '';
      if (server.startsWith('wrapped-')) expect(result.got, server).toContain(digestOf(value));
      if (server.startsWith('headers-')) expect(result.got, server).toContain(`Bearer ${value}`);
    }
    expect(figures.hits).toEqual([]);
    expect(figures.searches).toBeGreaterThan(800);
    expect(figures.commandLines).toBeGreaterThan(200);
  });
});
