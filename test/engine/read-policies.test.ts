import { describe, expect, it } from 'vitest';
import { readPolicies } from '../../src/engine/read-policies.ts';
import { McpformError } from '../../src/model/error.ts';
import { exitCodeOf } from '../../src/model/exit-code-of.ts';
import { type MemoryOptions, memorySystem } from '../../src/system/memory.ts';
import { contextOn, folders } from '../state/machine.ts';

const GOOD = 'apiVersion: mcpform/v1\nkind: Policy\nrules: {}\n';
const ROOTS = '/etc/mcpform/policy.yaml';
const USERS = `${folders.config}/policy.yaml`;

function read(tree: NonNullable<MemoryOptions['tree']>, uid = 1000): Promise<readonly { file: string }[]> {
  const { ctx } = contextOn(memorySystem({ tree: { '/etc/': '', ...tree }, identity: { uid } }));
  return readPolicies(ctx);
}

async function failureOf(promise: Promise<unknown>): Promise<McpformError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof McpformError) return error;
  throw new Error(`not refused: ${String(error)}`);
}

describe('machine policy', () => {
  it('is none when there is no file', async () => {
    expect(await read({})).toEqual([]);
  });

  it("is root's and the user's own, both", async () => {
    const files = await read({ [ROOTS]: GOOD, [USERS]: GOOD }, 0);
    expect(files.map(({ file }) => file)).toEqual([ROOTS, USERS]);
  });

  it('of the machine must belong to root; the one of the user need not', async () => {
    expect(await read({ [USERS]: GOOD })).toHaveLength(1);
    const error = await failureOf(read({ [ROOTS]: GOOD }));
    expect(exitCodeOf(error.code)).toBe(6);
    expect(error.message).toContain('must belong to root');
  });

  it('through a link is judged by what it leads to', async () => {
    const error = await failureOf(
      read({ [ROOTS]: { link: '/home/ann/mine.yaml' }, '/home/ann/mine.yaml': GOOD }),
    );
    expect(error.message).toContain('must belong to root');
  });

  it.each([
    ['empty', ''],
    ['not YAML', '{'],
    ['something else', 'apiVersion: mcpform/v1\nkind: Stack\nname: x\n'],
    ['misspelt', `${GOOD.replace('{}', '')}  comands: { deny: [x] }\n`],
    ['not UTF-8', Buffer.from([0xff, 0xfe, 0x00])],
  ])('that is %s denies everything, exit 6', async (_what, bytes) => {
    const error = await failureOf(read({ [USERS]: bytes }));
    expect([error.code, exitCodeOf(error.code)]).toEqual(['POLICY_INVALID', 6]);
  });

  it('that is a folder, or a link to nowhere, denies everything', async () => {
    expect((await failureOf(read({ [`${USERS}/`]: '' }))).code).toBe('POLICY_INVALID');
    expect((await failureOf(read({ [USERS]: { link: '/nowhere' } }))).code).toBe('POLICY_INVALID');
  });
});
