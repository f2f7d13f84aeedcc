import { describe, expect, it } from 'vitest';
import { listScenarios, type Played, play, unusedFiles } from './play.ts';

const names = await listScenarios();

describe.concurrent('scenarios', () => {
  it.for(names)('%s', { timeout: 60_000 }, async (name, { expect }) => {
    const played = await play(name);
    const last = played.at(-1);
    expect.soft(last?.broken, transcript(last)).toEqual([]);
    expect(await unusedFiles(name)).toEqual([]);
  });
});

it('finds the scenarios', () => {
  expect(names.length).toBeGreaterThan(20);
});

function transcript(played: Played | undefined): string {
  if (played === undefined) return '';
  const { step, ran } = played;
  return `line ${step.line}: ${step.command}\n--- stdout\n${ran.stdout}--- stderr\n${ran.stderr}---`;
}
