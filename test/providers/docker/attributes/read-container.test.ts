import { describe, expect, it } from 'vitest';
import type { ContainerInfo, HostConfig } from '../../../../src/providers/docker/api.ts';
import { readContainer } from '../../../../src/providers/docker/container-attributes.ts';
import { digestOfProfile } from '../../../../src/providers/docker/container-security.ts';
import { container, differences, everything, pointers, RECORDINGS, readingOf, TALKATIVE } from './world.ts';

const full = container('full', everything);
const bare = container('bare', { image: TALKATIVE });

describe.each(RECORDINGS)('a container of %s', (name) => {
  it('reads as it was asked for', () => {
    expect(differences(full, readingOf(name, 'full'))).toEqual([]);
    expect(differences(bare, readingOf(name, 'bare'))).toEqual([]);
  });

  it('reads the same whatever the order of its lists', () => {
    const { info, ...rest } = readingOf(name, 'full');
    const { Config, HostConfig: host } = info;
    const turned: ContainerInfo = {
      ...info,
      Config: { ...Config, Env: Config.Env?.toReversed() ?? null },
      HostConfig: {
        ...host,
        Mounts: host.Mounts?.toReversed() ?? null,
        Ulimits: host.Ulimits?.toReversed() ?? null,
        CapAdd: host.CapAdd?.toReversed() ?? null,
        CapDrop: host.CapDrop?.toReversed() ?? null,
        GroupAdd: host.GroupAdd?.toReversed() ?? null,
        ExtraHosts: host.ExtraHosts?.toReversed() ?? null,
      },
      Mounts: info.Mounts?.toReversed() ?? null,
    };
    expect(JSON.stringify(readContainer({ ...rest, info: turned }))).toBe(
      JSON.stringify(readContainer({ ...rest, info })),
    );
  });

  it('has what its image brought along, and that is nobody’s wish', () => {
    const { attributes, unknown } = readContainer(readingOf(name, 'bare'));
    expect(attributes).toMatchObject({ env: { GREETING: 'hello' }, entrypoint: ['sleep'], args: ['1000'] });
    const brought = [
      '/env/GREETING',
      '/entrypoint',
      '/args',
      '/security/user',
      '/labels/org.example.of-image',
    ];
    expect(unknown).toEqual(expect.arrayContaining([...brought, '/volumes/~1cache/volume', '/hostname']));
    expect(unknown).not.toContain('/image');
  });

  it('is no other when the engine has lost the image', () => {
    const reading = { ...readingOf(name, 'bare'), image: null };
    expect(differences(bare, reading)).toEqual([]);
    expect(readContainer(reading).attributes['image']).toBe(TALKATIVE.replace(':2.0.0', ''));
  });
});

describe('a seccomp profile', () => {
  const profile = '{"defaultAction":"SCMP_ACT_ALLOW"}';
  const named = (label: string) => {
    const { info, ...rest } = readingOf('docker-28.5-overlay2', 'full');
    const HostConfig = { ...info.HostConfig, SecurityOpt: [`seccomp=${profile}`] };
    const Labels = { ...info.Config.Labels, 'dev.mcpform.seccomp': label };
    return readContainer({ ...rest, info: { ...info, HostConfig, Config: { ...info.Config, Labels } } })
      .attributes['security'];
  };

  it('goes by its file as long as it is what was in that', () => {
    expect(named(`/srv/p.json@${digestOfProfile(profile)}`)).toMatchObject({ seccomp: '/srv/p.json' });
  });

  it('goes by its digest when the label says something else', () => {
    for (const label of ['', '/srv/p.json', `/srv/p.json@${digestOfProfile('{}')}`]) {
      expect(named(label)).toMatchObject({ seccomp: digestOfProfile(profile) });
    }
  });
});

describe('the label in which we keep what Podman does not tell', () => {
  const withLabel = (untold: string | undefined, host: Partial<HostConfig> = {}) => {
    const { info, ...rest } = readingOf('podman-4.3', 'full');
    const { 'dev.mcpform.untold': _, ...labels } = info.Config.Labels ?? {};
    const Labels = untold === undefined ? labels : { ...labels, 'dev.mcpform.untold': untold };
    return {
      ...rest,
      info: { ...info, Config: { ...info.Config, Labels }, HostConfig: { ...info.HostConfig, ...host } },
    };
  };
  const asked = (more: object = {}): string =>
    JSON.stringify({
      dropCapabilities: ['ALL'],
      addCapabilities: ['CHOWN', 'NET_BIND_SERVICE'],
      devices: ['/dev/null:/dev/thing:rw'],
      options: { 'max-size': '1m' },
      ...more,
    });

  it('is believed where it agrees with what Podman tells', () => {
    expect(differences(full, withLabel(asked()))).toEqual([]);
  });

  it.each<[string, string | undefined, Partial<HostConfig>, readonly string[]]>([
    [
      'is not there',
      undefined,
      {},
      ['/devices', '/logging/options/max-size', '/security/addCapabilities', '/security/dropCapabilities'],
    ],
    [
      'is no JSON',
      '{',
      {},
      ['/devices', '/logging/options/max-size', '/security/addCapabilities', '/security/dropCapabilities'],
    ],
    [
      'is of another kind',
      '[1]',
      {},
      ['/devices', '/logging/options/max-size', '/security/addCapabilities', '/security/dropCapabilities'],
    ],
    [
      'names fewer capabilities',
      asked(),
      { CapAdd: ['SYS_ADMIN'] },
      ['/security/addCapabilities', '/security/dropCapabilities'],
    ],
    ['names another device', asked({ devices: ['/dev/zero:/dev/thing:rw'] }), {}, ['/devices']],
  ])('counts for nothing where it %s', (_what, label, host, expected) => {
    expect(pointers(differences(full, withLabel(label, host)))).toEqual(expected);
  });
});

describe('the image of a container', () => {
  const digest = `sha256:${'ab'.repeat(32)}`;
  const imageOf = (Image: string, RepoDigests: readonly string[], Id = 'sha256:local') => {
    const { info, image, ...rest } = readingOf('docker-28.5-overlay2', 'bare');
    const read = { ...info, Image: Id, Config: { ...info.Config, Image } };
    return readContainer({ ...rest, info: read, image: { ...image, Id, RepoDigests } }).attributes['image'];
  };

  it.each([
    [
      'the digest it was asked for by',
      `redis@${digest}`,
      [`redis@${digest}`],
      `docker.io/library/redis@${digest}`,
    ],
    [
      'the digest of its tag’s repository',
      'acme/x:1',
      [`acme/w@${digest}`, `acme/x@${digest}`],
      `docker.io/acme/x@${digest}`,
    ],
    ['its id, when it was asked for by that', 'sha256:local', [`acme/x@${digest}`], 'sha256:local'],
    [
      'the digest that it was asked for by, when the engine forgot it',
      `acme/x@${digest}`,
      [],
      `docker.io/acme/x@${digest}`,
    ],
    [
      'what really runs, when that is not what it says',
      `acme/x@sha256:${'cd'.repeat(32)}`,
      [`acme/x@${digest}`],
      `docker.io/acme/x@${digest}`,
    ],
    ['its id, when it goes by no digest', 'acme/x:1', [], 'sha256:local'],
  ])('is %s', (_what, asked, known, expected) => {
    expect(imageOf(asked, known)).toBe(expected);
  });
});

describe('the networks of a container', () => {
  const networksOf = (name: 'docker-28.5-overlay2' | 'podman-4.3', NetworkMode: string, Networks: object) => {
    const { info, ...rest } = readingOf(name, 'bare');
    const NetworkSettings = { ...info.NetworkSettings, Networks } as ContainerInfo['NetworkSettings'] &
      object;
    const read = { ...info, NetworkSettings, HostConfig: { ...info.HostConfig, NetworkMode } };
    return readContainer({ ...rest, info: read }).attributes['networks'];
  };
  const alone = { aliases: [] };

  it('are none when somebody took it out of all', () => {
    expect(networksOf('docker-28.5-overlay2', 'default', {})).toBeUndefined();
    expect(networksOf('docker-28.5-overlay2', 'bridge', {})).toBeUndefined();
    expect(networksOf('podman-4.3', 'bridge', {})).toBeUndefined();
  });

  it.each([
    ['host', 'host'],
    ['none', 'none'],
    ['slirp4netns', 'default'],
    ['pasta:-T,auto', 'default'],
  ])('are known from its mode "%s" where Podman lists none', (mode, network) => {
    expect(networksOf('podman-4.3', mode, {})).toEqual({ [network]: alone });
  });

  it('go by one name where it named none', () => {
    expect(networksOf('docker-28.5-overlay2', 'bridge', { bridge: {}, podman: {} })).toEqual({
      default: alone,
      podman: alone,
    });
    expect(networksOf('podman-4.3', 'bridge', { podman: {} })).toEqual({ default: alone });
  });
});
