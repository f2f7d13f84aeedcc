import { describe, expect, it } from 'vitest';
import { LOCK_IGNORING, NEWEST, requireClaude } from '../support/claude.ts';
import { race } from '../support/race.ts';

describe.runIf(requireClaude(NEWEST))('racing a client that honours locks', () => {
  it.each(['user', 'local'] as const)(
    'loses nothing of ours and nothing of theirs in %s scope',
    async (scope) => {
      const counts = await race({ version: NEWEST, scope, rounds: 30 });
      expect(counts).toMatchObject({
        rounds: 30,
        oursLost: 0,
        oursRefused: 0,
        theirsLost: 0,
        complaints: [],
      });
      expect(counts.ours).toBe(300);
      expect(counts.theirs).toBeGreaterThan(150);
    },
  );

  it('loses nothing of ours in project scope, which no client locks', async () => {
    const counts = await race({ version: NEWEST, scope: 'project', rounds: 6 });
    expect(counts).toMatchObject({ oursLost: 0, oursRefused: 0, unreported: 0, complaints: [] });
    expect(counts.ours).toBe(60);
  });
});

describe.runIf(requireClaude(LOCK_IGNORING))('racing a client that ignores locks', () => {
  it.each(['user', 'local', 'project'] as const)('loses nothing of ours in %s scope', async (scope) => {
    const counts = await race({ version: LOCK_IGNORING, scope, rounds: 6 });
    expect(counts).toMatchObject({ oursLost: 0, oursRefused: 0, unreported: 0, complaints: [] });
    expect(counts.ours).toBe(60);
  });
});
