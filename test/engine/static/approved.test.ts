import { describe, expect, it } from 'vitest';
import { withinApproval } from '../../../src/plan/within-approval.ts';
import { planOf, revision, stack } from './texts.ts';

const server = (env: string, rest = '') =>
  revision(stack(`servers:\n  a: { command: npx, env: { ${env} } }\n${rest}`));
const at = (from: string, to: string) => ({ between: { from: from.repeat(40), to: to.repeat(40) } });

const base = server('KEEP: "0"');
const head = server('KEEP: "0", ONE: "1", TWO: "2"', '  b: { command: b }\n');
const approved = () => planOf(base, head, at('1', '2'));

describe('a plan of a merge, held against the one that was reviewed', () => {
  it('is no larger when it brings the same, whatever the commits are called', async () => {
    const now = await planOf(base, head, at('3', '4'));
    expect(withinApproval(await approved(), now)).toEqual([]);
    expect(now.planId).toBe((await approved()).planId);
    expect(now.between).not.toEqual((await approved()).between);
  });

  it('is no larger when somebody else merged a part of it before', async () => {
    const before = server('KEEP: "0", ONE: "1"', '  b: { command: b }\n');
    expect(withinApproval(await approved(), await planOf(before, head, at('3', '4')))).toEqual([]);
  });

  it.each([
    [
      'one more variable',
      server('KEEP: "0", ONE: "1", TWO: "2", MORE: "3"', '  b: { command: b }\n'),
      '/env/MORE',
    ],
    ['another value', server('KEEP: "0", ONE: "1", TWO: "9"', '  b: { command: b }\n'), '/env/TWO'],
    ['another command', server('KEEP: "0", ONE: "1", TWO: "2"', '  b: { command: c }\n'), '/command'],
    [
      'one more server',
      server('KEEP: "0", ONE: "1", TWO: "2"', '  b: { command: b }\n  c: { command: c }\n'),
      '/user/c',
    ],
    ['a server that is gone', revision(stack('servers:\n  b: { command: b }\n')), '/user/a'],
  ])('is larger with %s, and says where', async (_, merged, where) => {
    const findings = withinApproval(await approved(), await planOf(base, merged, at('3', '4')));
    expect(findings).toMatchObject([
      { code: 'PLAN_EXCEEDS_APPROVAL', message: expect.stringContaining(where) },
    ]);
  });

  it('is larger when a value moved below it: what was reviewed is not what would happen', async () => {
    const moved = server('KEEP: "0", ONE: "8"');
    const findings = withinApproval(await approved(), await planOf(moved, head, at('3', '4')));
    expect(findings[0]?.message).toContain('/env/ONE is no longer what it was');
  });

  it('deletes only the very object that was shown', async () => {
    const [one, other, gone] = [server('A: "1"'), server('A: "2"'), revision(stack('servers: {}\n'))];
    const reviewed = await planOf(one, gone, at('1', '2'));
    expect(withinApproval(reviewed, await planOf(one, gone, at('3', '4')))).toEqual([]);
    expect(withinApproval(reviewed, await planOf(other, gone, at('3', '4')))).toMatchObject([
      { message: expect.stringContaining('what would be destroyed') },
    ]);
  });

  it('lets no launch, guard or secret slip in that nobody reviewed', async () => {
    const image = (args: string, lifecycle = '') =>
      revision(
        stack(
          `servers:\n  x:\n    image: registry.example.com/x:1@sha256:${'a'.repeat(64)}\n    args: [${args}]\n${lifecycle}`,
        ),
      );
    const reviewed = await planOf(
      image('--a', '    lifecycle: { protect: true }\n'),
      image('--b', '    lifecycle: { protect: true }\n'),
    );
    const other = await planOf(image('--a', '    lifecycle: { protect: true }\n'), image('--c'));
    const messages = withinApproval(reviewed, other).map(({ message }) => message);
    expect(messages.join('\n')).toMatch(/launch.args.*lifecycle.protect/s);
  });
});
