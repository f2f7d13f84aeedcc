import { describe, expect, it } from 'vitest';
import { NEWEST, requireClaude } from '../support/claude.ts';
import { loopRace } from '../support/loop-race.ts';

describe.runIf(requireClaude(NEWEST))('a real client beside a running loop, for a minute', () => {
  it('keeps what is its own, gets back what is ours, and never meets a file that cannot be read', async () => {
    const counts = await loopRace({ version: NEWEST, durationMs: 60_000 });
    const { repairMs, stop, ...rest } = counts;
    expect(rest).toMatchObject({
      oursLost: 0,
      theirsLost: 0,
      unparsable: 0,
      // Nobody but the client woke it: its own writes do not.
      passesInQuiet: 0,
      contended: 0,
    });
    expect(counts.commands).toBeGreaterThan(20);
    expect(counts.touched).toBeGreaterThan(8);
    expect(repairMs).toHaveLength(counts.touched);
    expect(stop.exitCode).toBe(0);
    expect(stop.tookMs).toBeLessThan(5_000);
    process.stderr.write(
      `\n${counts.commands} commands, ${counts.touched} of ours touched, put back within ${Math.round(repairMs.at(-1) ?? 0)} ms, ${counts.passes} passes\n`,
    );
  }, 180_000);
});
