import type { JsonObject } from '../../../src/model/json.ts';
import { freePort } from '../../support/free-port.ts';
import { mcpImage, variantOf } from '../../support/mcp-image.ts';
import { writeFiles } from '../../support/world.ts';
import { type ConfigRow, field, replaced, set } from './config-row.ts';
import { FULL } from './drift-stack.ts';

/** Images are removed by `images prune`. */
const FORGOTTEN = 'forget docker/image/busybox orphaned';

/** What takes another container. */
export const REPLACING: readonly ConfigRow[] = [
  {
    what: 'image',
    change: async ({ server }, world) => {
      const next = variantOf(mcpImage('busybox'), '1.0.1', (config) => ({ ...config, Env: ['NEXT=1'] }));
      server['image'] = (await world.push(next)).tagged;
    },
    plan: ['create docker/image/busybox declared', `replace ${FULL} repinned: /image lock`, FORGOTTEN],
  },
  set('args', ['-f', '-p', '3001', '-h', '/tmp'], replaced('/args')),
  set('entrypoint', ['/bin/httpd'], replaced('/entrypoint')),
  set('env', { MODE: 'calm', LEVEL: '9' }, replaced('/env/LEVEL')),
  set('env', { LEVEL: '9', MORE: '1' }, replaced('/env/MODE', '/env/MORE')),
  set('workingDirectory', '/tmp', replaced('/workingDirectory')),
  set('hostname', 'other', replaced('/hostname')),
  {
    what: 'port',
    change: ({ server }) => {
      server['port'] = 3002;
      server['args'] = ['-f', '-p', '3002', '-h', '/tmp'];
    },
    plan: replaced('/args', '/ports/3001~1tcp', '/ports/3002~1tcp'),
  },
  {
    what: 'publish',
    change: async ({ server }) => {
      server['publish'] = await freePort();
    },
    plan: [...replaced('/ports/3002~1tcp'), 'update claude-code/user/full changed: /url config'],
  },
  set('path', '/other', ['update claude-code/user/full changed: /url config']),
  field('size of /dev/shm', 'resources', { sharedMemory: '32Mi' }, replaced('/resources/sharedMemory')),
  field('ulimits', 'resources', { ulimits: { nofile: { soft: 900, hard: 2000 }, core: 0 } }, [
    ...replaced(
      '/resources/ulimits/core/hard',
      '/resources/ulimits/core/soft',
      '/resources/ulimits/nofile/soft',
    ),
  ]),
  field('no limit on cores', 'resources', { cpus: null }, replaced('/resources/cpus')),
  field('no limit on memory', 'resources', { memory: null, memorySwap: null, memoryReservation: null }, [
    ...replaced('/resources/memory', '/resources/memoryReservation', '/resources/memorySwap'),
  ]),
  set('volumes', ['data:/data', './files:/files:rw'], replaced('/volumes/~1files/readOnly')),
  set(
    'volumes',
    ['scratch:/scratch', './files:/files:rw'],
    [
      ...replaced(
        '/volumes/~1data/readOnly',
        '/volumes/~1data/volume',
        '/volumes/~1scratch/readOnly',
        '/volumes/~1scratch/volume',
      ),
    ],
  ),
  set('tmpfs', ['/tmp', '/cache'], replaced('/tmpfs/~1cache')),
  field('another user', 'security', { user: '1001:1001' }, replaced('/security/user')),
  field('groups', 'security', { groups: ['2001', '2002'] }, replaced('/security/groups')),
  field(
    'capabilities added',
    'security',
    { addCapabilities: ['CHOWN'] },
    replaced('/security/addCapabilities'),
  ),
  field(
    'capabilities dropped',
    'security',
    { dropCapabilities: ['NET_RAW'] },
    replaced('/security/dropCapabilities'),
  ),
  field('a root that can be written', 'security', { readOnly: false }, replaced('/security/readOnly')),
  field('new privileges', 'security', { noNewPrivileges: false }, replaced('/security/noNewPrivileges')),
  field('no seccomp profile', 'security', { seccomp: 'unconfined' }, replaced('/security/seccomp')),
  {
    what: 'a seccomp profile of its own',
    change: async ({ server }, { home }) => {
      await writeFiles(home.project, { 'profile.json': { defaultAction: 'SCMP_ACT_ALLOW' } });
      server['security'] = { ...(server['security'] as JsonObject), seccomp: './profile.json' };
    },
    plan: replaced('/security/seccomp'),
  },
  field('no AppArmor profile', 'security', { apparmor: 'unconfined' }, replaced('/security/apparmor')),
  field('privileged', 'security', { privileged: true }, replaced('/security/privileged')),
  set('security', {}, [
    ...replaced(
      '/security/addCapabilities',
      '/security/apparmor',
      '/security/dropCapabilities',
      '/security/groups',
      '/security/noNewPrivileges',
      '/security/privileged',
      '/security/seccomp',
      '/security/user',
    ),
  ]),
  set('init', false, replaced('/init')),
  set('stopSignal', 'SIGKILL', replaced('/stopSignal')),
  set('stopTimeout', '1s', replaced('/stopTimeout')),
  set('labels', { team: 'others', more: '1' }, replaced('/labels/more', '/labels/team')),
  set('dns', ['127.0.0.2', '127.0.0.1'], replaced('/dns')),
  set('extraHosts', { db: '10.0.0.6', gate: 'host-gateway' }, replaced('/extraHosts/db', '/extraHosts/gate')),
  set('devices', ['/dev/zero:/dev/nothing:r'], replaced('/devices')),
  set(
    'logging',
    { driver: 'json-file', options: { 'max-size': '2m' } },
    replaced('/logging/options/max-size'),
  ),
  field('another health check', 'health', { command: ['true'], interval: '300ms' }, [
    ...replaced('/healthcheck/command', '/healthcheck/interval'),
  ]),
  set('health', { disabled: true }, [
    ...replaced(
      '/healthcheck/command',
      '/healthcheck/interval',
      '/healthcheck/retries',
      '/healthcheck/startPeriod',
      '/healthcheck/timeout',
    ),
  ]),
  {
    what: 'nothing but what it is for',
    change: ({ server }) => {
      server['description'] = 'words';
      server['tags'] = ['words'];
    },
    plan: [],
  },
  {
    what: 'labels of a network that it is in',
    change: ({ networks }) => {
      networks['inner'] = { labels: { of: 'others' } };
    },
    plan: ['replace docker/network/inner changed: /labels/of config'],
  },
  {
    what: 'options of a network that it is in',
    change: ({ networks }) => {
      networks['inner'] = {
        internal: true,
        driverOptions: { 'com.docker.network.bridge.enable_icc': 'true' },
      };
    },
    plan: [
      'replace docker/network/inner changed: ' +
        ['/driverOptions/com.docker.network.bridge.enable_icc', '/internal', '/labels/of']
          .map((pointer) => `${pointer} config`)
          .join(', '),
    ],
  },
  {
    what: 'a volume less',
    change: ({ server }) => {
      server['volumes'] = ['data:/data'];
    },
    plan: replaced(
      '/volumes/~1data/readOnly',
      '/volumes/~1data/volume',
      '/volumes/~1files/bind',
      '/volumes/~1files/readOnly',
      '/volumes/~1scratch/readOnly',
      '/volumes/~1scratch/volume',
    ),
  },
  {
    what: 'labels of a volume that nothing uses, and nothing protects',
    change: ({ volumes }) => {
      volumes['scratch'] = { labels: { of: 'others' }, protect: false };
    },
    plan: ['replace docker/volume/scratch changed: /labels/of config'],
    consent: ['--allow-destroy'],
  },
];
