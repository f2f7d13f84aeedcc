import { expect } from 'vitest';
import { mcpImage, variantOf } from '../../support/mcp-image.ts';
import { type DriftRow, replaced, retyped, typed } from './drift-row.ts';
import { FULL, NAME, retype } from './drift-stack.ts';
import { byDigest } from './stack-world.ts';

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
      const pushed = await world.push(other);
      await world.engine.docker(['pull', '--quiet', byDigest(pushed)]);
      await world.engine.docker(['tag', byDigest(pushed), world.busybox.tagged]);
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
    change: async ({ engine, busybox }) => await engine.docker(['rmi', '--force', byDigest(busybox)]),
    plan: ['create docker/image/busybox missing'],
  },
];
