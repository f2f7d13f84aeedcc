import { describe, expect, it } from 'vitest';
import { claude, NEWEST, requireClaude } from '../support/claude.ts';
import { throwawayHome } from '../support/throwaway-home.ts';

describe.runIf(requireClaude(NEWEST))('smoke', () => {
  it('runs', async () => {
    const home = await throwawayHome();
    const ran = await claude(NEWEST, ['--version'], home);
    expect(ran.stdout).toContain(NEWEST);
  });
});
