import { type ConfigRow, field, set, updated } from './config-row.ts';

/** What an engine changes while a container runs. */
export const IN_PLACE: readonly ConfigRow[] = [
  field('more memory', 'resources', { memory: '80Mi' }, updated('/resources/memory')),
  field('less memory', 'resources', { memory: '48Mi' }, updated('/resources/memory')),
  field(
    'memory and swap',
    'resources',
    { memory: '128Mi', memorySwap: '256Mi' },
    updated('/resources/memory', '/resources/memorySwap'),
  ),
  field(
    'reserved memory',
    'resources',
    { memoryReservation: '16Mi' },
    updated('/resources/memoryReservation'),
  ),
  field('cores', 'resources', { cpus: 0.25 }, updated('/resources/cpus')),
  field('shares of cores', 'resources', { cpuShares: 256 }, updated('/resources/cpuShares')),
  field('processes', 'resources', { pids: 60 }, updated('/resources/pids')),
  set('restart', 'unless-stopped', updated('/restart')),
  set(
    'networks',
    { inner: { aliases: ['web', 'www'] }, outer: null },
    updated('/networks/tools.inner/aliases'),
  ),
  {
    what: 'one network less',
    change: ({ server, networks }) => {
      delete networks['outer'];
      server['networks'] = { inner: { aliases: ['web', 'www'] } };
    },
    plan: [...updated('/networks/tools.outer/aliases'), 'delete docker/network/outer removed'],
  },
  {
    what: 'one network more',
    change: ({ server, networks }) => {
      networks['third'] = null;
      server['networks'] = { inner: null, third: null };
    },
    plan: [
      'create docker/network/third declared',
      ...updated('/networks/tools.inner/aliases', '/networks/tools.third/aliases'),
    ],
  },
];
