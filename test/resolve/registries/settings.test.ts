import { describe, expect, it } from 'vitest';
import { readRegistries } from '../../../src/resolve/registries/read-registries.ts';
import { type RegistrySettings, settingsFor } from '../../../src/resolve/registries/registry-settings.ts';
import { memorySystem } from '../../../src/system/memory.ts';
import { contextOn, folders, home } from '../../state/machine.ts';

const machineFile = '/etc/mcpform/registries.yaml';
const userFile = `${folders.config}/registries.yaml`;
const pem = (name: string): string => `-----BEGIN CERTIFICATE-----\n${name}\n-----END CERTIFICATE-----\n`;

const written = (registries: string): string =>
  `apiVersion: mcpform/v1\nkind: Registries\nregistries:\n${registries.replaceAll(/^/gm, '  ')}\n`;

async function settings(host: string, tree: Record<string, string>): Promise<RegistrySettings> {
  const { ctx } = contextOn(memorySystem({ tree }));
  return settingsFor(host, await readRegistries(ctx), ctx);
}

describe('how a registry is reached', () => {
  it('is https and nothing else, when nobody says anything', async () => {
    expect(await settings('ghcr.io', {})).toEqual({
      host: 'ghcr.io',
      mirrors: [],
      hasMirrorTags: false,
      authorities: undefined,
      realms: [],
      transport: 'https',
    });
  });

  it('is told by root and by the user, whose entry for a registry holds as a whole', async () => {
    const tree = {
      [machineFile]: written(
        'a.test: { mirrors: [https://m.test] }\nb.test: { realms: [root.test], mirrorTags: true }',
      ),
      [userFile]: written('B.test: { realms: [user.test] }'),
    };
    expect((await settings('a.test', tree)).mirrors).toEqual([{ host: 'm.test', isPlain: false }]);
    expect(await settings('b.test', tree)).toMatchObject({ realms: ['user.test'], hasMirrorTags: false });
  });

  it.each(['docker.io', 'index.docker.io', 'registry-1.docker.io'])('knows Docker Hub as %s', async (key) => {
    const tree = { [userFile]: written(`${key}: { mirrors: [https://m.test] }`) };
    expect(await settings('docker.io', tree)).toMatchObject({
      mirrors: [{ host: 'm.test' }],
      realms: ['auth.docker.io'],
    });
  });

  it('trusts the `ca` of its entry and the authorities of Docker, each for this registry alone', async () => {
    const tree = {
      [userFile]: written('r.test:5000: { ca: ~/company.pem }'),
      [`${home}/company.pem`]: pem('company'),
      '/etc/docker/certs.d/r.test:5000/ca.crt': pem('etc'),
      '/etc/docker/certs.d/r.test:5000/client.cert': pem('no authority'),
      [`${home}/.docker/certs.d/r.test:5000/other.crt`]: pem('home'),
    };
    const { authorities } = await settings('r.test:5000', tree);
    expect(authorities).toBe([pem('company'), pem('etc'), pem('home')].join('\n'));
    expect((await settings('r.test', tree)).authorities).toBeUndefined();
  });

  it.each([
    ['127.0.0.1:5000', {}, 'either'],
    ['127.8.9.1', {}, 'either'],
    ['localhost:5000', {}, 'either'],
    ['[::1]:5000', {}, 'either'],
    ['127.0.0.1:5000', { [userFile]: written('127.0.0.1:5000: { insecure: false }') }, 'https'],
    ['127.0.0.1:5000', { '/etc/docker/certs.d/127.0.0.1:5000/ca.crt': pem('a') }, 'https'],
    [
      '127.0.0.1:5000',
      {
        '/etc/docker/certs.d/127.0.0.1:5000/ca.crt': pem('a'),
        [userFile]: written('127.0.0.1:5000: { insecure: true }'),
      },
      'either',
    ],
    ['127.0.0.1.evil.test', {}, 'https'],
    ['127.evil.test', {}, 'https'],
    ['127.0.0.999', {}, 'https'],
    ['127.0.0', {}, 'https'],
    ['localhost.evil.test', {}, 'https'],
    ['10.0.0.1:5000', {}, 'https'],
  ])('%s with %j is %s', async (host, tree, transport) => {
    expect((await settings(host, tree)).transport).toBe(transport);
  });
});

describe('a file that is not right', () => {
  const failure = async (tree: Record<string, string | { readonly link: string }>): Promise<unknown> =>
    readRegistries(contextOn(memorySystem({ tree })).ctx).catch((error: unknown) => error);

  it.each<[string, string, object]>([
    [
      'an unknown key, with the nearest known one',
      written('a.test: { mirors: [https://m.test] }'),
      { message: 'unknown key "mirors"', hint: 'did you mean "mirrors"?', at: { line: 4, column: 13 } },
    ],
    ['a registry with a scheme', written('https://a.test: {}'), { at: { line: 4, column: 3 } }],
    [
      'an insecure registry elsewhere',
      written('a.test: { insecure: true }'),
      { message: '"a.test" is not on this machine, so it cannot be insecure', at: { line: 4, column: 23 } },
    ],
    [
      'a plain mirror elsewhere',
      written('a.test: { mirrors: ["https://b.test", "http://c.test"] }'),
      {
        message: 'the mirror "http://c.test" is not on this machine, so it cannot be plain http',
        at: { line: 4, column: 41 },
      },
    ],
    [
      'a mirror with a password',
      written('a.test: { mirrors: ["https://ann:s3cret@b.test"] }'),
      { at: { line: 4 } },
    ],
    [
      'a relative path',
      written('a.test: { ca: ca.pem }'),
      { message: 'expected an absolute path, found "ca.pem"' },
    ],
    [
      'one registry twice',
      written('docker.io: {}\nindex.docker.io: {}'),
      { message: '"index.docker.io" and "docker.io" are the same registry', at: { line: 5, column: 3 } },
    ],
    [
      'another kind',
      'apiVersion: mcpform/v1\nkind: Policy\nregistries: {}\n',
      { at: { line: 2, column: 7 } },
    ],
    ['no YAML', 'registries: [', {}],
  ])('is refused with its place: %s', async (_, text, finding) => {
    const error = await failure({ [userFile]: text });
    expect(error).toMatchObject({
      code: 'RESOLVE_REGISTRIES_INVALID',
      message: `"${userFile}" is not valid`,
    });
    const { findings } = error as { findings: readonly unknown[] };
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ code: 'RESOLVE_REGISTRIES_INVALID', severity: 'error', ...finding });
  });

  it('is never taken for none: a folder, a file that is too large', async () => {
    const invalid = {
      code: 'RESOLVE_REGISTRIES_INVALID',
      message: `"${userFile}" is there but cannot be read`,
    };
    expect(await failure({ [`${userFile}/`]: '' })).toMatchObject(invalid);
    expect(await failure({ [userFile]: `#${'x'.repeat(1024 * 1024)}` })).toMatchObject(invalid);
  });

  it('names the `ca` that cannot be read or holds no certificate, when that registry is asked', async () => {
    const tree = { [userFile]: written('a.test: { ca: /a.pem }\nb.test: {}'), '/b.pem': pem('b') };
    await settings('b.test', tree);
    const invalid = { code: 'RESOLVE_REGISTRIES_INVALID', at: { pointer: '/registries/a.test/ca' } };
    await expect(settings('a.test', tree)).rejects.toMatchObject({
      ...invalid,
      message: 'the `ca` of "a.test", "/a.pem", cannot be read',
    });
    await expect(settings('a.test', { ...tree, '/a.pem': 'hello' })).rejects.toMatchObject({
      ...invalid,
      message: 'the `ca` of "a.test", "/a.pem", holds no certificate in PEM',
    });
  });
});
