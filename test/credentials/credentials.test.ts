import { describe, expect, it } from 'vitest';
import { type Credentials, findCredentials } from '../../src/credentials/credentials.ts';
import type { Processes } from '../../src/model/system.ts';
import { memorySystem } from '../../src/system/memory.ts';
import { contextOn, home } from '../state/machine.ts';

const path = `${home}/.docker/config.json`;
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const ann: Credentials = { kind: 'password', username: 'ann', password: 's3c:ret' };
const auth = { auth: base64('ann:s3c:ret') };

interface Asked {
  readonly command: string;
  readonly args: readonly string[];
  readonly options: Parameters<Processes['run']>[2];
}

async function find(host: string, config: unknown, run?: Processes['run']): Promise<Credentials | null> {
  const text = typeof config === 'string' ? config : JSON.stringify(config);
  const { ctx } = contextOn(memorySystem({ tree: { [path]: text }, ...(run === undefined ? {} : { run }) }));
  return findCredentials(host, ctx);
}

const answering =
  (stdout: string, exitCode = 0, asked: Asked[] = []): Processes['run'] =>
  async (command, args, options) => {
    asked.push({ command, args, options });
    return { exitCode, stdout, stderr: 's3cret' };
  };

describe('credentials in the Docker configuration', () => {
  it('are none without a file, and in DOCKER_CONFIG where that is set', async () => {
    const { ctx } = contextOn(
      memorySystem({ tree: { '/elsewhere/config.json': JSON.stringify({ auths: { 'a.test': auth } }) } }),
    );
    expect(await findCredentials('a.test', ctx)).toBeNull();
    expect(await findCredentials('a.test', { ...ctx, env: { DOCKER_CONFIG: '/elsewhere' } })).toEqual(ann);
  });

  it.each<[string, string]>([
    ['a.test:5000', 'a.test:5000'],
    ['a.test', 'https://a.test'],
    ['a.test', 'https://a.test/v2/'],
    ['a.test', 'http://A.test/v1'],
    ['docker.io', 'https://index.docker.io/v1/'],
    ['docker.io', 'index.docker.io'],
    ['docker.io', 'docker.io'],
    ['docker.io', 'https://registry-1.docker.io/v2/'],
  ])('for %s are found under %s', async (host, key) => {
    expect(await find(host, { auths: { [key]: auth } })).toEqual(ann);
  });

  it.each<[string, string]>([
    ['a.test', 'a.test:5000'],
    ['a.test:5000', 'a.test'],
    ['a.test', 'evil.test/a.test'],
    ['a.test', 'https://a.test@evil.test'],
    ['a.test', 'a.test/team'],
    ['a.test', 'b.a.test'],
    ['evil.test', 'https://index.docker.io/v1/'],
  ])('for %s are not those of %s', async (host, key) => {
    expect(await find(host, { auths: { [key]: auth } })).toBeNull();
  });

  it('prefer the key as Docker writes it', async () => {
    const auths = { 'docker.io': { auth: base64('old:old') }, 'https://index.docker.io/v1/': auth };
    expect(await find('docker.io', { auths })).toEqual(ann);
  });

  it('may be an identity token, a name and a password, or nothing', async () => {
    const entry = async (value: unknown): Promise<unknown> => find('a.test', { auths: { 'a.test': value } });
    expect(await entry({ auth: base64('00000000-0000:'), identitytoken: 't0ken' })).toEqual({
      kind: 'identity-token',
      token: 't0ken',
    });
    expect(await entry({ username: 'ann', password: 's3c:ret' })).toEqual(ann);
    expect(await entry({ auth: base64('ann:s3c:ret\0\0') })).toEqual(ann);
    for (const nothing of [{}, null, 'x', [], { auth: 7 }]) expect(await entry(nothing)).toBeNull();
  });

  it('that cannot be read are an error that shows nothing of them', async () => {
    for (const text of ['{"auths": {"a.test": {"auth": "c2VjcmV0"', '[]', '"s3cret"']) {
      const error = await find('a.test', text).catch((thrown: Error) => thrown);
      expect(error).toMatchObject({ code: 'RESOLVE_DOCKER_CONFIG' });
      expect((error as Error).cause).toBeUndefined();
      expect((error as Error).message).toContain(path);
      expect((error as Error).message).not.toMatch(/c2VjcmV0|s3cret/);
    }
    const broken = find('a.test', { auths: { 'a.test': { auth: base64('s3cret') } } });
    await expect(broken).rejects.toMatchObject({
      code: 'RESOLVE_DOCKER_CONFIG',
      message: expect.not.stringContaining('s3cret'),
    });
  });
});

describe('a credential helper', () => {
  const secret = JSON.stringify({ ServerURL: 'a.test', Username: 'ann', Secret: 's3c:ret' });

  it('is asked for the server on its input, from the home folder and never through a shell', async () => {
    const asked: Asked[] = [];
    expect(await find('a.test', { credsStore: 'store' }, answering(secret, 0, asked))).toEqual(ann);
    expect(asked).toMatchObject([
      { command: 'docker-credential-store', args: ['get'], options: { input: 'a.test', cwd: home } },
    ]);
  });

  it('of its own goes before the store of all, and Docker Hub has its historical name', async () => {
    const asked: Asked[] = [];
    const config = { credsStore: 'store', credHelpers: { 'a.test': 'ecr-login', 'index.docker.io': 'hub' } };
    const run = answering(secret, 0, asked);
    for (const host of ['a.test', 'b.test', 'docker.io']) await find(host, config, run);
    expect(asked.map(({ command, options }) => [command, options?.input])).toEqual([
      ['docker-credential-ecr-login', 'a.test'],
      ['docker-credential-store', 'b.test'],
      ['docker-credential-hub', 'https://index.docker.io/v1/'],
    ]);
  });

  it('may answer with an identity token', async () => {
    const answer = JSON.stringify({ Username: '<token>', Secret: 't0ken' });
    const found = await find('a.test', { credsStore: 'acr' }, answering(answer));
    expect(found).toEqual({ kind: 'identity-token', token: 't0ken' });
  });

  it('that has nothing leaves it to the file', async () => {
    const nothing = answering('credentials not found in native keychain\n', 1);
    expect(await find('a.test', { credsStore: 'store' }, nothing)).toBeNull();
    expect(await find('a.test', { credsStore: 'store', auths: { 'a.test': auth } }, nothing)).toEqual(ann);
  });

  it.each<[string, Processes['run'] | undefined, string]>([
    ['fails', answering('s3cret', 1), 'ended with exit code 1'],
    ['answers no JSON', answering('s3cret'), 'answered something that is not credentials'],
    ['answers other JSON', answering('["s3cret"]'), 'answered something that is not credentials'],
    ['is missing', undefined, 'is not installed'],
    [
      'hangs',
      async () => {
        throw Object.assign(new Error('s3cret'), { code: 'ETIMEDOUT' });
      },
      'took too long',
    ],
  ])('that %s is an error that names it and shows nothing it said', async (_, run, what) => {
    const error = await find('a.test', { credsStore: 'desktop.exe' }, run).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({
      code: 'RESOLVE_HELPER',
      message: `the credential helper "docker-credential-desktop.exe" ${what}`,
    });
    expect((error as Error).cause).toBeUndefined();
    expect(JSON.stringify(error)).not.toContain('s3cret');
  });

  it.each(['../../tmp/x', 'a b', 'x;y', 'UPPER', '', 'x/y', 'x\n', '.exe', 'a.sh'])(
    'named %j is never started',
    async (name) => {
      const asked: Asked[] = [];
      const found = find('a.test', { credHelpers: { 'a.test': name } }, answering(secret, 0, asked));
      if (name === '') expect(await found).toBeNull();
      else await expect(found).rejects.toMatchObject({ code: 'RESOLVE_HELPER' });
      expect(asked).toEqual([]);
    },
  );
});
