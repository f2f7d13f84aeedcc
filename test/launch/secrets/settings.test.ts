import { describe, expect, it } from 'vitest';
import { environmentForSecrets, secretSettings } from '../../../src/launch/secrets/settings.ts';
import type { SecretSource } from '../../../src/model/secret.ts';

const vault: SecretSource = { backend: 'vault', argument: { path: 'kv/x', key: 'y' } };
const file: SecretSource = { backend: 'file', argument: '/srv/x' };
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
    expect(await secretSettings([vault], { env, home: '/home/ann', platform: 'linux' })).toEqual({
      PATH: '/usr/bin',
      HOME: '/home/ann',
      VAULT_ADDR: 'https://vault',
      HTTPS_PROXY: 'http://proxy',
    });
    expect(await secretSettings([file], { env, home: '/home/ann', platform: 'linux' })).not.toHaveProperty(
      'VAULT_ADDR',
    );
  });

  it('is the same text for the same settings, in whatever order they were', async () => {
    const turned = Object.fromEntries(Object.entries(env).reverse());
    const [one, other] = await Promise.all(
      [env, turned].map((each) => secretSettings([vault], { env: each, home: '/h', platform: 'linux' })),
    );
    expect(JSON.stringify(one)).toBe(JSON.stringify(other));
  });

  it('is found on Windows by names that have no case', async () => {
    const windows = { Path: 'C:\\bin', ComSpec: 'C:\\cmd.exe', other: 'x' };
    expect(await secretSettings([file], { env: windows, home: 'C:\\h', platform: 'win32' })).toEqual({
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
    const asking = await environmentForSecrets([vault], kept, { env: now, platform: 'linux' });
    expect(asking).toEqual({ ...kept, VAULT_TOKEN: 'new' });
  });

  it('has on Windows no second spelling of what was kept', async () => {
    const asking = await environmentForSecrets(
      [file],
      { Path: 'C:\\bin' },
      { env: { PATH: 'C:\\evil', path: 'C:\\evil', Other: 'x' }, platform: 'win32' },
    );
    expect(asking).toEqual({ Path: 'C:\\bin', Other: 'x' });
  });
});
