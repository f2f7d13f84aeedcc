import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import type { Manifest } from '../../src/model/manifest.ts';
import { host, policy, verdictOnImage } from './world.ts';

/** Where folders of the host really are; what is not in it is nobody's to know. */
const real = (paths: Readonly<Record<string, string | null>>) => ({
  setting: { hosts: new Map([['docker', { ...host, realPaths: new Map(Object.entries(paths)) }]]) },
});
const mount = (source: string): JsonObject => ({ volumes: [{ bind: source, target: '/d' }] });

/** Says nothing of containers, and restricts something. */
const strict = policy({ scopes: { allow: ['user'] } });
const loose = policy({ scopes: { default: 'allow' } });

const networks = { host: { external: true }, lan: { external: true, name: 'host' } };
const volumes = {
  nfs: { driverOptions: { type: 'nfs', o: 'addr=10.0.0.1,rw', device: ':/exports/x' } },
  whole: { driverOptions: { type: 'none', o: 'bind', device: '/' } },
  layers: { driverOptions: { type: 'overlay', device: 'overlay', o: 'lowerdir=/etc:/srv,upperdir=/tmp/u' } },
  plugin: { driver: 'rclone' },
  local: { driver: 'local' },
  theirs: { external: true, name: 'postgres' },
};

describe('what a container asks of its host', () => {
  const asked: readonly [string, JsonObject, string, string][] = [
    ['privileged', { security: { privileged: true } }, 'privileged', 'a privileged container'],
    [
      'a capability',
      { security: { addCapabilities: ['CAP_SYS_ADMIN'] } },
      'capability:SYS_ADMIN',
      'capability "SYS_ADMIN"',
    ],
    ['all capabilities', { security: { addCapabilities: ['ALL'] } }, 'capability:ALL', 'capability "ALL"'],
    ['a device', { devices: ['/dev/kvm'] }, 'device:/dev/kvm', 'device "/dev/kvm"'],
    ['the network of the host', { networks: ['host'] }, 'namespace:network', "the host's own network"],
    ['it by another name', { networks: ['lan'] }, 'namespace:network', "the host's own network"],
    [
      'no seccomp profile',
      { security: { seccomp: 'unconfined' } },
      'seccomp:unconfined',
      'seccomp "unconfined"',
    ],
    [
      'a profile of its own',
      { security: { seccomp: 's.json' } },
      'seccomp:/repo/s.json',
      'seccomp "/repo/s.json"',
    ],
    ['no apparmor', { security: { apparmor: 'unconfined' } }, 'apparmor:unconfined', 'apparmor "unconfined"'],
    ['a volume plugin', { volumes: ['plugin:/d'] }, 'volume-driver:rclone', 'volume-driver "rclone"'],
    [
      'a volume of others',
      { volumes: ['theirs:/d'] },
      'external-volume:postgres',
      'external-volume "postgres"',
    ],
  ];

  it.each(asked)(
    '%s is denied by any policy that restricts, and allowed by name',
    (_, engine, name, shown) => {
      const more = { manifest: { networks, volumes } };
      expect(verdictOnImage(strict, engine, more)).toBe(`deny ${shown}`);
      expect(verdictOnImage(loose, engine, more)).toBe('allow');
      expect(verdictOnImage([], engine, more)).toBe('allow');
      expect(verdictOnImage([], engine, { ...more, setting: { isUnattended: true } })).toBe(`deny ${shown}`);
      expect(verdictOnImage(loose, engine, { ...more, setting: { isUnattended: true } })).toBe(
        `deny ${shown}`,
      );
      const named = policy({ scopes: { allow: ['user'] }, privileges: { allow: [name] } });
      expect(verdictOnImage(named, engine, more)).toBe('allow');
      const denied = policy({ privileges: { deny: [name] } });
      expect(verdictOnImage(denied, engine, more)).toBe(`deny ${shown}`);
      const another = policy({ privileges: { allow: ['capability:CHOWN'] } });
      expect(verdictOnImage(another, engine, more)).toBe(`deny ${shown}`);
    },
  );

  it('is nothing without a field that asks', () => {
    const ordinary = {
      volumes: ['local:/d'],
      tmpfs: ['/tmp'],
      security: { apparmor: 'docker-default', dropCapabilities: [] },
      resources: { memory: '1g' },
    };
    expect(verdictOnImage(strict, ordinary, { manifest: { volumes } })).toBe('allow');
  });

  it('is warned about when the rule says so, and each policy decides alone', () => {
    const privileged = { security: { privileged: true } };
    const warns = policy({ images: { allow: ['ghcr.io/*'] }, privileges: { default: 'warn' } });
    expect(verdictOnImage(warns, privileged)).toBe('warn a privileged container');
    const allows = policy({ privileges: { allow: ['*'] } });
    expect(verdictOnImage([allows, strict], privileged)).toBe('deny a privileged container');
  });

  it('is denied with what it includes', () => {
    const noRaw = policy({ privileges: { deny: ['capability:NET_RAW'] } });
    expect(verdictOnImage(noRaw, { security: { addCapabilities: ['ALL'] } })).toBe('deny capability "ALL"');
    expect(verdictOnImage(noRaw, { security: { privileged: true } })).toBe('deny a privileged container');
    expect(verdictOnImage(noRaw, { security: { addCapabilities: ['CHOWN'] } })).toBe('allow');
  });

  it('is one device, however its path is spelt', () => {
    const gpu = policy({ privileges: { allow: ['device:/dev/dri*'] } });
    expect(verdictOnImage(gpu, { devices: ['/dev/dri/card0'] })).toBe('allow');
    expect(verdictOnImage(gpu, { devices: ['/dev/dri/../sda'] })).toBe('deny device "/dev/sda"');
  });

  it('shows no value of an option', () => {
    const manifest = { volumes: { v: { driverOptions: { o: 'password=hunter2' } } } };
    expect(verdictOnImage(strict, { volumes: ['v:/d'] }, { manifest })).toBe(
      'deny option "o" of volume "team-tools.v"',
    );
  });
});

describe('options of a volume', () => {
  const say = (name: string, paths: Readonly<Record<string, string>> = {}) =>
    verdictOnImage(strict, { volumes: [`${name}:/d`] }, { manifest: { volumes }, ...real(paths) });

  it('are denied each, and may be allowed by name', () => {
    expect(say('nfs')).toBe(
      ['type', 'o', 'device'].map((key) => `deny option "${key}" of volume "team-tools.nfs"`).join('; '),
    );
    const allow = [
      'volume-option:type=nfs',
      'volume-option:o=addr=10.0.0.1,*',
      'volume-option:device=:/exports/*',
    ];
    const nfs = policy({ privileges: { allow } });
    expect(verdictOnImage(nfs, { volumes: ['nfs:/d'] }, { manifest: { volumes } })).toBe('allow');
  });

  it('are folders of the host as well, where they name one', () => {
    const any = policy({ privileges: { allow: ['volume-option:*'] }, scopes: { allow: ['user'] } });
    const judge = (name: string, paths: Readonly<Record<string, string>>) =>
      verdictOnImage(any, { volumes: [`${name}:/d`] }, { manifest: { volumes }, ...real(paths) });
    expect(judge('whole', { '/': '/' })).toBe('deny folder "/" of the host (the whole host)');
    expect(judge('layers', { '/etc': '/etc', '/srv': '/srv', '/tmp/u': '/tmp/u' })).toBe(
      'deny folder "/etc" of the host (a folder around such places)',
    );
  });
});

describe('a folder of the host', () => {
  const forbidden: readonly [string, string][] = [
    ['/', '(the whole host)'],
    ['/proc', "(the kernel's view of the host)"],
    ['/sys', "(the kernel's view of the host)"],
    ['/dev', '(devices of the host)'],
    ['/var/run/docker.sock', '(a socket of the host)'],
    ['/run/podman/podman.sock', '(a socket of the host)'],
    ['/run/containerd', '(where services of the host listen)'],
    ['/home/ann', '(a home folder)'],
    ['/home/ann/.ssh', '(a hidden entry of a home folder)'],
    ['/home/ann/.claude.json', '(a hidden entry of a home folder)'],
    ['/data/people/ann/.aws', '(a hidden entry of a home folder)'],
  ];

  it.each(forbidden)('%s is a warning without a policy, and denied by one that restricts', (source, why) => {
    const shown = `folder "${source}" of the host ${why}`;
    const known = real({ [source]: source });
    expect(verdictOnImage([], mount(source), known)).toBe(`warn ${shown}`);
    expect(verdictOnImage(loose, mount(source), known)).toBe(`warn ${shown}`);
    expect(verdictOnImage(strict, mount(source), known)).toBe(`deny ${shown}`);
    const unattended = { setting: { ...known.setting, isUnattended: true } };
    expect(verdictOnImage([], mount(source), unattended)).toBe(`deny ${shown}`);
    const allow = (...patterns: string[]) =>
      verdictOnImage(policy({ mounts: { allow: patterns } }), mount(source), known);
    expect(allow(source)).toBe('allow');
    expect(allow('*')).toBe('allow');
    expect(allow('/*', '/home/*', '/r*', '/var/*', '/data/*', '/home/ann*')).toBe(`deny ${shown}`);
    expect(verdictOnImage(policy({ mounts: { default: 'warn' } }), mount(source), known)).toBe(
      `warn ${shown}`,
    );
  });

  it.each<[string, string, string]>([
    ['a pattern that spells it', '/home/*/.config/acme', '/home/ann/.config/acme'],
    ['all below it', '/run/secrets/*', '/run/secrets/token'],
    ['its sockets', '/run/acme/*.sock', '/run/acme/x.sock'],
  ])('may be allowed by %s', (_, pattern, source) => {
    const allowing = policy({ mounts: { allow: [pattern] } });
    expect(verdictOnImage(allowing, mount(source), real({ [source]: source }))).toBe('allow');
  });

  it('that is ordinary is judged by the rule alone', () => {
    const known = real({ '/srv/docs': '/srv/docs' });
    expect(verdictOnImage(strict, mount('/srv/docs'), known)).toBe('allow');
    expect(verdictOnImage(policy({ mounts: { allow: ['/srv/*'] } }), mount('/srv/docs'), known)).toBe(
      'allow',
    );
    expect(verdictOnImage(policy({ mounts: { allow: ['/srv'] } }), mount('/srv/docs'), known)).toBe(
      'deny folder "/srv/docs" of the host',
    );
    expect(verdictOnImage(policy({ mounts: { default: 'deny' } }), mount('/srv/docs'), known)).toBe(
      'deny folder "/srv/docs" of the host',
    );
  });

  it.each<[string, string, string, boolean]>([
    ['itself', '/srv/docs', '/srv/docs', true],
    ['what is in the denied one', '/srv/*', '/srv/docs', true],
    ['the denied one of what is in it', '/srv/docs/*', '/srv/docs', true],
    ['with the denied one in it', '/srv/docs/secret', '/srv/docs', true],
    ['with the denied one in it, by another case', '/SRV/Docs/secret*', '/srv/docs', true],
    ['beside the denied one', '/srv/docs2', '/srv/docs', false],
    ['that only begins alike', '/srv/doc', '/srv/docs', false],
  ])('%s is denied', (_, pattern, source, isDenied) => {
    const denying = policy({ mounts: { deny: [pattern] } });
    const words = verdictOnImage(denying, mount(source), real({ [source]: source }));
    expect(words).toBe(isDenied ? `deny folder "${source}" of the host` : 'allow');
  });

  it('that is a link is what it leads to', () => {
    const docs = policy({ mounts: { allow: ['/srv/docs'] } });
    const at = (where: string) => verdictOnImage(docs, mount('/srv/docs'), real({ '/srv/docs': where }));
    expect(at('/srv/docs')).toBe('allow');
    expect(at('/srv/other')).toBe('deny folder "/srv/docs" of the host, which is "/srv/other"');
    expect(at('/root/.ssh')).toBe(
      'deny folder "/srv/docs" of the host, which is "/root/.ssh" (a hidden entry of a home folder)',
    );
    const link = verdictOnImage(docs, mount('/data/link'), real({ '/data/link': '/srv/docs' }));
    expect(link).toBe('allow');
  });

  it('is forbidden where the link leads, without any rule for folders, and denied under either name', () => {
    const engine = real({ '/srv/engine': '/run/docker.sock' });
    const shown = 'folder "/srv/engine" of the host, which is "/run/docker.sock" (a socket of the host)';
    expect(verdictOnImage([], mount('/srv/engine'), engine)).toBe(`warn ${shown}`);
    expect(verdictOnImage(strict, mount('/srv/engine'), engine)).toBe(`deny ${shown}`);
    const sent = policy({ mounts: { deny: ['/srv/link'] } });
    expect(verdictOnImage(sent, mount('/srv/link'), real({ '/srv/link': '/opt/x' }))).toBe(
      'deny folder "/srv/link" of the host, which is "/opt/x"',
    );
  });

  it.each<[string, Readonly<Record<string, string | null>>]>([
    ['that nobody asked about', {}],
    ['that nobody could look at', { '/srv/docs': null }],
  ])('%s is not allowed where anything is restricted', (_, paths) => {
    const shown = 'folder "/srv/docs" of the host (whose real path nobody knows)';
    const say = (...policies: Parameters<typeof verdictOnImage>[0][]) =>
      verdictOnImage(policies.flat(), mount('/srv/docs'), real(paths));
    expect(say()).toBe(`warn ${shown}`);
    expect(say(strict)).toBe(`deny ${shown}`);
    expect(say(policy({ mounts: { allow: ['/srv/docs'] } }))).toBe(`deny ${shown}`);
    expect(say(policy({ mounts: { deny: ['/etc'] } }))).toBe(`deny ${shown}`);
    expect(say(policy({ mounts: { allow: ['*'] } }))).toBe('allow');
  });

  it('behind /proc is another one for everybody who looks', () => {
    const source = '/proc/1/root/srv/docs';
    const docs = policy({ mounts: { allow: ['/srv/docs'] } });
    expect(verdictOnImage(docs, mount(source), real({ [source]: '/srv/docs' }))).toBe(
      `deny folder "${source}" of the host (the kernel's view of the host)`,
    );
  });

  it('is judged as it is sent, however the manifest spells it', () => {
    const manifest: Partial<Manifest> = {};
    const engine = { volumes: ['/srv/../var//run/docker.sock:/d'] };
    expect(verdictOnImage(strict, engine, { manifest })).toBe(
      'deny folder "/var/run/docker.sock" of the host (a socket of the host)',
    );
    expect(verdictOnImage(strict, { volumes: ['../../../../:/d'] })).toBe(
      'deny folder "/" of the host (the whole host)',
    );
  });
});
