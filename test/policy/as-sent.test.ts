import { describe, expect, it } from 'vitest';
import { desire } from '../../src/graph/desire.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { Manifest, Server } from '../../src/model/manifest.ts';
import { checkPolicy } from '../../src/policy/check-policy.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { server, stack } from '../graph/stack.ts';
import { surroundings } from '../graph/surroundings.ts';
import { here, host, policy, verdictOnImage } from './world.ts';

/** Says nothing of containers, and restricts something. */
const strict = policy({ scopes: { allow: ['user'] } });

const IMAGE = `ghcr.io/acme/mcp:1@sha256:${'3f'.repeat(32)}`;
const pins = { a: { kind: 'image', image: IMAGE }, b: { kind: 'image', image: IMAGE } } as const;
const image = (name: string, engine: JsonObject, more: Partial<Server> = {}): Server =>
  server(name, { runtime: { kind: 'image', image: IMAGE }, args: [], engine, ...more });
const http = (name: string, engine: JsonObject, more: Partial<Server> = {}): Server =>
  image(name, { port: 3001, ...engine }, { transport: 'http', ...more });

const realPaths = new Map([
  ['/srv/link', '/run/docker.sock'],
  ['/srv/docs', '/srv/docs'],
  ['/', '/'],
]);
const hosts = new Map([['docker', { ...host, realPaths }]]);

function judge(policies: readonly Policy[], servers: readonly Server[], more: Partial<Manifest> = {}) {
  const { desired } = desire(stack(servers, more), surroundings(pins));
  return checkPolicy(policies, desired, { rendered: new Map(), source: here, hosts });
}
const shownBy = (...[policies, servers, more]: Parameters<typeof judge>) =>
  judge(policies, servers, more).map(
    ({ severity, message }) => `${severity} ${message.split(/ (?:is denied|is warned|would be)/)[0]}`,
  );

describe.each(['stdio', 'http'] as const)('a container over %s, judged as it is sent', (over) => {
  const manifest = {
    networks: {
      host: { external: true },
      lan: { driver: 'macvlan' },
      open: { driverOptions: { 'com.docker.network.bridge.gateway_mode_ipv4': 'nat-unprotected' } },
    },
    volumes: {
      nfs: { driverOptions: { device: ':/exports' } },
      whole: { driverOptions: { device: '/' } },
      plugin: { driver: 'rclone' },
    },
  };
  const known = { over, manifest, setting: { hosts } };

  it.each<[string, JsonObject, string, string]>([
    [
      'a folder that is forbidden',
      { volumes: ['/:/d'] },
      'folder "/" of the host (the whole host)',
      'mounts /',
    ],
    [
      'a link to a socket',
      { volumes: ['/srv/link:/d'] },
      'folder "/srv/link" of the host, which is "/run/docker.sock" (a socket of the host)',
      'mounts /run/docker.sock',
    ],
    [
      'a folder that nobody could look at',
      { volumes: ['/srv/gone:/d'] },
      'folder "/srv/gone" of the host (whose real path nobody knows)',
      'mounts *',
    ],
    ['a device', { devices: ['/dev/kvm'] }, 'device "/dev/kvm"', 'privileges device:/dev/kvm'],
    [
      'a namespace of the host',
      { networks: ['host'] },
      "the host's own network",
      'privileges namespace:network',
    ],
    [
      'a capability',
      { security: { addCapabilities: ['SYS_ADMIN'] } },
      'capability "SYS_ADMIN"',
      'privileges capability:SYS_ADMIN',
    ],
    ['everything', { security: { privileged: true } }, 'a privileged container', 'privileges privileged'],
    ['no profile', { security: { seccomp: 'unconfined' } }, 'seccomp "unconfined"', 'privileges seccomp:*'],
    [
      'an option of a volume',
      { volumes: ['nfs:/d'] },
      'option "device" of volume "team-tools.nfs"',
      'privileges volume-option:device=:/exports',
    ],
    [
      'a driver of a volume',
      { volumes: ['plugin:/d'] },
      'volume-driver "rclone"',
      'privileges volume-driver:rclone',
    ],
    [
      'a driver of a network',
      { networks: ['lan'] },
      'network-driver "macvlan"',
      'privileges network-driver:macvlan',
    ],
    [
      'an option of a network',
      { networks: ['open'] },
      'option "com.docker.network.bridge.gateway_mode_ipv4" of network "team-tools.open"',
      'privileges network-option:com.docker.network.bridge.*',
    ],
  ])(
    '%s is refused where anything is restricted, until it is allowed by name',
    (_, engine, shown, allowed) => {
      expect(verdictOnImage(strict, engine, known)).toBe(`deny ${shown}`);
      const alone = { ...known, setting: { hosts, isUnattended: true } };
      expect(verdictOnImage([], engine, alone)).toBe(`deny ${shown}`);
      const [subject = '', pattern = ''] = allowed.split(' ');
      const allowing = policy({ scopes: { allow: ['user'] }, [subject]: { allow: [pattern] } });
      expect(verdictOnImage(allowing, engine, known)).toBe('allow');
    },
  );

  it('has the folder of a volume that is one', () => {
    const allowing = policy({ scopes: { allow: ['user'] }, privileges: { allow: ['volume-option:*'] } });
    expect(verdictOnImage(allowing, { volumes: ['whole:/d'] }, known)).toBe(
      'deny folder "/" of the host (the whole host)',
    );
  });

  it('has a variable that chooses the code of its program', () => {
    const only = policy({ images: { allow: ['ghcr.io/acme/*'] } });
    const env = { NODE_OPTIONS: '--import data:text/javascript,0' };
    expect(verdictOnImage(only, {}, { ...known, server: { env } })).toBe('deny variable "NODE_OPTIONS"');
    // Through mcpform, what is known is in the record of the launch, and not in the entry.
    const attended = {
      ...known,
      server: { env, ...(over === 'http' ? {} : { launch: 'verified' as const }) },
    };
    expect(verdictOnImage(only, {}, attended)).toBe('deny variable "NODE_OPTIONS"');
  });

  it('claims no label of ours', () => {
    const labels = { 'DEV.mcpform.lineage': 'x' };
    const declared = over === 'http' ? http('a', { labels }) : image('a', { labels });
    const { desired } = desire(stack([declared]), surroundings(pins));
    expect(desired.flatMap(({ blocked }) => blocked?.code ?? [])).toEqual(['GRAPH_CONTAINER_INVALID']);
  });

  it('is judged against the machine of its own engine', () => {
    const docs = policy({ mounts: { allow: ['/srv/docs'] } });
    const engine = { volumes: ['/srv/docs:/d'] };
    expect(verdictOnImage(docs, engine, known)).toBe('allow');
    expect(verdictOnImage(docs, { ...engine, engine: 'lab' }, known)).toBe(
      'deny folder "/srv/docs" of the host (whose real path nobody knows)',
    );
    const both = new Map([...hosts, ['docker@lab', { ...host, realPaths }]]);
    expect(verdictOnImage(docs, { ...engine, engine: 'lab' }, { ...known, setting: { hosts: both } })).toBe(
      'allow',
    );
  });
});

describe('what servers share on an engine', () => {
  const volumes = { free: { driverOptions: { device: '/' } } };

  it('is judged without a server that uses it', () => {
    expect(shownBy([strict], [], { volumes })).toEqual([
      'error "docker/volume/free": option "device" of volume "team-tools.free"',
      'error "docker/volume/free": folder "/" of the host (the whole host)',
    ]);
    expect(judge([], [], { volumes })).toMatchObject([
      { code: 'POLICY_DANGER', address: 'docker/volume/free', at: { pointer: '/volumes/free' } },
    ]);
  });

  it('is warned about once per server, and denied wherever it is', () => {
    const users = [http('a', { volumes: ['free:/d'] }), image('b', { volumes: ['free:/d'] })];
    const folder = 'folder "/" of the host (the whole host)';
    expect(shownBy([], users, { volumes })).toEqual([
      `warning "docker/container/a": ${folder}`,
      `warning "claude-code/user/b": ${folder}`,
    ]);
    const denying = policy({ mounts: { deny: ['/'] }, privileges: { allow: ['*'] } });
    expect(shownBy([denying], users, { volumes })).toEqual([
      `error "docker/volume/free": ${folder}`,
      `error "docker/container/a": ${folder}`,
      `error "claude-code/user/b": ${folder}`,
    ]);
  });
});

describe('an image over HTTP', () => {
  const name = `ghcr.io/acme/mcp:1@sha256:${'3f'.repeat(32)}`;
  const bare = `ghcr.io/acme/mcp@sha256:${'3f'.repeat(32)}`;

  it('is denied as an image and as what runs in a container; its entry only waits', () => {
    const images = policy({ images: { deny: ['ghcr.io/acme/*'] } });
    expect(shownBy([images], [http('a', {})])).toEqual([
      `error "docker/image/ghcr.io/acme/mcp@3f3f3f3f3f3f": image "${bare}"`,
      `error "docker/container/a": image "${name}"`,
    ]);
    const registries = policy({ registries: { default: 'warn' } });
    expect(shownBy([registries], [http('a', {})])).toEqual([
      'warning "docker/container/a": registry "ghcr.io"',
    ]);
  });

  it('has an entry whose scope, client and secrets are judged', () => {
    const declared = http('a', {}, { headers: { Authorization: [{ secret: 'github-token' }] } });
    const denying = policy({ secrets: { deny: ['env:GITHUB_*'] }, scopes: { deny: ['user'] } });
    expect(shownBy([denying], [declared])).toEqual([
      'error "claude-code/user/a": scope "user"',
      'error "claude-code/user/a": secret "env:GITHUB_TOKEN"',
    ]);
  });

  it('is on no host of a URL that somebody wrote', () => {
    const hostsOnly = policy({ urlHosts: { allow: ['*.acme.com'] } });
    expect(shownBy([hostsOnly], [http('a', {})])).toEqual([]);
  });
});
