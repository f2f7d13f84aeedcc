import { describe, expect, it } from 'vitest';
import { takeStats } from '../../../src/engine/containers/take-stats.ts';
import type { Whereabouts } from '../../../src/engine/containers/whereabouts.ts';
import { McpformError } from '../../../src/model/error.ts';
import { memorySystem } from '../../../src/system/memory.ts';
import { violations } from '../../cli/schemas.ts';
import { contextOn } from '../../state/machine.ts';
import { idOf, type Kept, recordingEngine } from '../recording-engine.ts';

const { ctx } = contextOn(memorySystem());
const service = (server: string, letter: string) => ({
  server,
  engine: 'docker',
  name: `tools.${server}`,
  id: idOf(letter),
});
const where = (...services: Whereabouts['services']): Whereabouts => ({
  stack: 'tools',
  services,
  sessions: [],
  launches: new Set(),
});

const running: Kept = {
  id: idOf('a'),
  name: 'tools.one',
  info: {
    State: { Status: 'running', Health: { Status: 'healthy' } },
    HostConfig: { PidsLimit: 128 },
  },
  stats: { pids_stats: { current: 7 } },
};

describe('what the containers of a stack use', () => {
  it('is measured where one runs, and told where one does not, or is gone', async () => {
    const exited: Kept = {
      id: idOf('b'),
      name: 'tools.two',
      state: 'exited',
      info: { State: { Status: 'exited', Health: { Status: 'none' } } },
    };
    const { engine, asked } = recordingEngine([running, exited]);
    const { report } = await takeStats(
      where(service('two', 'b'), service('one', 'a'), service('three', 'c')),
      null,
      async () => engine,
      ctx,
    );
    expect(report.containers).toEqual([
      {
        server: 'one',
        kind: 'service',
        engine: 'docker',
        id: idOf('a'),
        name: 'tools.one',
        state: 'running',
        health: 'healthy',
        cpu: null,
        memory: null,
        network: null,
        pids: { current: 7, limit: 128 },
      },
      expect.objectContaining({ server: 'three', id: null, state: 'gone', pids: null }),
      expect.objectContaining({ server: 'two', state: 'exited', pids: null }),
    ]);
    expect(report.containers[2]).not.toHaveProperty('health');
    expect(asked.filter((call) => call.startsWith('stats'))).toEqual(['stats a']);
    expect(violations('event#/$defs/statsReport', report)).toEqual([]);
  });

  it('is still told of the others when one ends while it is measured, or an engine is down', async () => {
    const { engine } = recordingEngine([running, { id: idOf('b'), name: 'tools.two' }], {
      stats: async (id) => {
        if (id === idOf('b')) throw new McpformError('ENGINE_REFUSED', 'it does not run');
        return { pids_stats: { current: 1 } };
      },
    });
    const far = { ...service('far', 'c'), engine: 'docker@lab' };
    const { report, found } = await takeStats(
      where(service('one', 'a'), service('two', 'b'), far),
      null,
      async (name) => {
        if (name === 'docker') return engine;
        throw new McpformError('ENGINE_UNAVAILABLE', 'nobody listens', { hint: 'start it' });
      },
      ctx,
    );
    expect(report.containers.map(({ server, pids }) => [server, pids?.current])).toEqual([
      ['one', 1],
      ['two', undefined],
    ]);
    expect(report.findings).toEqual([
      { code: 'ENGINE_UNAVAILABLE', severity: 'warning', message: 'nobody listens', hint: 'start it' },
    ]);
    expect(found.unavailable.get('docker@lab')?.code).toBe('ENGINE_UNAVAILABLE');
  });
});
