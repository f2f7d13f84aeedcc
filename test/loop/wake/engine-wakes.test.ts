import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Wake, WakeSource } from '../../../src/loop/model.ts';
import { engineWakes } from '../../../src/loop/wake/engine-wakes.ts';
import type { ContainerInfo, ContainerSummary } from '../../../src/providers/docker/api.ts';
import type { EngineEvent } from '../../../src/providers/docker/connection/events.ts';
import type { WatchedEngine } from '../../../src/providers/docker/watch-engine.ts';
import { ManualClock, memorySystem } from '../../../src/system/memory.ts';
import { realContext } from '../../support/real-context.ts';
import { type Home, throwawayHome } from '../../support/throwaway-home.ts';

const STACK = { 'dev.mcpform.stack': 'tools' };
const LAUNCHED = { ...STACK, 'dev.mcpform.launch': 'direct' };

interface FakeContainer {
  labels: Readonly<Record<string, string>>;
  name: string;
  status: string;
  health?: string;
  memory?: number;
}

/** What an engine that is not there does: nothing, over real time that nobody has to wait for. */
describe('an engine that is listened to', () => {
  let home: Home;
  let clock: ManualClock;
  let source: WakeSource;
  let wakes: Wake[];
  let containers: Map<string, FakeContainer>;
  let interrupt: AbortController;
  let isThere: boolean;
  let isHung: boolean;
  let answerMs: number;
  let connections: number;
  let streams: Set<(event: EngineEvent | null) => void>;
  beforeEach(async () => {
    home = await throwawayHome();
    clock = new ManualClock();
    clock.holdsSleepers = true;
    containers = new Map([['a', { labels: STACK, name: 'tools.web', status: 'running' }]]);
    [isThere, isHung, answerMs, connections, streams, wakes] = [true, false, 0, 0, new Set(), []];
    interrupt = new AbortController();
    const ctx = { ...realContext(home), system: memorySystem({ clock }), signal: interrupt.signal };
    source = engineWakes('tools', ctx, async () => {
      connections += 1;
      if (!isThere) throw new Error('nobody is there');
      return fake();
    });
    await source.start((wake) => wakes.push(wake));
  });
  afterEach(async () => {
    await source.close();
    await home.remove();
  });

  function fake(): WatchedEngine {
    const answer = async <T>(value: () => T): Promise<T> => {
      if (isHung) await new Promise(() => undefined);
      if (answerMs > 0) await clock.sleep(answerMs);
      if (!isThere) throw new Error('nobody is there');
      return value();
    };
    return {
      listContainers: () => answer(() => [...containers].map(([id, each]) => summary(id, each))),
      inspectContainer: (id) => answer(() => info(id, containers.get(id))),
      listNetworks: () => answer(() => []),
      listVolumes: () => answer(() => []),
      events: async (signal) => stream(signal),
    };
  }

  async function* stream(signal: AbortSignal): AsyncGenerator<EngineEvent, void, void> {
    const waiting: (EngineEvent | null)[] = [];
    let wake: () => void = () => undefined;
    const push = (event: EngineEvent | null): void => {
      waiting.push(event);
      wake();
    };
    streams.add(push);
    signal.addEventListener('abort', () => push(null));
    try {
      for (;;) {
        const event = waiting.shift();
        if (event === null) return;
        if (event !== undefined) yield event;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      streams.delete(push);
    }
  }

  const summary = (Id: string, { name, labels }: FakeContainer): ContainerSummary => ({
    Id,
    Names: [`/${name}`],
    Labels: labels,
  });
  const info = (Id: string, of: FakeContainer | undefined): ContainerInfo | null =>
    of === undefined
      ? null
      : {
          Id,
          Name: `/${of.name}`,
          Image: 'sha256:1',
          State: { Status: of.status, ...(of.health !== undefined && { Health: { Status: of.health } }) },
          Config: { Labels: of.labels },
          HostConfig: { Memory: of.memory ?? 0 },
        };
  const tell = (id: string, attributes: Readonly<Record<string, string>> = STACK): void => {
    for (const push of streams) push({ kind: 'container', action: 'update', id, attributes });
  };
  const change = (more: Partial<FakeContainer>, id = 'a'): void => {
    containers.set(id, { ...(containers.get(id) as FakeContainer), ...more });
    tell(id);
  };
  const settle = () => source.settle({ files: [], engines: [null] });
  /** Whatever can happen by itself has happened. */
  const rest = async (): Promise<void> => {
    for (let n = 0; n < 20; n++) await new Promise((resolve) => setImmediate(resolve));
  };
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 100) {
      clock.advance(Math.min(100, left));
      await rest();
    }
  };

  it('wakes for what is another than it was, once', async () => {
    await settle();
    await rest();
    change({ status: 'exited' });
    await pass(500);
    tell('a');
    await pass(500);
    expect(wakes).toEqual([{ kind: 'engine', engine: 'docker' }]);
    change({ memory: 5 });
    await pass(500);
    expect(wakes).toHaveLength(2);
  });

  it.each<[string, Partial<FakeContainer>, number]>([
    ['becomes healthy by itself', { health: 'healthy' }, 0],
    ['becomes unhealthy', { health: 'unhealthy' }, 1],
    ['is as it was', {}, 0],
  ])('a container that %s', async (_, more, count) => {
    change({ health: 'starting' });
    await settle();
    await rest();
    change(more);
    await pass(500);
    expect(wakes).toHaveLength(count);
  });

  it('does not even look for others, and for what clients start', async () => {
    await settle();
    await rest();
    isHung = true;
    containers.set('b', { labels: {}, name: 'web', status: 'running' });
    containers.set('c', { labels: LAUNCHED, name: 'x', status: 'running' });
    tell('b', { name: 'web' });
    tell('c', LAUNCHED);
    await pass(30_000);
    isHung = false;
    expect(connections).toBe(1 + 1);
    expect(wakes).toEqual([]);
  });

  it('waits for one that is not there, ever less often, and wakes when it comes', async () => {
    isThere = false;
    await settle();
    await pass(120_000);
    expect(wakes).toEqual([]);
    expect(connections).toBeGreaterThan(5);
    expect(connections).toBeLessThan(15);
    isThere = true;
    await pass(31_000);
    expect(wakes).toEqual([{ kind: 'engine', engine: 'docker' }]);
    await settle();
    await pass(60_000);
    expect(wakes).toHaveLength(1);
    expect(streams.size).toBe(1);
  });

  it('listens again when the stream ends, and looks what it missed', async () => {
    await settle();
    await rest();
    for (const push of streams) push(null);
    await rest();
    containers.delete('a');
    expect(wakes).toEqual([]);
    await pass(1_000);
    expect(wakes).toHaveLength(1);
    expect(streams.size).toBe(1);
  });

  it('renews a connection that may be dead, and never has two', async () => {
    await settle();
    await rest();
    let most = 0;
    for (let minute = 0; minute < 60; minute++) {
      clock.advance(60_000);
      await rest();
      most = Math.max(most, streams.size);
    }
    expect(most).toBe(1);
    expect(connections).toBeGreaterThan(5);
    containers.delete('a');
    tell('a');
    await pass(500);
    expect(wakes).toHaveLength(1);
  });

  it('waits for a slow engine, and goes on listening to it', async () => {
    await settle();
    await rest();
    answerMs = 10_000;
    change({ status: 'exited' });
    await pass(25_000);
    expect(wakes).toEqual([{ kind: 'engine', engine: 'docker' }]);
    expect(connections).toBe(1 + 1);
  });

  it('holds up neither a pass nor the end when the engine hangs', async () => {
    await settle();
    await rest();
    isHung = true;
    const settled = settle();
    await pass(5_100);
    await settled;
    const interrupted = settle();
    await rest();
    interrupt.abort(new Error('interrupted'));
    await interrupted;
    tell('a');
    await rest();
    await source.close();
    expect(streams.size).toBe(0);
  });

  it('lets go of an engine that is no longer used', async () => {
    await settle();
    await rest();
    await source.settle({ files: [], engines: ['lab'] });
    await rest();
    expect(streams.size).toBe(1);
    change({ status: 'exited' });
    await pass(500);
    expect(wakes).toEqual([{ kind: 'engine', engine: 'docker@lab' }]);
    await source.settle({ files: [], engines: [] });
    expect(streams.size).toBe(0);
  });

  it('tells during no pass, and afterwards only what was not its doing', async () => {
    await settle();
    await rest();
    await source.hold?.();
    change({ memory: 1 });
    await pass(500);
    expect(wakes).toEqual([]);
    await settle();
    await pass(500);
    expect(wakes).toEqual([]);
    await source.hold?.();
    change({ memory: 2 });
    await pass(500);
    await source.settle({ files: [], engines: [null], written: ['docker@lab'] });
    expect(wakes).toHaveLength(1);
  });
});
