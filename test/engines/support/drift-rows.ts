import { expect } from 'vitest';
import { mcpImage, variantOf } from '../../support/mcp-image.ts';
import { type DriftStack, type Flags, FULL, NAME, retype } from './drift-stack.ts';
import type { StackWorld } from './stack-world.ts';

export interface DriftRow {
  readonly what: string;
  /** What somebody does with the docker command. */
  readonly change: (world: StackWorld, stack: DriftStack) => Promise<unknown>;
  /** As `planLines` says it. */
  readonly plan: readonly string[];
  /** What it takes besides approval to repair it. */
  readonly consent?: readonly string[];
}

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

/** What takes a new container. */
export const RECREATED: readonly DriftRow[] = [
  typed('rm --force', ['rm', '--force', NAME], `create ${FULL} missing`),
  retyped('the same again', {}, []),
  retyped('another variable, and one more', { env: ['--env=MODE=calm', '--env=LEVEL=9', '--env=MORE=1'] }, [
    '/env/LEVEL',
    '/env/MORE',
  ]),
  retyped('without a variable', { env: ['--env=MODE=calm'] }, ['/env/LEVEL']),
  {
    what: 'from the tag, which somebody moved',
    change: async (world, stack) => {
      const other = variantOf(mcpImage('busybox'), '1.0.1', (config) => ({
        ...config,
        StopSignal: 'SIGQUIT',
      }));
      const { pinned } = await world.push(other);
      await world.engine.docker(['pull', '--quiet', pinned.replace(/:[^:@]*(?=@)/, '')]);
      await world.engine.docker(['tag', pinned.replace(/:[^:@]*(?=@)/, ''), world.busybox.tagged]);
      expect(await world.planned()).toEqual([]);
      await retype(world, stack, { image: world.busybox.tagged });
    },
    plan: [replaced('/image')],
  },
  retyped('without labels, and with others', { labels: [] }, ['/labels/team']),
  retyped('another label, and one more', { labels: ['--label=team=x', '--label=more=1'] }, [
    '/labels/more',
    '/labels/team',
  ]),
  {
    what: 'published on all addresses, and one more port',
    change: async (world, stack) =>
      await retype(world, stack, {
        flags: { publish: [`--publish=0.0.0.0:${stack.port}:3001`, '--publish=127.0.0.1::9'] },
      }),
    plan: [replaced('/ports/3001~1tcp', '/ports/9~1tcp')],
  },
  retyped('privileged', { privileges: ['--security-opt=no-new-privileges', '--privileged'] }, [
    '/security/privileged',
  ]),
  retyped('the root writable, another user, no groups', { root: [], user: ['--user=0:0'] }, [
    '/security/groups',
    '/security/readOnly',
    '/security/user',
  ]),
  retyped('other capabilities', { capabilities: ['--cap-drop=NET_RAW', '--cap-add=SYS_TIME'] }, [
    '/security/addCapabilities',
    '/security/dropCapabilities',
  ]),
  retyped(
    'new privileges, no seccomp profile, no AppArmor profile',
    { privileges: ['--security-opt=seccomp=unconfined', '--security-opt=apparmor=unconfined'] },
    ['/security/apparmor', '/security/noNewPrivileges', '/security/seccomp'],
  ),
  retyped(
    'a folder more, another one writable',
    { files: ['--volume=/srv:/srv:ro', '--volume=/srv:/files'] },
    ['/volumes/~1files/bind', '/volumes/~1files/readOnly', '/volumes/~1srv/bind', '/volumes/~1srv/readOnly'],
  ),
  retyped('without the volume', { data: [] }, ['/volumes/~1data/readOnly', '/volumes/~1data/volume']),
  retyped(
    'another volume, a tmpfs with options',
    { data: ['--volume=theirs:/data:ro'], tmpfs: ['--tmpfs=/tmp:size=1m'] },
    ['/tmpfs/~1tmp', '/volumes/~1data/readOnly', '/volumes/~1data/volume'],
  ),
  {
    what: 'another program, elsewhere',
    change: async (world, stack) =>
      await retype(world, stack, {
        flags: { entrypoint: ['--entrypoint=sleep'], folder: ['--workdir=/tmp'], host: [] },
        program: ['1000'],
      }),
    plan: [replaced('/args', '/entrypoint', '/hostname', '/workingDirectory')],
  },
  retyped('without any limit', { memory: [], shared: [], processor: [], pids: [], ulimits: [] }, [
    '/resources/cpuShares',
    '/resources/cpus',
    '/resources/memory',
    '/resources/memoryReservation',
    '/resources/memorySwap',
    '/resources/pids',
    '/resources/sharedMemory',
    '/resources/ulimits/nofile/hard',
    '/resources/ulimits/nofile/soft',
  ]),
  retyped(
    'other ulimits, another name server, other hosts, another device',
    {
      ulimits: ['--ulimit=nofile=900:2000', '--ulimit=core=0'],
      dns: ['--dns=127.0.0.2'],
      hosts: ['--add-host=db:10.0.0.6', '--add-host=more:10.0.0.7'],
      devices: ['--device=/dev/null:/dev/nothing:rwm'],
    },
    [
      '/devices',
      '/dns',
      '/extraHosts/db',
      '/extraHosts/more',
      '/resources/ulimits/core/hard',
      '/resources/ulimits/core/soft',
      '/resources/ulimits/nofile/soft',
    ],
  ),
  retyped(
    'another end: signal, time, restarts, init, log',
    {
      restart: ['--restart=always'],
      init: [],
      stop: ['--stop-signal=SIGQUIT', '--stop-timeout=9'],
      logging: ['--log-driver=json-file', '--log-opt=max-size=2m'],
    },
    ['/init', '/logging/options/max-size', '/restart', '/stopSignal', '/stopTimeout'],
  ),
  retyped('another health check', { health: ['--health-cmd=true', '--health-interval=400ms'] }, [
    '/healthcheck/command',
    '/healthcheck/retries',
    '/healthcheck/startPeriod',
    '/healthcheck/timeout',
  ]),
  retyped('without a health check', { health: ['--no-healthcheck'] }, [
    '/healthcheck/command',
    '/healthcheck/interval',
    '/healthcheck/retries',
    '/healthcheck/startPeriod',
    '/healthcheck/timeout',
  ]),
  {
    what: 'the network of the host',
    change: async (world, stack) =>
      await retype(world, stack, {
        flags: { network: ['--network=host'], host: ['--hostname=full'], publish: [] },
        others: [],
      }),
    plan: [
      replaced(
        '/networks/host/aliases',
        '/networks/tools.inner/aliases',
        '/networks/tools.outer/aliases',
        '/ports/3001~1tcp',
      ),
    ],
  },
  retyped(
    'power over the host by other ways',
    { more: ['--pid=host', '--ipc=host', '--uts=host'], host: [] },
    ['/hostname', '/other/IpcMode', '/other/PidMode', '/other/UTSMode'],
  ),
  retyped(
    'what no manifest asks for',
    {
      more: [
        '--cpuset-cpus=0',
        '--sysctl=net.ipv4.ip_unprivileged_port_start=0',
        '--oom-score-adj=100',
        '--device-cgroup-rule=c 1:3 r',
        '--dns-search=example.invalid',
        '--publish-all',
        '--tty',
      ],
    },
    [
      '/other/CpusetCpus',
      '/other/DeviceCgroupRules',
      '/other/DnsSearch',
      '/other/OomScoreAdj',
      '/other/PublishAllPorts',
      '/other/Sysctls/net.ipv4.ip_unprivileged_port_start',
      '/other/Tty',
    ],
  ),
  {
    what: 'the image removed from under it',
    change: async ({ engine, busybox }) =>
      await engine.docker(['rmi', '--force', busybox.pinned.replace(/:[^:@]*(?=@)/, '')]),
    plan: ['create docker/image/busybox missing'],
  },
];

function typed(what: string, command: readonly string[], plan: string): DriftRow {
  return { what, change: ({ engine }) => engine.docker(command), plan: [plan] };
}

function retyped(what: string, flags: Flags, pointers: readonly string[]): DriftRow {
  return {
    what,
    change: (world, stack) => retype(world, stack, { flags }),
    plan: pointers.length === 0 ? [] : [replaced(...pointers)],
  };
}

function updated(...pointers: readonly string[]): string {
  return `update ${FULL} drifted: ${pointers.map((pointer) => `${pointer} drift`).join(', ')}`;
}

function replaced(...pointers: readonly string[]): string {
  return `replace ${FULL} drifted: ${pointers.map((pointer) => `${pointer} drift`).join(', ')}`;
}
