import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../../../src/model/context.ts';
import { type Certificates, makeCertificates } from '../../support/certificates.ts';
import { type NpmRegistry, npmRegistry, type RegistryOptions } from '../../support/npm-registry.ts';
import { type Home, throwawayHome } from '../../support/throwaway-home.ts';
import { npmContext, resolveNpm } from './world.ts';

let home: Home;
let registries: NpmRegistry[];
let good: NpmRegistry;

beforeEach(async () => {
  home = await throwawayHome();
  registries = [];
  good = await registryWith('1.0.0');
});

afterEach(async () => {
  await Promise.all(registries.map((registry) => registry.close()));
  await home.remove();
});

/** A registry that has `server` in one version, by which one knows who was asked. */
async function registryWith(
  version: string,
  options: RegistryOptions = {},
  name = 'server',
): Promise<NpmRegistry> {
  const registry = await npmRegistry(options);
  registries.push(registry);
  registry.publish({ name, version });
  return registry;
}

async function chosen(ctx: Context, name = 'server'): Promise<string> {
  const { pin } = await resolveNpm(name, ctx);
  return pin.package;
}

async function inFolder<T>(folder: string, run: () => Promise<T>): Promise<T> {
  const before = process.cwd();
  process.chdir(folder);
  try {
    return await run();
  } finally {
    process.chdir(before);
  }
}

describe('a project that chooses a registry', () => {
  let evil: NpmRegistry;

  beforeEach(async () => {
    evil = await registryWith('6.6.6');
    await writeFile(join(home.project, '.npmrc'), `registry=${evil.url}\nstrict-ssl=false\n`);
    await writeFile(join(home.project, 'package.json'), '{}');
    await mkdir(join(home.project, 'node_modules/deep'), { recursive: true });
  });

  it.each(['', 'node_modules', 'node_modules/deep'])('is not asked, from "project/%s"', async (below) => {
    const ctx = await npmContext(home, [`registry=${good.url}`]);
    const got = await inFolder(join(home.project, below), () => chosen(ctx));
    expect(got).toBe('npm:server@1.0.0');
    expect(evil.asked).toEqual([]);
  });

  it('is not asked even when the home folder is a project itself', async () => {
    await writeFile(join(home.folder, 'package.json'), JSON.stringify({ workspaces: ['project'] }));
    await mkdir(join(home.folder, 'node_modules'));
    const ctx = await npmContext(home, [`registry=${good.url}`]);
    expect(await inFolder(home.folder, () => chosen(ctx))).toBe('npm:server@1.0.0');
    expect(await inFolder(home.project, () => chosen(ctx))).toBe('npm:server@1.0.0');
  });

  it('is not asked when npm runs us there and hands its settings on', async () => {
    const byNpm = { npm_execpath: '/usr/lib/node_modules/npm/bin/npm-cli.js', npm_config_registry: evil.url };
    const ctx = await npmContext(home, [`registry=${good.url}`], byNpm);
    expect(await chosen(ctx)).toBe('npm:server@1.0.0');
  });

  it('is not asked by a path that is relative to the working directory', async () => {
    for (const name of ['NPM_CONFIG_USERCONFIG', 'npm_config_userconfig']) {
      const ctx = await npmContext(home, [`registry=${good.url}`], { [name]: '.npmrc' });
      expect(await inFolder(home.project, () => chosen(ctx))).toBe('npm:server@1.0.0');
    }
  });
});

describe('the user’s own settings', () => {
  it('come from the environment before the files, and from the global file after them', async () => {
    const global = await registryWith('3.0.0');
    const variable = await registryWith('2.0.0');
    const ctx = await npmContext(home, []);
    await writeFile(join(home.folder, 'global-npmrc'), `registry=${global.url}\n`);
    expect(await chosen(ctx)).toBe('npm:server@3.0.0');
    expect(await chosen(await npmContext(home, [`registry=${good.url}`]))).toBe('npm:server@1.0.0');
    for (const name of ['NPM_CONFIG_REGISTRY', 'npm_config_registry']) {
      const env = { [name]: variable.url };
      expect(await chosen(await npmContext(home, [`registry=${good.url}`], env))).toBe('npm:server@2.0.0');
    }
    const underNpm = { npm_lifecycle_event: 'test', NPM_CONFIG_REGISTRY: variable.url };
    expect(await chosen(await npmContext(home, [`registry=${good.url}`], underNpm))).toBe('npm:server@2.0.0');
  });

  it('may lie in another file', async () => {
    const other = join(home.folder, 'other-npmrc');
    const theirs = await registryWith('2.0.0');
    await writeFile(other, `registry=${theirs.url}\n`);
    const ctx = await npmContext(home, [`registry=${good.url}`], { NPM_CONFIG_USERCONFIG: other });
    expect(await chosen(ctx)).toBe('npm:server@2.0.0');
  });

  it('send each scope and each token to its own registry', async () => {
    const own = await registryWith('4.0.0', { token: 'of-acme', folder: 'npm/private/' }, '@acme/server');
    const settings = [
      `registry=${good.url}`,
      `@acme:registry=${own.url}`,
      `//127.0.0.1:${own.port}/npm/private/:_authToken=\${ACME_TOKEN}`,
    ];
    own.publish({ name: '@acme/server', version: '4.0.0', manifest: { dependencies: { server: '1' } } });
    const ctx = await npmContext(home, settings, { ACME_TOKEN: 'of-acme' });
    expect(await chosen(ctx, '@acme/server')).toBe('npm:@acme/server@4.0.0');
    expect(own.asked.map(({ authorization }) => authorization)).toEqual(['Bearer of-acme']);
    expect(good.asked.map(({ path, authorization }) => [path, authorization])).toEqual([['server', null]]);
  });

  it('may be variables that name a registry', async () => {
    const own = await registryWith('4.0.0', { token: 'of-acme' });
    const token = `npm_config_//127.0.0.1:${own.port}/:_authToken`;
    const env = { npm_lifecycle_event: 'test', [token]: 'of-acme' };
    expect(await chosen(await npmContext(home, [`registry=${own.url}`], env))).toBe('npm:server@4.0.0');
  });

  it.each([
    ['no token', []],
    ['a wrong one', [':_authToken=guessed']],
  ])('that have %s are denied, and no message has it', async (_, auth) => {
    const own = await registryWith('4.0.0', { token: 'of-acme' });
    const lines = auth.map((line) => `//127.0.0.1:${own.port}/${line}`);
    const failure = await chosen(await npmContext(home, [`registry=${own.url}`, ...lines])).catch(
      (error) => error,
    );
    expect(failure).toMatchObject({ code: 'RESOLVE_DENIED' });
    expect(JSON.stringify([failure, failure.message, failure.stack, failure.cause])).not.toContain('guessed');
  });

  it('that are not valid are said to be so, without what stands there', async () => {
    const ctx = await npmContext(home, [`registry=${good.url}`, '_authToken=for-whom']);
    const failure = await chosen(ctx).catch((error) => error);
    expect(failure).toMatchObject({ code: 'RESOLVE_NPMRC', hint: expect.stringContaining('npm config fix') });
    expect(JSON.stringify([failure, failure.message, failure.stack, failure.cause])).not.toContain(
      'for-whom',
    );
  });

  it('of a password in the address stay out of messages', async () => {
    const address = `http://ann:pass-word@127.0.0.1:1/`;
    const failure = await chosen(await npmContext(home, [`registry=${address}`])).catch((error) => error);
    expect(failure).toMatchObject({ code: 'RESOLVE_UNAVAILABLE' });
    expect(JSON.stringify([failure, failure.message, failure.stack, failure.cause])).not.toContain(
      'pass-word',
    );
  });

  it('leave scripts, engines and peers alone', async () => {
    good.publish({ name: 'peer', version: '1.0.0' });
    const manifest = { engines: { node: '>=99' }, peerDependencies: { peer: '1' } };
    good.publish({ name: 'server', version: '1.0.0', manifest });
    const lines = ['engine-strict=true', 'legacy-peer-deps=true', 'ignore-scripts=false', 'omit=optional'];
    const { tree } = await resolveNpm('server', await npmContext(home, [`registry=${good.url}`, ...lines]));
    expect(tree).toContain('"node_modules/peer"');
  });

  it('change nothing in the environment of this process', async () => {
    const before = { ...process.env };
    await chosen(await npmContext(home, [`registry=${good.url}`]));
    expect({ ...process.env }).toEqual(before);
  });
});

describe('https', () => {
  let certificates: Certificates;

  beforeEach(async () => {
    certificates = await makeCertificates(home.folder);
  });

  const tls = (): Promise<NpmRegistry> =>
    registryWith('5.0.0', { tls: { key: certificates.key, cert: certificates.certificate } });

  it('needs a certificate that the user trusts', async () => {
    const registry = await tls();
    const lines = [`registry=${registry.url}`];
    await expect(chosen(await npmContext(home, lines))).rejects.toMatchObject({
      code: 'RESOLVE_UNAVAILABLE',
    });
    const trusting = [...lines, `cafile=${certificates.files.authority}`];
    expect(await chosen(await npmContext(home, trusting))).toBe('npm:server@5.0.0');
    expect(await chosen(await npmContext(home, [...lines, 'strict-ssl=false']))).toBe('npm:server@5.0.0');
  });

  it('never becomes http, by a redirect or by what the registry says', async () => {
    const registry = await tls();
    const lines = [`registry=${registry.url}`, `cafile=${certificates.files.authority}`];
    registry.answer('server', (_, response) => {
      response.writeHead(302, { location: `${good.url}server` }).end();
    });
    await expect(chosen(await npmContext(home, lines))).rejects.toMatchObject({
      code: 'RESOLVE_INSECURE',
      message: expect.stringContaining(`refused to go to "http://127.0.0.1:${good.port}": not https`),
    });
    expect(good.asked).toEqual([]);
  });
});

describe('a proxy', () => {
  let proxy: Server;
  let seen: string[];
  let port: number;

  beforeEach(async () => {
    seen = [];
    proxy = createServer((request, response) => {
      seen.push(request.url ?? '');
      response.writeHead(404).end('{}');
    });
    await new Promise<void>((done) => void proxy.listen(0, '127.0.0.1', () => done()));
    port = (proxy.address() as AddressInfo).port;
  });

  afterEach(() => void proxy.close());

  const address = 'http://registry.test/';

  it('is used as the settings or the environment say', async () => {
    const url = `http://127.0.0.1:${port}`;
    const worlds: readonly [string[], Record<string, string>][] = [
      [[`proxy=${url}`], {}],
      [[`https-proxy=${url}`], {}],
      [[], { http_proxy: url }],
      [[], { HTTPS_PROXY: url }],
    ];
    for (const [lines, env] of worlds) {
      const ctx = await npmContext(home, [`registry=${address}`, ...lines], env);
      await expect(chosen(ctx)).rejects.toMatchObject({ code: 'RESOLVE_NOT_FOUND' });
    }
    expect(seen).toEqual(worlds.map(() => `${address}server`));
  });

  it('is left aside for hosts that need none', async () => {
    const url = `http://127.0.0.1:${port}`;
    for (const env of [{ NO_PROXY: '127.0.0.1' }, { NPM_CONFIG_NOPROXY: '127.0.0.1' }]) {
      const ctx = await npmContext(
        home,
        [`registry=${good.url}`, `proxy=${url}`],
        env as Record<string, string>,
      );
      expect(await chosen(ctx)).toBe('npm:server@1.0.0');
    }
    expect(seen).toEqual([]);
  });
});
