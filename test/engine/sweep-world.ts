import { createConceal } from '../../src/formats/conceal.ts';
import type { Context } from '../../src/model/context.ts';
import type { Event } from '../../src/model/event.ts';
import { ManualClock, type MemoryOptions, memorySystem } from '../../src/system/memory.ts';
import { FakeEngine } from '../launch/docker/fake-engine.ts';
import { ME } from '../launch/docker/recorded.ts';

/** A machine in memory, noon of 2026-01-02, with an engine behind a fake `docker`. Process 50 is alive since `7`. */
export function sweepWorld(tree: NonNullable<MemoryOptions['tree']> = {}) {
  const engine = new FakeEngine();
  const { run } = engine.docker.ctx.system.processes;
  const clock = new ManualClock(Date.UTC(2026, 0, 2, 12));
  const system = memorySystem({ clock, tree, run, identity: ME });
  system.alive.set(50, '7');
  const events: Event[] = [];
  const interrupt = new AbortController();
  const ctx: Context = {
    system,
    home: '/home/me',
    env: {},
    platform: 'linux',
    signal: interrupt.signal,
    emit: (event) => void events.push(event),
    folders: { state: '/state', cache: '/cache', config: '/config', data: '/data' },
    launcher: { command: '/usr/bin/node', args: [], ephemeral: null },
    digest: (text) => text,
    conceal: createConceal(),
  };
  return { engine, ctx, system, events, interrupt };
}
