import { describe, expect, it } from 'vitest';
import { McpformError } from '../../../../src/model/error.ts';
import type { Begin } from '../../../../src/model/journal.ts';
import { digest } from '../../claude-code/world.ts';
import { done, effects, withWeb } from './expect.ts';
import { called, emptyWorld, type FakeWorld, listed } from './fake-world.ts';
import type { Call, Fault } from './faulty-engine.ts';
import { web } from './scenarios.ts';
import { contextBeside, plan, play, playRecovery } from './stage.ts';
import { beginOf } from './works.ts';

/** An engine on which the replacement of `demo.web` was killed at one call, which was not heard. */
async function killedAt(name: Call['name'], nth = 1): Promise<{ world: FakeWorld; begin: Begin }> {
  const world = await withWeb();
  const work = await plan(world, web('serve', 'better'));
  let count = 0;
  const faults = (call: Call): Fault | null => {
    if (call.name === name) count += 1;
    return call.name === name && count === nth ? { kind: 'killed', call: 'lost' } : null;
  };
  await play(world, work, { faults });
  return { world, begin: beginOf(work, digest) };
}

const REFUSED = new McpformError('ENGINE_FAILED', 'docker would not');

describe('recovery', () => {
  it('leaves everything to the next run when the engine does not answer, and says so by its name', async () => {
    const { world, begin } = await killedAt('startContainer');
    const before = listed(world);
    const { left } = await playRecovery(world, begin, { faults: () => ({ kind: 'down', call: 'lost' }) });
    expect([...(left as Map<string, object>)]).toMatchObject([['docker', { code: 'ENGINE_UNAVAILABLE' }]]);
    expect(listed(world)).toEqual(before);
  });

  it('touches nothing on another engine that goes by the same name', async () => {
    const { world, begin } = await killedAt('startContainer');
    const { left, calls } = await playRecovery(world, begin, {
      around: (engine) => ({
        ...engine,
        identity: async () => ({ ...(await engine.identity()), id: 'docker:OTHER' }),
      }),
    });
    expect([...(left as Map<string, object>)]).toMatchObject([['docker', { code: 'ENGINE_CHANGED' }]]);
    expect(effects(calls)).toEqual([]);
  });

  it('does nothing a second time', async () => {
    const { world, begin } = await killedAt('startContainer');
    await playRecovery(world, begin);
    expect(listed(world)).toEqual(['demo.web running run-1']);
    expect(effects((await playRecovery(world, begin)).calls)).toEqual([]);
  });

  it('removes nothing that another step made, or somebody else', async () => {
    const world = await withWeb();
    const work = { ...(await plan(emptyWorld(), web('serve'))), operation: 'run-9' };
    await playRecovery(world, beginOf(work, digest));
    expect(listed(world)).toEqual(['demo.web running run-1']);
  });

  it('lets the old one go when somebody made another one in its place, which is for the next plan', async () => {
    const { world, begin } = await killedAt('createContainer');
    called(world, 'demo.web.run-2.old').status = 'exited';
    await done(world, { ...(await plan(world, web('other'))), operation: 'x' });
    const theirs = called(world, 'demo.web');
    theirs.hostConfig = { ...theirs.hostConfig, PortBindings: {} };
    const { left } = await playRecovery(world, begin);
    expect(left).toEqual(new Map());
    expect(listed(world)).toEqual(['demo.web running x']);
  });

  it('gives the old one its name although it cannot be started, and says why', async () => {
    const { world, begin } = await killedAt('startContainer');
    world.portsTaken.add(3001);
    const { ctx, events } = contextBeside(world);
    const { left } = await playRecovery(world, begin, { ctx });
    expect(left).toEqual(new Map());
    expect(listed(world)).toEqual(['demo.web exited run-1']);
    expect(events).toMatchObject([{ kind: 'finding', finding: { code: 'ENGINE_CONTAINER' } }]);
  });

  it('is done although what was replaced cannot be removed, and says how to', async () => {
    const { world, begin } = await killedAt('removeContainer');
    const { ctx, events } = contextBeside(world);
    const { left } = await playRecovery(world, begin, {
      ctx,
      around: (engine) => ({ ...engine, removeContainer: () => Promise.reject(REFUSED) }),
    });
    expect(left).toEqual(new Map());
    expect(events).toMatchObject([
      { finding: { code: 'ENGINE_LEFTOVER', hint: 'run `docker rm -f demo.web.run-2.spent`' } },
    ]);
  });

  it('is not done while what was made cannot be removed', async () => {
    const { world, begin } = await killedAt('startContainer');
    const { left } = await playRecovery(world, begin, {
      around: (engine) => ({ ...engine, removeContainer: () => Promise.reject(REFUSED) }),
    });
    expect([...(left as Map<string, object>)]).toMatchObject([['docker', { code: 'ENGINE_FAILED' }]]);
    expect(listed(world)).toContain('demo.web.run-2.old exited run-1');
  });

  it('does not start what did not run before', async () => {
    const world = await withWeb();
    called(world, 'demo.web').status = 'exited';
    const work = await plan(world, web('serve', 'better'));
    await play(world, work, {
      faults: ({ name }) => (name === 'startContainer' ? { kind: 'killed', call: 'lost' } : null),
    });
    await playRecovery(world, beginOf(work, digest));
    expect(listed(world)).toEqual(['demo.web exited run-1']);
  });
});
