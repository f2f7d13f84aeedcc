import { describe, expect, it } from 'vitest';
import type { Plan } from '../../src/model/plan.ts';
import { renderStepSummary } from '../../src/report/github-summary.ts';
import { applied, declared, entry, planOf, there } from '../plan/world.ts';
import { comment, HEAD } from './comments.ts';

const sizes = [1, 50, 500, 5_000];
const nameOf = (index: number): string => `server-${String(index).padStart(4, '0')}`;
const namesOf = (size: number): readonly string[] =>
  Array.from({ length: size }, (_, index) => nameOf(index));

/** Of `size` servers a tenth is deleted, and the others are created and updated in turn. */
function mixed(size: number): { readonly plan: Plan; readonly deleted: readonly string[] } {
  const names = namesOf(size);
  const deleted = names.filter((_, index) => index % 10 === 0);
  const updated = names.filter((_, index) => index % 10 !== 0 && index % 2 === 0);
  const plan = planOf({
    desired: names
      .filter((name) => !deleted.includes(name))
      .map((name) => declared(name, { command: 'new', type: 'stdio' })),
    entries: [
      ...applied(...deleted),
      ...updated.map((name) => entry(declared(name, { command: 'old', type: 'stdio' }))),
    ],
    observed: [
      ...deleted.map((name) => there(name)),
      ...updated.map((name) => there(name, { command: 'old', type: 'stdio' })),
    ],
  });
  return { plan, deleted };
}

const summaryOf = ({ summary }: Plan): string =>
  ['create', 'update', 'delete']
    .map((action) => [summary[action as 'create'], action] as const)
    .filter(([number]) => number > 0)
    .map(([number, action]) => `${number} to ${action}`)
    .join(', ');

describe.each(sizes)('a plan of %d changed servers', (size) => {
  const { plan, deleted } = mixed(size);

  it('fits a comment, with an exact summary and every deletion named', () => {
    const text = comment(plan);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(60_000);
    expect(text).toContain(`**Plan: ${summaryOf(plan)}.** Affects ${size} server${size === 1 ? '' : 's'}.`);
    expect(text).toContain(`**${deleted.length} to delete`);
    for (const name of deleted) expect(text).toContain(`claude-code/user/${name}`);
    expect(text).toContain(`Commit \`${HEAD}\` · [full plan](`);
  });

  it('fits the step summary with a line for each server', () => {
    const text = renderStepSummary({ plans: [{ plan, file: 'mcp.yaml' }], head: HEAD, links: {} });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(900 * 1024);
    expect(text.match(/^ {2}[-+~] claude-code\/user\/server-\d{4}[, ]/gm)).toHaveLength(size);
  });
});

describe.each(sizes)('a plan that deletes all of %d servers', (size) => {
  const names = namesOf(size);
  const plan = planOf({
    mode: 'destroy',
    entries: applied(...names),
    observed: names.map((name) => there(name)),
  });

  it.each([60_000, 6_000, 2_000])('counts what it cannot name in %d bytes', (maxLength) => {
    const text = comment(plan, { maxLength });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(maxLength);
    expect(text).toContain(`**Plan: ${size} to delete.**`);
    const named = names.filter((name) => text.includes(`claude-code/user/${name}`)).length;
    const [, left = '0', total = String(size)] =
      /… and (\d+) more of (\d+): see the full plan/.exec(text) ?? [];
    expect([named + Number(left), Number(total)]).toEqual([size, size]);
  });
});

describe('many stacks in one comment', () => {
  const { plan } = mixed(20);
  const many = (stacks: number) =>
    Array.from({ length: stacks }, (_, index) => ({
      plan: { ...plan, stack: `stack-${index}` },
      file: `${index}/mcp.yaml`,
    }));

  it.each([2, 20, 200, 1_000])('come to one sum: %d of them', (stacks) => {
    const text = comment(plan, { plans: many(stacks) });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(60_000);
    expect(text).toContain(
      `**${stacks} stacks. Plan: ${10 * stacks} to create, ${8 * stacks} to update, ${2 * stacks} to delete.**`,
    );
    const named = text.match(/^(?:### Plan for|-) `stack-\d+`/gm)?.length ?? 0;
    const left = /_(\d+) more stacks? not shown/.exec(text)?.[1] ?? '0';
    expect(named + Number(left)).toBe(stacks);
  });
});

describe('names that need a long fence', () => {
  it.each([60_000, 20_000, 4_000])('fit %d bytes all the same', (maxLength) => {
    const names = Array.from({ length: 300 }, (_, index) => `${'`'.repeat(280)}${index}`);
    const deleted = planOf({ entries: applied(...names), observed: names.map((name) => there(name)) });
    const created = planOf({ desired: names.map((name) => declared(name)) });
    for (const plan of [deleted, created]) {
      expect(Buffer.byteLength(comment(plan, { maxLength }))).toBeLessThanOrEqual(maxLength);
    }
  });
});

describe('names in an alphabet of three bytes a letter', () => {
  it('fit by bytes, which no way of counting characters exceeds', () => {
    const names = Array.from({ length: 500 }, (_, index) => `${'名'.repeat(60)}${index}`);
    const plan = planOf({ entries: applied(...names), observed: names.map((name) => there(name)) });
    const text = comment(plan);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(60_000);
    expect(text).toContain('**500 to delete**');
    expect(text).toMatch(/… and \d+ more of 500/);
  });
});
