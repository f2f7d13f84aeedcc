import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../../../src/model/context.ts';
import { fetchJson } from '../../../src/resolve/npm/client.ts';
import { toFailure } from '../../../src/resolve/npm/errors.ts';
import { guardLookup, isForbiddenAddress } from '../../../src/resolve/npm/forbidden-address.ts';
import { npmInstaller } from '../../../src/resolve/npm/installer.ts';
import { Transport } from '../../../src/resolve/npm/transport.ts';
import { type NpmRegistry, npmRegistry } from '../../support/npm-registry.ts';
import { type Home, throwawayHome } from '../../support/throwaway-home.ts';
import { emptyFolder, npmContext, resolveNpm } from './world.ts';

let home: Home;
let registry: NpmRegistry;
let other: NpmRegistry;

beforeEach(async () => {
  home = await throwawayHome();
  registry = await npmRegistry({ token: 'secret' });
  other = await npmRegistry();
  for (const each of [registry, other]) each.publish({ name: 'server', version: '1.0.0' });
});

afterEach(async () => {
  await Promise.all([registry.close(), other.close()]);
  await home.remove();
});

const withToken = (more: readonly string[] = []): Promise<Context> =>
  npmContext(home, [`registry=${registry.url}`, `//127.0.0.1:${registry.port}/:_authToken=secret`, ...more]);

/** Another port of the same host: npm's libraries would send the token there. */
function redirect(path: string): void {
  registry.answer(
    path,
    (_, response) => void response.writeHead(302, { location: `${other.url}${path}` }).end(),
  );
}

describe('credentials', () => {
  it('do not follow a redirect to another port', async () => {
    redirect('server');
    expect((await resolveNpm('server', await withToken())).pin.package).toBe('npm:server@1.0.0');
    expect(registry.asked.map(({ authorization }) => authorization)).toEqual(['Bearer secret']);
    expect(other.asked.map(({ authorization }) => authorization)).toEqual([null]);
  });

  it('do not go where the registry says that a tarball lies', async () => {
    const tarball = `${other.url}server/-/server-1.0.0.tgz`;
    registry.amend('server', '1.0.0', (release) => ({ ...release, dist: { ...release.dist, tarball } }));
    const { pin, tree } = await resolveNpm('server', await withToken());
    const folder = await emptyFolder(home, 'tree');
    await npmInstaller.install({ pin, tree, folder }, await withToken());
    expect(other.asked).toEqual([{ path: 'server/-/server-1.0.0.tgz', accept: '*/*', authorization: null }]);
  });

  it('go to every folder of the registry’s own server', async () => {
    const behind = await npmRegistry({ token: 'secret', folder: 'npm/' });
    behind.publish({ name: 'server', version: '1.0.0' });
    const address = `${behind.url.replace('npm/', 'files/')}server.tgz`;
    behind.amend('server', '1.0.0', (release) => ({
      ...release,
      dist: { ...release.dist, tarball: address },
    }));
    let got: string | undefined;
    behind.answer('files/', (request, response) => {
      got = request.headers.authorization;
      response.writeHead(404).end('{}');
    });
    const lines = [`registry=${behind.url}`, `//127.0.0.1:${behind.port}/npm/:_authToken=secret`];
    const { pin, tree } = await resolveNpm('server', await npmContext(home, lines));
    const folder = await emptyFolder(home, 'tree');
    await expect(
      npmInstaller.install({ pin, tree, folder }, await npmContext(home, lines)),
    ).rejects.toMatchObject({ code: 'RESOLVE_NOT_FOUND' });
    expect(got).toBe('Bearer secret');
    await behind.close();
  });
});

describe('a hostile registry', () => {
  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://[fe80::1]/',
    'http://[::ffff:169.254.169.254]/',
    'http://2852039166/', // 169.254.169.254 as one number
  ])('does not send us to "%s"', async (location) => {
    registry.answer('server', (_, response) => void response.writeHead(302, { location }).end());
    await expect(resolveNpm('server', await withToken())).rejects.toMatchObject({
      code: 'RESOLVE_INSECURE',
      message: expect.stringContaining('link-local'),
    });
  });

  it('cannot lead on for ever', async () => {
    registry.answer('server', (_, response) => {
      response.writeHead(302, { location: `${registry.url}server` }).end();
    });
    await expect(resolveNpm('server', await withToken())).rejects.toMatchObject({
      code: 'RESOLVE_UNAVAILABLE',
    });
    expect(registry.asked.length).toBeLessThan(25);
  });

  it.each([
    ['not JSON', (): string => '<html>'],
    ['a list', (): string => '[]'],
    ['nothing', (): string => 'null'],
    ['no versions', (): string => '{"name":"server"}'],
    ['versions of another kind', (): string => '{"name":"server","versions":3,"dist-tags":7}'],
    [
      'a version of another kind',
      (): string => '{"name":"server","versions":{"1.0.0":7},"dist-tags":{"latest":"1.0.0"}}',
    ],
  ])('that sends %s is a failure, not a bug', async (_, body) => {
    registry.answer('server', (_request, response) => void response.end(body()));
    const failure = await resolveNpm('server', await withToken()).catch((error) => error);
    expect(failure.code).toMatch(/^RESOLVE_(UNAVAILABLE|NOT_FOUND)$/);
  });

  it('that breaks off in the middle is a failure', async () => {
    registry.answer('server', (_, response) => {
      response.writeHead(200, { 'content-length': '100000' });
      response.write('{"name":');
      setImmediate(() => response.destroy());
    });
    await expect(resolveNpm('server', await withToken())).rejects.toMatchObject({
      code: 'RESOLVE_UNAVAILABLE',
    });
  });

  it('that says nothing is given up', async () => {
    registry.answer('server', () => undefined);
    const impatient = await withToken(['fetch-timeout=200']);
    await expect(resolveNpm('server', impatient)).rejects.toMatchObject({ code: 'RESOLVE_UNAVAILABLE' });
  });

  it('that is busy is asked again', async () => {
    let times = 0;
    registry.answer('server', (_, response) => {
      times += 1;
      if (times === 2) registry.answer('server', null);
      response.writeHead(times === 1 ? 429 : 503).end();
    });
    const patient = await withToken([
      'fetch-retries=2',
      'fetch-retry-mintimeout=1',
      'fetch-retry-maxtimeout=2',
    ]);
    expect((await resolveNpm('server', patient)).pin.package).toBe('npm:server@1.0.0');
  });

  it.each([
    ['plain', false],
    ['compressed', true],
  ])('that sends more than it should is stopped: %s', async (_, isCompressed) => {
    // Compressed, more than comes in one piece.
    const zeros = Buffer.alloc(isCompressed ? 200_000_000 : 4_000_000);
    other.answer('huge', (_request, response) => {
      response.writeHead(200, isCompressed ? { 'content-encoding': 'gzip' } : {});
      response.end(isCompressed ? gzipSync(zeros) : zeros);
    });
    const transport = new Transport({
      options: {},
      registries: [other.url],
      proxy: { plain: null, secure: null, except: '' },
      signal: new AbortController().signal,
      limits: { maxBytes: 1_000_000, maxDecodedBytes: 1_000_000 },
    });
    const failure = await fetchJson(`${other.url}huge`, { agent: transport, retry: 0 }).catch(
      (error) => error,
    );
    expect(toFailure(failure, { what: 'huge', registry: other.url })).toMatchObject({
      code: 'RESOLVE_UNAVAILABLE',
      message: expect.stringContaining('sent more than mcpform takes'),
    });
  });
});

it('stops when somebody interrupts', async () => {
  const stop = new AbortController();
  registry.answer('server', () => stop.abort());
  const ctx = { ...(await withToken(['fetch-retries=2'])), signal: stop.signal };
  await expect(resolveNpm('server', ctx)).rejects.toMatchObject({
    code: 'RESOLVE_UNAVAILABLE',
    message: expect.stringContaining('interrupted'),
  });
  await expect(resolveNpm('server', ctx)).rejects.toMatchObject({ code: 'RESOLVE_UNAVAILABLE' });
  expect(registry.asked).toHaveLength(1);
});

describe('addresses', () => {
  it.each([
    ['169.254.169.254', true],
    ['[fe80::1]', true],
    ['FE90::1', true],
    ['fd00:ec2::254', true],
    ['100.100.100.200', true],
    ['::ffff:169.254.1.1', true],
    ['127.0.0.1', false],
    ['10.0.0.1', false],
    ['169.255.0.1', false],
    ['::1', false],
    ['fd00::1', false],
    ['fe80.example.com', false],
  ])('"%s" is forbidden: %s', (address, isForbidden) => {
    expect(isForbiddenAddress(address)).toBe(isForbidden);
  });

  it('are looked at after a name was resolved', async () => {
    const resolve = (addresses: unknown): Promise<unknown> =>
      new Promise((done) => {
        const find = (_name: string, _options: object, callback: (...found: unknown[]) => void): void =>
          callback(null, addresses, 4);
        const guarded = guardLookup(find as never) as unknown as typeof find;
        guarded('registry.test', {}, (error, found) => done(error ?? found));
      });
    expect(await resolve('127.0.0.1')).toBe('127.0.0.1');
    expect(await resolve('169.254.169.254')).toMatchObject({ refused: { code: 'RESOLVE_INSECURE' } });
    expect(await resolve([{ address: '10.0.0.1' }, { address: 'fe80::1' }])).toMatchObject({
      code: 'EACCES',
    });
  });
});
