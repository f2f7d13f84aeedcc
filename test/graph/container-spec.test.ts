import { describe, expect, it } from 'vitest';
import { containerSpec } from '../../src/graph/container-spec.ts';
import type { ContainerSpec } from '../../src/model/container.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { Manifest, Server } from '../../src/model/manifest.ts';
import { containerOf, IMAGE as image } from '../support/container-spec.ts';
import { server, stack } from './stack.ts';

/** A server `a` from an image, over stdio unless said otherwise, with these fields for the engine. */
function read(engine: JsonObject, more: Partial<Server> = {}, manifest: Partial<Manifest> = {}) {
  const declared = server('a', { runtime: { kind: 'image', image }, args: [], engine, ...more });
  return containerSpec(declared, { manifest: stack([declared], manifest), pin: undefined, folder: '/repo' });
}

const http: Partial<Server> = { transport: 'http' };

const bare = containerOf({
  health: { kind: 'handshake', intervalMs: 30_000, timeoutMs: 10_000, retries: 3, startPeriodMs: 30_000 },
});

describe('a container', () => {
  it('over stdio has safe defaults, no log and no life of its own', () => {
    expect(read({})).toEqual({ spec: bare, caveats: [], problem: null });
  });

  it('over HTTP has a port on loopback, is started again, and logs as its engine does', () => {
    expect(read({ port: 3001 }, http)).toEqual({
      spec: {
        ...bare,
        service: {
          transport: 'http',
          port: 3001,
          path: '/mcp',
          publish: { address: '127.0.0.1', port: 'auto' },
        },
        restart: 'unless-stopped',
        logging: null,
      },
      caveats: [],
      problem: null,
    });
  });

  it('is of the image that the lock pins', () => {
    const declared = server('a', { runtime: { kind: 'image', image: 'mcp:1' } });
    const site = { manifest: stack([declared]), folder: '/repo' };
    expect(containerSpec(declared, { ...site, pin: { kind: 'image', image } }).spec.image).toBe(image);
    expect(containerSpec(declared, { ...site, pin: undefined }).problem?.code).toBe('GRAPH_UNLOCKED');
  });

  it('gets variables and arguments with the secrets of the environment bound', () => {
    const { spec } = read({}, { args: ['-v'], env: { TOKEN: [{ secret: 'github-token' }], LEVEL: 'x' } });
    expect(spec.args).toEqual(['-v']);
    expect(spec.env).toEqual({ TOKEN: [{ env: 'GITHUB_TOKEN' }], LEVEL: 'x' });
  });

  it('is plain JSON', () => {
    const { spec } = read({ volumes: ['./a:/a'], devices: ['/dev/x'] });
    expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
  });
});

describe('a field over stdio', () => {
  it.each<[string, JsonObject, Partial<ContainerSpec>]>([
    ['platform', { platform: 'linux/arm64' }, { platform: 'linux/arm64' }],
    ['entrypoint', { entrypoint: ['sh', '-c'] }, { entrypoint: ['sh', '-c'] }],
    ['workingDirectory', { workingDirectory: '/app' }, { workingDirectory: '/app' }],
    ['hostname', { hostname: 'h' }, { hostname: 'h' }],
    ['user', { security: { user: '1000:1000' } }, { user: '1000:1000' }],
    ['groups', { security: { groups: ['b', '4'] } }, { groups: ['4', 'b'] }],
    ['readOnly', { security: { readOnly: true } }, { isRootReadOnly: true }],
    [
      'dropCapabilities',
      { security: { dropCapabilities: ['CAP_MKNOD', 'CHOWN', 'MKNOD'] } },
      { droppedCapabilities: ['CHOWN', 'MKNOD'] },
    ],
    ['no dropped capability', { security: { dropCapabilities: [] } }, { droppedCapabilities: [] }],
    ['noNewPrivileges', { security: { noNewPrivileges: false } }, { noNewPrivileges: false }],
    ['seccomp, a file', { security: { seccomp: './s.json' } }, { seccomp: '/repo/s.json' }],
    ['apparmor', { security: { apparmor: 'docker-default' } }, { apparmor: 'docker-default' }],
    ['tmpfs', { tmpfs: ['/tmp', '/run/'] }, { tmpfs: ['/run', '/tmp'] }],
    ['dns', { dns: ['1.1.1.1', '2606:4700::1'] }, { dns: ['1.1.1.1', '2606:4700::1'] }],
    [
      'extraHosts',
      { extraHosts: { 'host.docker.internal': 'host-gateway', db: '10.0.0.2', six: 'fe80::1' } },
      { extraHosts: { 'host.docker.internal': 'host-gateway', db: '10.0.0.2', six: 'fe80::1' } },
    ],
    ['restart: no', { restart: 'no' }, { restart: 'no' }],
    ['init', { init: false }, { init: false }],
    ['stopSignal', { stopSignal: 'INT' }, { stopSignal: 'SIGINT' }],
    ['stopSignal, whole', { stopSignal: 'SIGRTMIN+3' }, { stopSignal: 'SIGRTMIN+3' }],
    ['stopTimeout', { stopTimeout: '1m30s' }, { stopTimeoutSeconds: 90 }],
    ['stopTimeout, rounded up', { stopTimeout: '1500ms' }, { stopTimeoutSeconds: 2 }],
    ['labels', { labels: { team: 'x=y z' } }, { labels: { team: 'x=y z' } }],
    ['logging', { logging: { driver: 'local' } }, { logging: { driver: 'local', options: {} } }],
    [
      'logging options',
      { logging: { options: { 'max-size': '1m' } } },
      { logging: { driver: null, options: { 'max-size': '1m' } } },
    ],
    ['health.disabled', { health: { disabled: true } }, { health: null }],
    [
      'health',
      { health: { interval: '1s', timeout: '500ms', retries: 1, startPeriod: '0s' } },
      { health: { kind: 'handshake', intervalMs: 1000, timeoutMs: 500, retries: 1, startPeriodMs: 0 } },
    ],
  ])('%s', (_, engine, expected) => {
    expect(read(engine)).toEqual({ spec: { ...bare, ...expected }, caveats: [], problem: null });
  });

  it('resources', () => {
    const ulimits = { nofile: 1024, nproc: { soft: 10, hard: -1 }, core: -1 };
    const resources = {
      memory: '256Mi',
      memoryReservation: '128m',
      memorySwap: '256M',
      sharedMemory: 1024,
      cpus: 0.5,
      cpuShares: 512,
      pids: 20,
      ulimits,
    };
    expect(read({ resources }).spec.limits).toEqual({
      memoryBytes: 268435456,
      memoryReservationBytes: 134217728,
      memorySwapBytes: 268435456,
      sharedMemoryBytes: 1024,
      nanoCpus: 500_000_000,
      cpuShares: 512,
      pids: 20,
      ulimits: {
        nofile: { soft: 1024, hard: 1024 },
        nproc: { soft: 10, hard: -1 },
        core: { soft: -1, hard: -1 },
      },
    });
  });

  it.each([
    ['/dev/dri', { source: '/dev/dri', target: '/dev/dri', permissions: 'rwm' }],
    ['/dev/a:/dev/b', { source: '/dev/a', target: '/dev/b', permissions: 'rwm' }],
    ['/dev/a:mr', { source: '/dev/a', target: '/dev/a', permissions: 'rm' }],
    ['/dev/a:/dev/b:r', { source: '/dev/a', target: '/dev/b', permissions: 'r' }],
  ])('device %s', (text, device) => {
    expect(read({ devices: [text] }).spec.devices).toEqual([device]);
  });
});

describe('a mount', () => {
  const bind = (source: string, isReadOnly = true) => ({ kind: 'bind', source, target: '/d', isReadOnly });
  const volume = (name: string, more: object = {}) => ({
    kind: 'volume',
    volume: name,
    isExternal: false,
    driver: null,
    driverOptions: {},
    target: '/d',
    isReadOnly: false,
    ...more,
  });

  it.each<[string, string | JsonObject, object]>([
    ['a folder beside the manifest', './data:/d', bind('/repo/data')],
    ['a folder above it', '../data:/d', bind('/data')],
    ['a whole path, cleaned', '/srv//x/../docs/:/d/', bind('/srv/docs')],
    ['a folder that may be written', './data:/d:rw', bind('/repo/data', false)],
    ['the long form', { bind: 'data', target: '/d' }, bind('/repo/data')],
    ['the long form, written', { bind: 'data', target: '/d', readOnly: false }, bind('/repo/data', false)],
    ['a path with a colon', { bind: '/a:b', target: '/d' }, bind('/a:b')],
    ['a volume', 'data:/d', volume('team-tools.data')],
    ['a volume to read', 'data:/d:ro', volume('team-tools.data', { isReadOnly: true })],
    ['a volume, long', { volume: 'data', target: '/d' }, volume('team-tools.data')],
    ['a volume that is there already', 'old:/d', volume('old', { isExternal: true })],
    ['a volume that is there by another name', 'other:/d', volume('Its_name', { isExternal: true })],
    ['a volume that nobody declared', 'toString:/d', volume('team-tools.toString')],
    [
      'a volume with a driver',
      'nfs:/d',
      volume('team-tools.nfs', { driver: 'local', driverOptions: { type: 'nfs' } }),
    ],
  ])('is %s', (_, written, mount) => {
    const volumes = {
      data: {},
      old: { external: true, driver: 'x' },
      other: { external: true, name: 'Its_name' },
      nfs: { driver: 'local', driverOptions: { type: 'nfs' } },
    };
    const { spec, problem } = read({ volumes: [written] }, {}, { volumes });
    expect(spec.mounts).toEqual([mount]);
    expect(problem).toBeNull();
  });
});

describe('a network', () => {
  const networks = {
    tools: {},
    old: { external: true, name: 'lan' },
    host: { external: true },
    bridge: { external: true },
  };

  it.each<[string, JsonObject, Partial<Server>, object[]]>([
    [
      'of the stack',
      { networks: ['tools'] },
      {},
      [{ network: 'team-tools.tools', isExternal: false, aliases: [] }],
    ],
    [
      'with aliases',
      { networks: { tools: { aliases: ['b', 'a'] }, old: null } },
      {},
      [
        { network: 'team-tools.tools', isExternal: false, aliases: ['a', 'b'] },
        { network: 'lan', isExternal: true, aliases: [] },
      ],
    ],
    [
      'where others find a service by its name',
      { port: 1, networks: { tools: { aliases: ['x'] }, bridge: {} } },
      http,
      [
        { network: 'team-tools.tools', isExternal: false, aliases: ['a', 'x'] },
        { network: 'bridge', isExternal: true, aliases: [] },
      ],
    ],
  ])('%s', (_, engine, more, uses) => {
    const { spec, problem } = read(engine, more, { networks });
    expect(spec.networks).toEqual(uses);
    expect(problem).toBeNull();
  });

  it.each<[string, JsonObject, Partial<Server>, string]>([
    ['of the host, with another', { networks: ['host', 'tools'] }, {}, '"host" goes with no other'],
    [
      'that has no names',
      { networks: { bridge: { aliases: ['x'] } } },
      {},
      'nobody finds a container by name',
    ],
    ['with an alias that is none', { networks: { tools: { aliases: ['a,b=c'] } } }, {}, 'is no host name'],
    ['of another container', { networks: ['theirs'] }, {}, '"container:x" is not the name of a network'],
    ['that nobody reaches', { port: 1, networks: ['none'] }, http, 'nobody reaches a port'],
    [
      'that nobody reaches from the host',
      { port: 1, networks: ['inner'] },
      http,
      'a container that is in internal networks alone',
    ],
    [
      'of the host, where nothing is published',
      { port: 1, publish: 2, networks: ['host'] },
      http,
      'its port is 1, where it listens, and not 2',
    ],
  ])('%s is refused', (_, engine, more, message) => {
    const odd = {
      theirs: { external: true, name: 'container:x' },
      none: { external: true },
      inner: { internal: true },
    };
    const { problem } = read(engine, more, { networks: { ...networks, ...odd } });
    expect(problem?.code).toBe('GRAPH_CONTAINER_INVALID');
    expect(problem?.message).toContain(message);
  });
});

describe('a service', () => {
  it.each<[string, JsonObject, object]>([
    ['a port', { publish: 3001 }, { address: '127.0.0.1', port: 3001 }],
    ['an address and a port', { publish: '127.0.0.2:80' }, { address: '127.0.0.2', port: 80 }],
    ['an IPv6 address', { publish: '[::1]:80' }, { address: '::1', port: 80 }],
  ])('is published on %s', (_, engine, publish) => {
    const { spec, caveats, problem } = read({ port: 80, ...engine }, http);
    expect(spec.service?.publish).toEqual(publish);
    expect([caveats, problem]).toEqual([[], null]);
  });

  it('may be in an internal network beside another, or as somebody else made it', () => {
    const more = { networks: { inner: { internal: true }, outer: {}, theirs: { external: true } } };
    for (const names of [['inner', 'outer'], ['theirs'], []]) {
      expect(read({ port: 80, networks: names }, http, more).problem).toBeNull();
    }
  });

  it('in the network of the host is where it listens', () => {
    const more = { networks: { host: { external: true } } };
    const at = (publish?: string) =>
      read({ port: 80, networks: ['host'], ...(publish === undefined ? {} : { publish }) }, http, more);
    expect(at().spec.service?.publish).toEqual({ address: '127.0.0.1', port: 80 });
    expect(at('0.0.0.0:80').spec.service?.publish).toEqual({ address: '0.0.0.0', port: 80 });
    expect(at('0.0.0.0:80').problem).toBeNull();
  });

  it('has the path, the check and the restart policy that the manifest says', () => {
    const engine = { port: 80, path: '/x', restart: 'on-failure', health: { path: '/healthz' } };
    const { spec } = read(engine, { transport: 'sse' });
    expect(spec.service).toMatchObject({ transport: 'sse', path: '/x' });
    expect(spec.restart).toBe('on-failure');
    expect(spec.health).toMatchObject({ kind: 'http', path: '/healthz' });
    const { spec: other } = read({ port: 80, health: { command: ['/app', '--check'] } }, http);
    expect(other.health).toMatchObject({ kind: 'command', command: ['/app', '--check'] });
  });
});

describe('what no engine would take', () => {
  it.each<[string, JsonObject, Partial<Server>, string]>([
    ['a restart policy over stdio', { restart: 'always' }, {}, '`restart` means nothing over stdio'],
    ['a port over stdio', { port: 1, publish: 1 }, {}, '`port`, `publish` means nothing over stdio'],
    ['a check by HTTP over stdio', { health: { path: '/' } }, {}, '`health.path` means nothing over stdio'],
    ['no port', {}, http, 'which port the server listens on'],
    ['port 0', { port: 1, publish: '127.0.0.1:0' }, http, '`publish` cannot be "127.0.0.1:0"'],
    ['a port too high', { port: 1, publish: '127.0.0.1:65536' }, http, '`publish` cannot be'],
    ['no address', { port: 1, publish: '1.2.3.999:80' }, http, '`publish` cannot be'],
    ['half an address', { port: 1, publish: '1.2.3:80' }, http, '`publish` cannot be'],
    [
      'a check in a container over stdio',
      { health: { command: ['x'] } },
      {},
      '`health.command` means nothing',
    ],
    ['two checks', { port: 1, health: { path: '/', command: ['x'] } }, http, 'both `path` and `command`'],
    ['no time', { health: { interval: '0s' } }, {}, '`health` leaves no time'],
    ['little memory', { resources: { memory: '5Mi' } }, {}, 'less than the 6 MiB'],
    ['no memory', { resources: { memory: '0m' } }, {}, 'a size is nothing'],
    ['more than a machine has', { resources: { sharedMemory: '99999999999T' } }, {}, 'a size is nothing'],
    ['swap without memory', { resources: { memorySwap: '1g' } }, {}, '`memorySwap` is memory and swap'],
    ['less swap than memory', { resources: { memory: '2g', memorySwap: '1g' } }, {}, '`memorySwap` is'],
    ['more reserved', { resources: { memory: '1g', memoryReservation: '2g' } }, {}, '`memoryReservation`'],
    ['too little of a core', { resources: { cpus: 0.001 } }, {}, '`cpus` is less than 0.01'],
    ['a limit of no name', { resources: { ulimits: { 'no=file': 1 } } }, {}, 'ulimit "no=file"'],
    ['soft over hard', { resources: { ulimits: { nofile: { soft: 2, hard: 1 } } } }, {}, 'ulimit "nofile"'],
    [
      'soft without end',
      { resources: { ulimits: { nofile: { soft: -1, hard: 1 } } } },
      {},
      'ulimit "nofile"',
    ],
    ['a home folder by its short name', { volumes: ['~/x:/x'] }, {}, 'nobody expands the "~" of "~/x"'],
    ['the root of the container', { volumes: ['/a:/x/..'] }, {}, "cover the container's whole file system"],
    ['two things in one place', { volumes: ['/a:/x', '/b:/x/'] }, {}, 'two things are mounted at "/x"'],
    ['a volume and memory in one place', { volumes: ['v:/x'], tmpfs: ['/x'] }, {}, 'two things are mounted'],
    ['options of tmpfs', { tmpfs: ['/tmp:exec,size=1g'] }, {}, 'is no plain path'],
    ['a line end in a source', { volumes: [{ bind: '/a\nb', target: '/x' }] }, {}, 'control character'],
    ['a line end in a target', { volumes: [{ bind: '/a', target: '/x\r\n' }] }, {}, 'control character'],
    ['a NUL', { entrypoint: ['sh', '\0'] }, {}, 'a NUL in it'],
    ['an entry point of nothing', { entrypoint: [''] }, {}, '`entrypoint` names no program'],
    ['a label of ours', { labels: { 'DEV.mcpform.stack': 'x' } }, {}, 'one that mcpform writes itself'],
    ['a label with a sign', { labels: { 'a=b': 'x' } }, {}, '"a=b" is no name of a label'],
    ['a label with a space', { labels: { 'a b': 'x' } }, {}, '"a b" is no name of a label'],
    ['a log driver that is an option', { logging: { driver: '--x' } }, {}, 'no name of a log driver'],
    ['a log option with a sign', { logging: { options: { 'a=b': '' } } }, {}, 'no name of an option'],
    ['a name server that is a name', { dns: ['dns.example'] }, {}, 'is no address'],
    ['a host that is an option', { extraHosts: { 'a:1.2.3.4': '1.2.3.4' } }, {}, 'not a host name and an'],
    ['a host without an address', { extraHosts: { a: 'b' } }, {}, 'not a host name and an address'],
    ['a group that is none', { security: { groups: ['-x'] } }, {}, 'is no group'],
    ['a profile that is none', { security: { apparmor: 'a b' } }, {}, "is no profile's name"],
    ['a profile with a line end', { security: { seccomp: 'a\n' } }, {}, 'the path in `seccomp`'],
  ])('%s', (_, engine, more, message) => {
    const { problem, caveats } = read(engine, more, { volumes: { v: {} } });
    expect(problem?.code).toBe('GRAPH_CONTAINER_INVALID');
    expect(problem?.message).toContain('server "a": ');
    expect(problem?.message).toContain(message);
    expect(problem?.hint).not.toBe('');
    expect(caveats).toEqual([]);
  });

  it('is said all at once', () => {
    const { problem } = read({ restart: 'always', dns: ['x'] });
    expect(problem?.message).toBe(
      'server "a": `restart` means nothing over stdio: the client starts the server; "x" in `dns` is no address',
    );
    expect(problem?.hint).toBe('remove it; write an IPv4 or IPv6 address without a port');
  });

  it.each(['--privileged', 'x', 'x:latest', `x@sha256:${'F'.repeat(64)}`, `-x@sha256:${'3'.repeat(64)}`])(
    'image "%s", whatever a lock says',
    (name) => {
      const declared = server('a', { runtime: { kind: 'image', image: 'x' } });
      const pin = { kind: 'image', image: name } as const;
      const { problem } = containerSpec(declared, { manifest: stack([declared]), pin, folder: '/repo' });
      expect(problem?.code).toBe('GRAPH_UNLOCKED');
    },
  );
});

describe('what people should know', () => {
  const secretFile: Partial<Server> = { ...http, env: { TOKEN_FILE: [{ secret: 'github-token' }] } };

  it.each<[string, JsonObject, Partial<Server>, string]>([
    ['privileged', { security: { privileged: true } }, {}, 'all power over the host (`privileged`)'],
    ['capabilities', { security: { addCapabilities: ['CAP_NET_RAW'] } }, {}, 'capability NET_RAW'],
    ['the network of the host', { networks: ['host'] }, {}, "the host's own network"],
    ['devices', { devices: ['/dev/dri'] }, {}, 'device "/dev/dri"'],
    ['no seccomp', { security: { seccomp: 'unconfined' } }, {}, 'no seccomp profile'],
    ['no apparmor', { security: { apparmor: 'unconfined' } }, {}, 'no AppArmor profile'],
    ['options of a driver', { volumes: ['nfs:/d'] }, {}, 'options for the driver of volume "team-tools.nfs"'],
    ['what it writes', { volumes: ['./d:/d:rw'] }, {}, 'can change "/repo/d" on the host'],
    ['a wide port', { port: 1, publish: '0.0.0.0:80' }, http, 'published on "0.0.0.0"'],
    ['a wide port, IPv6', { port: 1, publish: '[::]:80' }, http, 'published on "::"'],
    ['secrets for everybody', { port: 1 }, secretFile, 'the client shows it none'],
  ])('%s', (_, engine, more, message) => {
    const manifest = {
      networks: { host: { external: true } },
      volumes: { nfs: { driverOptions: { device: '/' } } },
    };
    const { caveats, problem } = read(engine, more, manifest);
    expect(problem).toBeNull();
    expect(caveats).toHaveLength(1);
    expect(caveats[0]?.message).toContain('server "a"');
    expect(caveats[0]?.message).toContain(message);
  });

  it('is one finding for everything that it asks of its host', () => {
    const security = { privileged: true, addCapabilities: ['SYS_ADMIN'], seccomp: 'unconfined' };
    expect(read({ security }).caveats.map(({ message }) => message)).toEqual([
      'server "a": its container asks for all power over the host (`privileged`), capability SYS_ADMIN, no seccomp profile',
    ]);
    expect(read({ security }).spec.droppedCapabilities).toEqual([]);
  });

  it('is not that a service with a credential gets secrets', () => {
    expect(read({ port: 1 }, { ...secretFile, headers: { Authorization: 'x' } }).caveats).toEqual([]);
  });

  it('is, once, who else sees the secrets in variables', () => {
    const env = { A: ['x', { secret: 'linear' }], B: [{ secret: 'linear' }], C: 'c' } as const;
    const { caveats } = read({ port: 1 }, { ...http, env, headers: { Authorization: 'x' } });
    expect(caveats).toEqual([
      {
        code: 'SECRET_EXPOSED',
        message:
          'server "a": the secrets in "A", "B" are shown by `docker inspect` to whoever may talk to the engine',
        hint: 'if the image reads secrets from files, name the variable so: `A_FILE`',
      },
    ]);
  });
});

describe('a secret that is to be a file', () => {
  const env = { B_FILE: [{ secret: 'linear' }], A_FILE: [{ secret: 'github-token' }] } as const;

  it('is one below /run/secrets, and its variable names it', () => {
    const { spec, problem } = read({ port: 1 }, { ...http, env });
    expect(problem).toBeNull();
    expect(spec.env).toEqual({ B_FILE: '/run/secrets/linear', A_FILE: '/run/secrets/github-token' });
    expect(spec.secretFiles).toEqual(['github-token', 'linear']);
  });

  it.each([
    [{ volumes: ['data:/run/secrets'] }, '/run/secrets'],
    [{ volumes: ['./x:/run/secrets/linear'] }, '/run/secrets/linear'],
    [{ tmpfs: ['/run/secrets/'] }, '/run/secrets'],
  ])('cannot be where something else is mounted: %j', (engine, target) => {
    const { problem } = read({ port: 1, ...engine }, { ...http, env });
    expect(problem).toMatchObject({
      code: 'GRAPH_CONTAINER_INVALID',
      message: `server "a": "${target}" is mounted where its secrets are to be files`,
    });
    expect(read({ port: 1, ...engine }, http).problem).toBeNull();
    expect(read({ port: 1, tmpfs: ['/run'] }, { ...http, env }).problem).toBeNull();
  });
});
