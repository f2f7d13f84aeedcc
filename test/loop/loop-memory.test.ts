import { beforeEach, describe, expect, it } from 'vitest';
import { LoopMemory } from '../../src/loop/loop-memory.ts';
import type { Condition, LoopState } from '../../src/loop/model.ts';
import { changeLoopState } from '../../src/loop/state/change-loop-state.ts';
import { suspend } from '../../src/loop/state/suspend.ts';
import { errno } from '../../src/system/memory-tree.ts';
import { wrapFiles } from '../../src/system/wrap-files.ts';
import { HOME, memoryWorld } from '../providers/claude-code/world.ts';

const BOOKS = `${HOME}/.local/state/mcpform/tools`;

describe('what a loop remembers', () => {
  let isFull: boolean;
  let memory: LoopMemory;
  let ctx: ReturnType<typeof memoryWorld>['ctx'];
  beforeEach(() => {
    isFull = false;
    const world = memoryWorld();
    const files = wrapFiles(world.system.files, async (call, run) => {
      if (isFull && call.name === 'create') throw errno('ENOSPC', 'write', call.paths[0] ?? '');
      return await run();
    });
    ctx = { ...world.ctx, system: { ...world.ctx.system, files } };
    memory = new LoopMemory('repo', ctx);
    memory.openAt(BOOKS);
  });
  const pass = (status: Condition['status']) =>
    memory.note((before) => {
      const condition = { ...(before.conditions[0] as Condition), type: 'Ready' as const, status };
      const time = '2026-03-02T12:00:00.000Z';
      const transition = { stack: 'tools', before: null, after: condition, time, addresses: [] };
      return {
        state: { ...before, passes: before.passes + 1, conditions: [condition] },
        transitions: before.conditions[0]?.status === status ? [] : [transition],
      };
    });
  const onDisk = async (): Promise<LoopState> => {
    const by = { source: 'repo', command: 'status' };
    return (await changeLoopState(BOOKS, by, (state) => state, ctx)).state;
  };

  it('goes on in memory while the disk is full, and is written once it is not, with what people said meanwhile', async () => {
    await pass('True');
    const by = { source: undefined, command: 'suspend' };
    await changeLoopState(BOOKS, by, (state) => suspend(state, 'claude-code/user/a', { nowMs: 0 }), ctx);
    isFull = true;
    expect(await pass('False')).toHaveLength(1);
    expect(await pass('False')).toEqual([]);
    expect(memory.state).toMatchObject({ passes: 3, conditions: [{ status: 'False' }] });
    isFull = false;
    expect(await onDisk()).toMatchObject({ passes: 1, conditions: [{ status: 'True' }] });
    expect(await pass('False')).toEqual([]);
    expect(await pass('True')).toHaveLength(1);
    expect(await onDisk()).toMatchObject({ passes: 5, suspended: { 'claude-code/user/a': {} } });
  });

  it('says why it is not known what is suspended, and that it is known again', async () => {
    isFull = true;
    expect(await memory.refresh()).toMatchObject({
      reason: 'BooksUnusable',
      error: { code: 'STATE_UNWRITABLE', message: expect.stringContaining('ENOSPC') },
    });
    isFull = false;
    expect(await memory.refresh()).toBeNull();
  });

  it('ends with a bug', async () => {
    ctx.system.clock.now = () => {
      throw new TypeError('a bug');
    };
    await expect(memory.refresh()).rejects.toThrow('a bug');
  });
});
