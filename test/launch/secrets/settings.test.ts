import { describe, expect, it } from 'vitest';
import {
  environmentForLaunch,
  environmentForSecrets,
  secretSettings,
} from '../../../src/launch/secrets/settings.ts';
import type { SecretSource } from '../../../src/model/secret.ts';
import { imageRecord } from '../../support/container-spec.ts';
import { packageRecord } from '../with-secrets.ts';

const vault: SecretSource = { backend: 'vault', argument: { path: 'kv/x', key: 'y' } };
const file: SecretSource = { backend: 'file', argument: '/srv/x' };
const ofVault = packageRecord('x', { key: vault });
const ofFile = packageRecord('x', { key: file });
const env = {
  PATH: '/usr/bin',
  HOME: '/somewhere',
  VAULT_ADDR: 'https://vault',
  VAULT_TOKEN: 't',
  HTTPS_PROXY: 'http://proxy',
  LANG: 'C',
};

describe('what is kept of the environment at approval', () => {
  it('is where programs are and where the backends of these secrets ask, and no session', async () => {
    expect(await secretSettings(ofVault, { env, home: '/home/ann', platform: 'linux' })).toEqual({
      PATH: '/usr/bin',
      HOME: '/home/ann',
      VAULT_ADDR: 'https://vault',
      HTTPS_PROXY: 'http://proxy',
    });
    expect(await secretSettings(ofFile, { env, home: '/home/ann', platform: 'linux' })).not.toHaveProperty(
      'VAULT_ADDR',
    );
  });

  it('is the same text for the same settings, in whatever order they were', async () => {
    const turned = Object.fromEntries(Object.entries(env).reverse());
    const [one, other] = await Promise.all(
      [env, turned].map((each) => secretSettings(ofVault, { env: each, home: '/h', platform: 'linux' })),
    );
    expect(JSON.stringify(one)).toBe(JSON.stringify(other));
  });

  it('is found on Windows by names that have no case', async () => {
    const windows = { Path: 'C:\\bin', ComSpec: 'C:\\cmd.exe', other: 'x' };
    expect(await secretSettings(ofFile, { env: windows, home: 'C:\\h', platform: 'win32' })).toEqual({
      Path: 'C:\\bin',
      ComSpec: 'C:\\cmd.exe',
      HOME: 'C:\\h',
    });
  });
});

describe('the environment that secrets are asked for with', () => {
  const kept = { PATH: '/usr/bin', HOME: '/home/ann', VAULT_ADDR: 'https://vault' };

  it.each([
    ['another address', { VAULT_ADDR: 'https://evil' }],
    ['another PATH', { PATH: '/evil' }],
    ['a proxy', { https_proxy: 'http://evil', HTTPS_PROXY: 'http://evil', ALL_PROXY: 'http://evil' }],
    ['an authority', { NODE_EXTRA_CA_CERTS: '/evil.pem', SSL_CERT_FILE: '/evil.pem' }],
    ['no verification', { NODE_TLS_REJECT_UNAUTHORIZED: '0' }],
    ['a certificate of its own', { VAULT_CACERT: '/evil.pem' }],
  ])('has what was kept, and not %s', async (_what, evil) => {
    const now = { ...evil, VAULT_TOKEN: 'new' };
    const asking = await environmentForSecrets(ofVault, kept, { env: now, platform: 'linux' });
    expect(asking).toEqual({ ...kept, VAULT_TOKEN: 'new' });
  });

  it('has on Windows no second spelling of what was kept', async () => {
    const asking = await environmentForSecrets(
      ofFile,
      { Path: 'C:\\bin' },
      { env: { PATH: 'C:\\evil', path: 'C:\\evil', Other: 'x' }, platform: 'win32' },
    );
    expect(asking).toEqual({ Path: 'C:\\bin', Other: 'x' });
  });
});

describe('a proxy', () => {
  const at = (proxy: string) =>
    secretSettings(ofFile, { env: { HTTPS_PROXY: proxy }, home: '/h', platform: 'linux' });

  it.each([
    ['http://me:s3cr3t@proxy:3128/', 'http://proxy:3128/'],
    ['me:s3cr3t@proxy:3128', 'proxy:3128'],
    ['http://me:p@ss@proxy', 'http://proxy'],
    ['http://proxy:3128', 'http://proxy:3128'],
    ['http://proxy/a@b', 'http://proxy/a@b'],
  ])('"%s" is kept as "%s"', async (proxy, kept) => {
    expect((await at(proxy))['HTTPS_PROXY']).toBe(kept);
  });

  it('is asked as who we are now, if it is the one that was kept', async () => {
    const kept = await at('http://me:old@proxy:3128');
    const asking = async (proxy: string) => {
      const now = { env: { HTTPS_PROXY: proxy }, platform: 'linux' } as const;
      return (await environmentForSecrets(ofFile, kept, now))['HTTPS_PROXY'];
    };
    expect(await asking('http://me:new@proxy:3128')).toBe('http://me:new@proxy:3128');
    expect(await asking('http://me:new@evil:3128')).toBe('http://proxy:3128');
  });
});

describe('the environment that a launch goes on with', () => {
  const kept = { PATH: '/usr/bin', HOME: '/home/ann', VAULT_ADDR: 'https://vault' };
  const now = {
    PATH: '/evil',
    HOME: '/evil',
    XDG_CONFIG_HOME: '/evil',
    VAULT_ADDR: 'https://server',
    DOCKER_HOST: 'tcp://evil',
    LANG: 'C',
  };

  it('has the programs of the approval, and the rest as the client wants it', async () => {
    expect(await environmentForLaunch(ofVault, kept, { env: now, platform: 'linux' })).toEqual({
      PATH: '/usr/bin',
      HOME: '/home/ann',
      VAULT_ADDR: 'https://server',
      DOCKER_HOST: 'tcp://evil',
      LANG: 'C',
    });
  });

  it('has those that the manifest sets as the entry has them', async () => {
    const own = packageRecord('x', { key: vault }, { loaderVariables: ['PATH'] });
    expect(await environmentForLaunch(own, kept, { env: now, platform: 'linux' })).toMatchObject({
      PATH: '/evil',
      HOME: '/home/ann',
    });
  });

  it('has the engine of the approval for a container', async () => {
    const image = { ...imageRecord(), secrets: { key: file } };
    const engine = {
      PATH: '/usr/bin',
      HOME: '/h',
      DOCKER_HOST: 'unix:///run/docker.sock',
      DOCKER_AUTH_CONFIG: '{}',
    };
    const settings = await secretSettings(image, { env: engine, home: '/home/ann', platform: 'linux' });
    expect(settings).toEqual({ PATH: '/usr/bin', HOME: '/home/ann', DOCKER_HOST: 'unix:///run/docker.sock' });
    expect(await environmentForLaunch(image, settings, { env: now, platform: 'linux' })).toEqual({
      ...settings,
      VAULT_ADDR: 'https://server',
      LANG: 'C',
    });
    const evil = { DOCKER_CONTEXT: 'evil', DOCKER_CONFIG: '/evil', CONTAINER_HOST: 'ssh://evil' };
    const { PATH, HOME } = settings;
    expect(
      await environmentForLaunch(
        image,
        { PATH: PATH ?? '', HOME: HOME ?? '' },
        { env: evil, platform: 'linux' },
      ),
    ).toEqual({ PATH, HOME });
  });
});
