import { expect } from 'vitest';
import { type DriftRow, typed, updated } from './drift-row.ts';
import { NAME } from './drift-stack.ts';

const NETWORK = 'docker/network/inner';

/** What is done to containers that go on: each of it is put right in place. */
export const CHANGED_IN_PLACE: readonly DriftRow[] = [
  typed('update --memory, to more', ['update', '--memory=80m', NAME], updated('/resources/memory')),
  typed('update --memory, to less', ['update', '--memory=40m', NAME], updated('/resources/memory')),
  typed(
    'update --memory with --memory-swap',
    ['update', '--memory=128m', '--memory-swap=256m', NAME],
    updated('/resources/memory', '/resources/memorySwap'),
  ),
  typed(
    'update --memory-reservation',
    ['update', '--memory-reservation=16m', NAME],
    updated('/resources/memoryReservation'),
  ),
  typed('update --cpus', ['update', '--cpus=1', NAME], updated('/resources/cpus')),
  typed('update --cpu-shares', ['update', '--cpu-shares=100', NAME], updated('/resources/cpuShares')),
  typed('update --pids-limit', ['update', '--pids-limit=77', NAME], updated('/resources/pids')),
  typed('update --pids-limit=-1', ['update', '--pids-limit=-1', NAME], updated('/resources/pids')),
  typed('update --restart', ['update', '--restart=always', NAME], updated('/restart')),
  typed('update --restart=on-failure:3', ['update', '--restart=on-failure:3', NAME], updated('/restart')),
  typed('stop', ['stop', NAME], updated('/status')),
  typed('kill', ['kill', NAME], updated('/status')),
  {
    what: 'a crash after which nobody starts it again',
    change: async ({ engine }) => {
      await engine.docker(['update', '--restart=no', NAME]);
      await engine.docker(['exec', NAME, 'sh', '-c', 'kill -9 -1']).catch(() => undefined);
      await expect
        .poll(async () => (await engine.ask('GET', `/containers/${NAME}/json`)).body.State.Status)
        .toBe('exited');
    },
    plan: [updated('/restart', '/status')],
  },
  typed('pause', ['pause', NAME], updated('/status')),
  typed('rename', ['rename', NAME, 'somebody-elses'], updated('/name')),
  {
    what: 'rename and stop',
    change: async ({ engine }) => {
      await engine.docker(['rename', NAME, 'somebody-elses']);
      await engine.docker(['stop', 'somebody-elses']);
    },
    plan: [updated('/name', '/status')],
  },
  typed(
    'network disconnect',
    ['network', 'disconnect', 'tools.outer', NAME],
    updated('/networks/tools.outer/aliases'),
  ),
  {
    what: 'network connect to one that is not ours',
    change: async ({ engine }) => {
      await engine.docker(['network', 'create', 'theirs']).catch(() => undefined);
      await engine.docker(['network', 'connect', '--alias', 'x', 'theirs', NAME]);
    },
    plan: [updated('/networks/theirs/aliases')],
  },
  {
    what: 'network disconnect, and connect without the alias',
    change: async ({ engine }) => {
      await engine.docker(['network', 'disconnect', 'tools.inner', NAME]);
      await engine.docker(['network', 'connect', '--alias', 'full', 'tools.inner', NAME]);
    },
    plan: [updated('/networks/tools.inner/aliases')],
  },
  {
    what: 'a health check that fails',
    change: async ({ engine }) => {
      await engine.docker(['exec', NAME, 'touch', '/tmp/sick']);
      await expect
        .poll(async () => (await engine.ask('GET', `/containers/${NAME}/json`)).body.State.Health.Status)
        .toBe('unhealthy');
    },
    plan: [updated('/status')],
  },
  {
    what: 'network rm',
    change: async ({ engine }) => {
      await engine.docker(['network', 'disconnect', 'tools.inner', NAME]);
      await engine.docker(['network', 'rm', 'tools.inner']);
    },
    plan: [`create ${NETWORK} missing`, updated('/networks/tools.inner/aliases')],
  },
  {
    what: 'network rm, and create with other options',
    change: async ({ engine }) => {
      await engine.docker(['network', 'disconnect', 'tools.inner', NAME]);
      await engine.docker(['network', 'rm', 'tools.inner']);
      await engine.docker(['network', 'create', '--internal', '--label=of=inner', 'tools.inner']);
    },
    plan: [`replace ${NETWORK} drifted: /internal drift`, updated('/networks/tools.inner/aliases')],
  },
  {
    what: 'network rm, create with other labels, and connect',
    change: async ({ engine }) => {
      await engine.docker(['network', 'disconnect', 'tools.inner', NAME]);
      await engine.docker(['network', 'rm', 'tools.inner']);
      await engine.docker(['network', 'create', '--label=of=another', 'tools.inner']);
      await engine.docker(['network', 'connect', '--alias=web', '--alias=full', 'tools.inner', NAME]);
    },
    plan: [`replace ${NETWORK} drifted: /labels/of drift`],
  },
  {
    what: 'volume rm, and create with other labels, where its data may go',
    change: async ({ engine }) => {
      await engine.docker(['volume', 'rm', 'tools.scratch']);
      await engine.docker(['volume', 'create', '--label=of=another', 'tools.scratch']);
    },
    plan: ['replace docker/volume/scratch drifted: /labels/of drift'],
    consent: ['--allow-destroy'],
  },
  typed('volume rm', ['volume', 'rm', 'tools.scratch'], 'create docker/volume/scratch missing'),
];
