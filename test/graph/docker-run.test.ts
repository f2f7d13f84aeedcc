import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { containerSpec } from '../../src/graph/container-spec.ts';
import { dockerRun } from '../../src/graph/docker-run.ts';
import type { ContainerSpec, Mount } from '../../src/model/container.ts';
import { server, stack } from './stack.ts';

const image = `mcp:1@sha256:${'3f'.repeat(32)}`;
const declared = server('a', { runtime: { kind: 'image', image }, args: [] });
const bare = containerSpec(declared, { manifest: stack([declared]), pin: undefined, folder: '/repo' }).spec;
/** Nothing is asked for, not even what is safe. */
const naked: ContainerSpec = {
  ...bare,
  droppedCapabilities: [],
  noNewPrivileges: false,
  init: false,
  limits: { ...bare.limits, pids: null },
  logging: null,
};

const run = (more: Partial<ContainerSpec>, labels = {}) => dockerRun({ ...naked, ...more }, { labels });
const limits = (more: Partial<ContainerSpec['limits']>) => ({ limits: { ...naked.limits, ...more } });
const bind = (source: string, target: string): Mount => ({ kind: 'bind', source, target, isReadOnly: true });

describe('the line', () => {
  it('has the safe defaults', () => {
    expect(dockerRun(bare, { labels: { 'dev.mcpform.b': '2', 'dev.mcpform.a': '1' } })).toEqual([
      'run',
      '-i',
      '--rm',
      '--init',
      '--cap-drop=ALL',
      '--security-opt=no-new-privileges',
      '--pids-limit=128',
      '--log-driver=none',
      '--label=dev.mcpform.a=1',
      '--label=dev.mcpform.b=2',
      image,
    ]);
  });

  it('is short when nothing is asked for', () => {
    expect(run({})).toEqual(['run', '-i', '--rm', image]);
  });

  it.each<[string, Partial<ContainerSpec>, readonly string[]]>([
    ['init', { init: true }, ['--init']],
    ['platform', { platform: 'linux/arm64' }, ['--platform=linux/arm64']],
    ['privileged', { privileged: true }, ['--privileged']],
    ['dropped', { droppedCapabilities: ['CHOWN', 'MKNOD'] }, ['--cap-drop=CHOWN', '--cap-drop=MKNOD']],
    ['added', { addedCapabilities: ['NET_RAW'] }, ['--cap-add=NET_RAW']],
    ['noNewPrivileges', { noNewPrivileges: true }, ['--security-opt=no-new-privileges']],
    ['seccomp', { seccomp: '/repo/s.json' }, ['--security-opt=seccomp=/repo/s.json']],
    ['apparmor', { apparmor: 'unconfined' }, ['--security-opt=apparmor=unconfined']],
    ['user', { user: '1000:1000' }, ['--user=1000:1000']],
    ['groups', { groups: ['4', 'audio'] }, ['--group-add=4', '--group-add=audio']],
    ['read-only root', { isRootReadOnly: true }, ['--read-only']],
    [
      'devices',
      { devices: [{ source: '/dev/a', target: '/dev/b', permissions: 'rw' }] },
      ['--device=/dev/a:/dev/b:rw'],
    ],
    ['memory', limits({ memoryBytes: 6291456 }), ['--memory=6291456']],
    ['reservation', limits({ memoryReservationBytes: 1 }), ['--memory-reservation=1']],
    ['swap', limits({ memorySwapBytes: 1 }), ['--memory-swap=1']],
    ['shared memory', limits({ sharedMemoryBytes: 1 }), ['--shm-size=1']],
    ['cpus', limits({ nanoCpus: 500_000_000 }), ['--cpus=0.5']],
    ['little of a core', limits({ nanoCpus: 12_345_678 }), ['--cpus=0.012345678']],
    ['shares', limits({ cpuShares: 2 }), ['--cpu-shares=2']],
    ['pids', limits({ pids: 5 }), ['--pids-limit=5']],
    ['ulimits', limits({ ulimits: { nofile: { soft: 1, hard: -1 } } }), ['--ulimit=nofile=1:-1']],
    ['a folder', { mounts: [bind('/a', '/b')] }, ['--mount=type=bind,source=/a,target=/b,readonly']],
    [
      'a folder that may be written',
      { mounts: [{ ...bind('/a', '/b'), isReadOnly: false }] },
      ['--mount=type=bind,source=/a,target=/b'],
    ],
    [
      'a path with commas and quotes',
      { mounts: [bind('/a,source=/', '/b "x"')] },
      ['--mount=type=bind,"source=/a,source=/","target=/b ""x""",readonly'],
    ],
    [
      'a volume',
      {
        mounts: [
          {
            kind: 'volume',
            volume: 's.v',
            isExternal: false,
            driver: 'rclone',
            driverOptions: { type: 'nfs', o: 'addr=1,rw' },
            target: '/v',
            isReadOnly: false,
          },
        ],
      },
      [
        '--mount=type=volume,source=s.v,target=/v,volume-driver=rclone,volume-opt=type=nfs,"volume-opt=o=addr=1,rw"',
      ],
    ],
    [
      'a volume of the ordinary driver',
      {
        mounts: [
          {
            kind: 'volume',
            volume: 's.v',
            isExternal: false,
            driver: 'local',
            driverOptions: {},
            target: '/v',
            isReadOnly: true,
          },
        ],
      },
      ['--mount=type=volume,source=s.v,target=/v,readonly'],
    ],
    ['tmpfs', { tmpfs: ['/t,x'] }, ['--mount=type=tmpfs,"target=/t,x"']],
    ['a network', { networks: [{ network: 'n', isExternal: true, aliases: [] }] }, ['--network=n']],
    [
      'a network with names',
      { networks: [{ network: 'n', isExternal: true, aliases: ['a', 'b'] }] },
      ['--network=n', '--network-alias=a', '--network-alias=b'],
    ],
    [
      'networks',
      {
        networks: [
          { network: 'n', isExternal: true, aliases: ['a', 'b'] },
          { network: 'm', isExternal: true, aliases: [] },
        ],
      },
      ['--network=name=n,alias=a,alias=b', '--network=m'],
    ],
    ['hostname', { hostname: 'h' }, ['--hostname=h']],
    ['dns', { dns: ['1.1.1.1'] }, ['--dns=1.1.1.1']],
    [
      'hosts',
      { extraHosts: { a: '::1', b: 'host-gateway' } },
      ['--add-host=a:::1', '--add-host=b:host-gateway'],
    ],
    ['workdir', { workingDirectory: '/w' }, ['--workdir=/w']],
    ['stop signal', { stopSignal: 'SIGINT' }, ['--stop-signal=SIGINT']],
    ['stop timeout', { stopTimeoutSeconds: 0 }, ['--stop-timeout=0']],
    [
      'logging',
      { logging: { driver: 'local', options: { b: '2', a: '1' } } },
      ['--log-driver=local', '--log-opt=a=1', '--log-opt=b=2'],
    ],
    ['labels', { labels: { b: 'x=y', a: '' } }, ['--label=a=', '--label=b=x=y']],
    ['variables, by name', { env: { A: 'secret', B: [{ env: 'X' }] } }, ['-e', 'A', '-e', 'B']],
    ['what the engine leaves alone', { restart: 'no', health: null }, []],
  ])('has %s', (_, more, options) => {
    expect(run(more)).toEqual(['run', '-i', '--rm', ...options, image]);
  });

  it('has a name and a place for the id when asked', () => {
    expect(dockerRun(naked, { labels: {}, name: 'n', cidFile: '/c' })).toEqual([
      'run',
      '-i',
      '--rm',
      '--name=n',
      '--cidfile=/c',
      image,
    ]);
  });

  it('goes to the engine of a Docker context before anything else is said', () => {
    expect(dockerRun(naked, { labels: {}, context: 'lab' })).toEqual([
      '--context',
      'lab',
      'run',
      '-i',
      '--rm',
      image,
    ]);
  });

  it('gives arguments to the image, and to the program that replaces its entry point', () => {
    const args = ['--privileged', [{ env: 'X' }]] as const;
    expect(run({ args })).toEqual(['run', '-i', '--rm', image, ...args]);
    expect(run({ entrypoint: ['sh', '-c', 'x'], args })).toEqual([
      'run',
      '-i',
      '--rm',
      '--entrypoint=sh',
      image,
      '-c',
      'x',
      ...args,
    ]);
  });

  it('is not for services', () => {
    const service = { transport: 'http', port: 1, path: '/', publish: { address: '::1', port: 1 } } as const;
    expect(() => run({ service })).toThrow('does not run over standard input');
  });

  it('lets no label of the manifest replace ours', () => {
    expect(run({ labels: { 'dev.mcpform.a': 'theirs' } }, { 'dev.mcpform.a': 'ours' })).toContain(
      '--label=dev.mcpform.a=ours',
    );
  });
});

/** Options of `docker run` that take no value; `-e` takes the next argument, all others have theirs behind a `=`. */
const ALONE = new Set(['-i', '--rm', '--init', '--privileged', '--read-only']);
const WITH_VALUE = new Set(
  (
    'name cidfile platform cap-drop cap-add security-opt user group-add device memory memory-reservation ' +
    'memory-swap shm-size cpus cpu-shares pids-limit ulimit mount network network-alias hostname dns add-host ' +
    'entrypoint workdir stop-signal stop-timeout log-driver log-opt label'
  ).split(' '),
);

/** As docker reads the line: options up to the first argument that is none. */
function parse(args: readonly string[]) {
  const options: [string, string][] = [];
  let at = 1;
  for (; args[at]?.startsWith('-'); at++) {
    const argument = args[at] as string;
    const [, name = '', value = ''] = /^--([a-z-]+)=([\s\S]*)$/.exec(argument) ?? [];
    if (argument === '-e') options.push(['e', args[++at] as string]);
    else if (WITH_VALUE.has(name)) options.push([name, value]);
    else if (ALONE.has(argument)) options.push([argument.replace(/^-+/, ''), '']);
    else throw new Error(`docker knows no "${argument}"`);
  }
  return { options, image: args[at], rest: args.slice(at + 1) };
}

/** One record of RFC 4180, as Go's encoding/csv reads it. */
function fieldsOf(text: string): readonly string[] {
  const fields = [...text.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",\r\n]*))(?=,|$)/g)];
  if (fields.map(([whole]) => whole).join('') !== text) throw new Error(`not one record: ${text}`);
  return fields.map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? (plain as string));
}

describe('no value', () => {
  // What the manifest lets through is narrower; nothing here may depend on that.
  const text = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.constantFrom('--privileged', '-v=/:/host', 'a,readonly', '"', ',', '=', 'x\n--rm', '', '$(id)', '--'),
  );
  const spec = fc.record({
    entrypoint: fc.option(fc.array(text, { minLength: 1, maxLength: 3 }), { nil: null }),
    args: fc.array(text, { maxLength: 3 }),
    env: fc.dictionary(fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.()-]*$/), text, { maxKeys: 3 }),
    workingDirectory: fc.option(text, { nil: null }),
    hostname: fc.option(text, { nil: null }),
    user: fc.option(text, { nil: null }),
    groups: fc.array(text, { maxLength: 2 }),
    seccomp: fc.option(text, { nil: null }),
    apparmor: fc.option(text, { nil: null }),
    stopSignal: fc.option(text, { nil: null }),
    dns: fc.array(text, { maxLength: 2 }),
    extraHosts: fc.dictionary(text, text, { maxKeys: 2 }),
    labels: fc.dictionary(text, text, { maxKeys: 2 }),
    tmpfs: fc.array(text, { maxLength: 2 }),
    mounts: fc.array(
      fc.oneof(
        fc.record({
          kind: fc.constant('bind' as const),
          source: text,
          target: text,
          isReadOnly: fc.boolean(),
        }),
        fc.record({
          kind: fc.constant('volume' as const),
          volume: text,
          isExternal: fc.boolean(),
          driver: fc.option(text, { nil: null }),
          driverOptions: fc.dictionary(text, text, { maxKeys: 2 }),
          target: text,
          isReadOnly: fc.boolean(),
        }),
      ),
      { maxLength: 2 },
    ),
    networks: fc.array(
      fc.record({ network: text, isExternal: fc.boolean(), aliases: fc.array(text, { maxLength: 2 }) }),
      { maxLength: 3 },
    ),
    devices: fc.array(fc.record({ source: text, target: text, permissions: text }), { maxLength: 2 }),
  });

  it('becomes an option, moves the image, or becomes a field of another mount', () => {
    fc.assert(
      fc.property(spec, (more) => {
        const whole = { ...naked, ...more };
        const parsed = parse(dockerRun(whole, { labels: {} }) as readonly string[]);
        const valuesOf = (name: string) =>
          parsed.options.flatMap(([each, value]) => (each === name ? [value] : []));
        expect(parsed.image).toBe(image);
        expect(parsed.rest).toEqual([...(whole.entrypoint ?? []).slice(1), ...whole.args]);
        expect(parsed.options.filter(([name]) => ALONE.has(`--${name}`)).map(([name]) => name)).toEqual([
          'rm',
        ]);
        expect(valuesOf('e')).toEqual(Object.keys(whole.env));
        expect(valuesOf('user')).toEqual(whole.user === null ? [] : [whole.user]);
        expect(valuesOf('label').sort()).toEqual(
          Object.entries(whole.labels)
            .map(([key, value]) => `${key}=${value}`)
            .sort(),
        );
        expect(valuesOf('mount').map(fieldsOf)).toEqual([
          ...whole.mounts.map((mount) => [
            `type=${mount.kind}`,
            `source=${mount.kind === 'bind' ? mount.source : mount.volume}`,
            `target=${mount.target}`,
            ...(mount.isReadOnly ? ['readonly'] : []),
            ...(mount.kind === 'volume' && (mount.driver ?? 'local') !== 'local'
              ? [`volume-driver=${mount.driver}`]
              : []),
            ...(mount.kind === 'volume'
              ? Object.entries(mount.driverOptions).map(([key, value]) => `volume-opt=${key}=${value}`)
              : []),
          ]),
          ...whole.tmpfs.map((target) => ['type=tmpfs', `target=${target}`]),
        ]);
      }),
      { numRuns: 500 },
    );
  });
});
