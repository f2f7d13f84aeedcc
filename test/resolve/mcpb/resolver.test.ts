import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createConceal } from '../../../src/formats/conceal.ts';
import type { Context } from '../../../src/model/context.ts';
import type { PackagePin } from '../../../src/model/lock.ts';
import type { ResolveRequest } from '../../../src/model/resolver.ts';
import type { HttpRequest } from '../../../src/model/system.ts';
import { fetchBundle } from '../../../src/resolve/mcpb/fetch-bundle.ts';
import { mcpbInstaller } from '../../../src/resolve/mcpb/installer.ts';
import { mcpbResolver } from '../../../src/resolve/mcpb/resolver.ts';
import { memorySystem } from '../../../src/system/memory.ts';
import { bundleOf, integrityOf } from './bundles.ts';

const url = 'https://example.com/clock.mcpb';

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** A machine in memory, and a web of these addresses; lists are answered one after the other. */
const worldWith = (
  web: Readonly<Record<string, Answer | Answer[]>>,
  tree: Readonly<Record<string, Uint8Array>> = {},
) => {
  const requests: HttpRequest[] = [];
  const system = memorySystem({
    tree: { '/store/': '', ...tree },
    network: {
      request: async (request) => {
        requests.push(request);
        const known = web[request.url];
        const answer = (Array.isArray(known) ? known.shift() : known) ?? { status: 404 };
        const body = (async function* () {
          for (let at = 0; at < (answer.body?.length ?? 0); at += 1000)
            yield (answer.body as Uint8Array).subarray(at, at + 1000);
        })();
        return {
          status: answer.status ?? 200,
          headers: answer.headers ?? {},
          body,
          discard: async () => undefined,
        };
      },
    },
  });
  const ctx: Context = {
    system,
    home: '/home/me',
    env: {},
    platform: 'linux',
    signal: new AbortController().signal,
    emit: () => undefined,
    folders: { state: '/s', cache: '/c', config: '/f', data: '/d' },
    launcher: { command: '/usr/bin/node', args: [], ephemeral: null },
    digest: (text) => text,
    conceal: createConceal(),
  };
  return { ctx, requests };
};

const ask = (
  name: string,
  more: Partial<ResolveRequest<PackagePin>> & { sha256?: string } = {},
): ResolveRequest<PackagePin> => {
  const { sha256, ...rest } = more;
  return {
    server: 'clock',
    runtime: {
      kind: 'package',
      ecosystem: 'mcpb',
      name,
      ...(sha256 === undefined ? {} : { version: sha256 }),
    },
    ...{ current: null, currentTree: null, isUpdate: false, cooldownMs: 0, root: '/srv', ...rest },
  };
};

const bundle = bundleOf();
const other = bundleOf({ name: 'other' });

describe('a bundle on the web', () => {
  it('is pinned by the hash of its bytes', async () => {
    const { ctx, requests } = worldWith({ [url]: { body: bundle } });
    const { pin, tree, findings } = await mcpbResolver.resolve(ask(url), ctx);
    expect(pin).toEqual({ kind: 'package', package: `mcpb:${url}`, integrity: integrityOf(bundle) });
    expect([tree, findings]).toEqual([null, []]);
    expect(requests.map(({ method, headers }) => [method, headers])).toEqual([['GET', {}]]);
    expect(await mcpbResolver.check({ server: 'clock', pin, tree, root: '/' }, ctx)).toEqual([]);
  });

  it('is what is locked, and nobody is asked, while that answers the question', async () => {
    const { ctx, requests } = worldWith({});
    const current: PackagePin = { kind: 'package', package: `mcpb:${url}`, integrity: 'sha256-x' };
    expect((await mcpbResolver.resolve(ask(url, { current }), ctx)).pin).toBe(current);
    expect(requests).toEqual([]);
  });

  it('is the one whose hash the manifest names, or none', async () => {
    const { ctx } = worldWith({ [url]: { body: bundle } });
    const sha256 = hash('sha256', bundle);
    expect((await mcpbResolver.resolve(ask(url, { sha256 }), ctx)).pin).toMatchObject({
      package: `mcpb:${url}`,
      requested: `mcpb:${url}#sha256:${sha256}`,
    });
    await expect(mcpbResolver.resolve(ask(url, { sha256: 'f'.repeat(64) }), ctx)).rejects.toMatchObject({
      code: 'RESOLVE_INTEGRITY',
      message: `"${url}" is sha256:${sha256}, not sha256:${'f'.repeat(64)}`,
    });
  });

  it('never has other bytes at the address that is locked, whoever asks', async () => {
    const { ctx } = worldWith({ [url]: { body: other } });
    const current: PackagePin = { kind: 'package', package: `mcpb:${url}`, integrity: integrityOf(bundle) };
    const failure = {
      code: 'RESOLVE_INTEGRITY',
      message: `"${url}" is sha256:${hash('sha256', other)}, not sha256:${hash('sha256', bundle)}`,
    };
    await expect(mcpbResolver.resolve(ask(url, { current, isUpdate: true }), ctx)).rejects.toMatchObject(
      failure,
    );
    await expect(
      mcpbInstaller.install({ pin: current, tree: null, folder: '/store' }, ctx),
    ).rejects.toMatchObject(failure);
    expect(
      await mcpbResolver.check({ server: 'clock', pin: current, tree: null, root: '/' }, ctx),
    ).toMatchObject([{ ...failure, message: `server "clock": ${failure.message}` }]);
    expect(await ctx.system.files.list('/store')).toEqual([]);
  });

  it('says what it wants from its user', async () => {
    const config = {
      command: 'node',
      args: ['server/index.js', '${user_config.zone}'],
      env: { KEY: '${user_config.key}' },
    };
    const userConfig = { key: { required: true }, zone: { required: true }, more: { required: false } };
    const { ctx } = worldWith({ [url]: { body: bundleOf({ config, more: { user_config: userConfig } }) } });
    const { findings } = await mcpbResolver.resolve(ask(url), ctx);
    expect(findings.map(({ code, message, hint }) => [code, message, hint])).toEqual([
      [
        'RESOLVE_USER_CONFIG',
        'server "clock": the bundle needs a value for "key" and has no default',
        'set env.KEY of the server',
      ],
      [
        'RESOLVE_USER_CONFIG',
        'server "clock": the bundle needs a value for "zone" and has no default',
        'write its args: ["${user_config.zone}"] with your value in place',
      ],
    ]);
  });

  it('is refused at once when nobody could start it', async () => {
    const { ctx } = worldWith({
      [url]: { body: bundleOf({ type: 'uv' }) },
      'https://example.com/x.mcpb': { body: Buffer.from('<html>') },
    });
    await expect(mcpbResolver.resolve(ask(url), ctx)).rejects.toMatchObject({ code: 'RESOLVE_BUNDLE' });
    await expect(mcpbResolver.resolve(ask('https://example.com/x.mcpb'), ctx)).rejects.toMatchObject({
      code: 'RESOLVE_UNSAFE',
    });
  });
});

describe('an address of a bundle', () => {
  const to = (location: string): Answer => ({ status: 302, headers: { location } });

  it('may redirect, by https alone', async () => {
    const { ctx } = worldWith({
      [url]: to('/moved'),
      'https://example.com/moved': to('https://cdn.example/x?token=secret'),
      'https://cdn.example/x?token=secret': { body: bundle },
    });
    expect((await mcpbResolver.resolve(ask(url), ctx)).pin.integrity).toBe(integrityOf(bundle));
  });

  it.each([
    [
      'http',
      { [url]: to('http://example.com/clock.mcpb'), 'http://example.com/clock.mcpb': { body: bundle } },
      'RESOLVE_INSECURE',
    ],
    [
      'this machine',
      { [url]: to('http://127.0.0.1/x'), 'http://127.0.0.1/x': { body: bundle } },
      'RESOLVE_INSECURE',
    ],
    ['a file', { [url]: to('file:///etc/passwd') }, 'RESOLVE_INSECURE'],
    ['itself', { [url]: to(url) }, 'RESOLVE_UNAVAILABLE'],
    ['nowhere', { [url]: { status: 302 } }, 'RESOLVE_UNAVAILABLE'],
  ] as const)('never redirects to %s', async (_, web, code) => {
    const { ctx, requests } = worldWith(web);
    await expect(mcpbResolver.resolve(ask(url), ctx)).rejects.toMatchObject({ code });
    expect(requests.every((request) => request.url.startsWith('https:'))).toBe(true);
    expect(requests.length).toBeLessThanOrEqual(6);
  });

  it('may be http on this machine, and nowhere else', async () => {
    const { ctx } = worldWith({
      'http://127.0.0.1:8080/x.mcpb': { body: bundle },
      'http://127.example.com/x.mcpb': { body: bundle },
    });
    expect((await mcpbResolver.resolve(ask('http://127.0.0.1:8080/x.mcpb'), ctx)).pin.integrity).toBe(
      integrityOf(bundle),
    );
    await expect(mcpbResolver.resolve(ask('http://127.example.com/x.mcpb'), ctx)).rejects.toMatchObject({
      code: 'RESOLVE_INSECURE',
    });
  });

  it('has no password in it', async () => {
    const { ctx, requests } = worldWith({});
    const failure = mcpbResolver.resolve(ask('https://me:secret@example.com/x.mcpb'), ctx);
    await expect(failure).rejects.toMatchObject({ code: 'RESOLVE_NAME' });
    await expect(failure).rejects.not.toMatchObject({ message: expect.stringContaining('secret') });
    expect(requests).toEqual([]);
  });

  it.each([
    [{ status: 401 }, 'RESOLVE_DENIED'],
    [{ status: 404 }, 'RESOLVE_NOT_FOUND'],
    [{ status: 500 }, 'RESOLVE_UNAVAILABLE'],
    [
      { body: bundle.subarray(0, 100), headers: { 'content-length': String(bundle.length) } },
      'RESOLVE_UNAVAILABLE',
    ],
  ] as const)('that answers %j has a code', async (answer, code) => {
    const { ctx } = worldWith({ [url]: answer });
    await expect(mcpbResolver.resolve(ask(url), ctx)).rejects.toMatchObject({ code });
  });

  it('is asked again when it is busy, as late as it says', async () => {
    const { ctx, requests } = worldWith({
      [url]: [{ status: 503, headers: { 'retry-after': '2' } }, { status: 429 }, { body: bundle }],
    });
    const before = ctx.system.clock.monotonic();
    await mcpbResolver.resolve(ask(url), ctx);
    expect([requests.length, ctx.system.clock.monotonic() - before]).toEqual([3, 3000]);
  });

  it('sends no more than a bundle has', async () => {
    const { ctx } = worldWith({ [url]: { body: bundle } });
    await expect(fetchBundle({ kind: 'url', url }, ctx, 100)).rejects.toMatchObject({
      code: 'RESOLVE_TOO_BIG',
    });
  });
});

describe('a bundle in the repository', () => {
  it('counts from the root, and may change when one asks for it', async () => {
    const { ctx } = worldWith({}, { '/srv/dist/clock.mcpb': bundle });
    const { pin } = await mcpbResolver.resolve(ask('dist/clock.mcpb'), ctx);
    expect(pin).toEqual({ kind: 'package', package: 'mcpb:dist/clock.mcpb', integrity: integrityOf(bundle) });
    const older = { ...pin, integrity: integrityOf(other) };
    expect(
      (await mcpbResolver.resolve(ask('dist/clock.mcpb', { current: older, isUpdate: true }), ctx)).pin,
    ).toEqual(pin);
    expect(
      await mcpbResolver.check({ server: 'clock', pin: older, tree: null, root: '/srv' }, ctx),
    ).toMatchObject([{ code: 'RESOLVE_INTEGRITY' }]);
  });

  it('is not there, not a file, or too large', async () => {
    const { ctx } = worldWith({}, { '/srv/dist/clock.mcpb': bundle });
    await expect(mcpbResolver.resolve(ask('none.mcpb'), ctx)).rejects.toMatchObject({
      code: 'RESOLVE_NOT_FOUND',
    });
    await expect(mcpbResolver.resolve(ask('dist'), ctx)).rejects.toMatchObject({ code: 'RESOLVE_NOT_FOUND' });
    await expect(fetchBundle({ kind: 'path', path: '/srv/dist/clock.mcpb' }, ctx, 100)).rejects.toMatchObject(
      { code: 'RESOLVE_TOO_BIG' },
    );
  });

  it('is installed by its absolute path alone', async () => {
    const { ctx } = worldWith({}, { '/srv/clock.mcpb': bundle });
    const pin = { package: 'mcpb:clock.mcpb', integrity: integrityOf(bundle) };
    await expect(mcpbInstaller.install({ pin, tree: null, folder: '/store' }, ctx)).rejects.toMatchObject({
      code: 'RESOLVE_NAME',
    });
    expect(
      await mcpbInstaller.install(
        { pin: { ...pin, package: 'mcpb:/srv/clock.mcpb' }, tree: null, folder: '/store' },
        ctx,
      ),
    ).toEqual({
      programs: { clock: { kind: 'node', file: 'server/index.js', args: [], env: {} } },
      main: 'clock',
    });
    expect((await ctx.system.files.list('/store')).toSorted()).toEqual(['manifest.json', 'server']);
  });
});

describe('an installed bundle', () => {
  const install = (bytes: Buffer) => {
    const { ctx, requests } = worldWith({ [url]: { body: bytes } });
    const pin = { package: `mcpb:${url}`, integrity: integrityOf(bytes) };
    return { ctx, requests, done: mcpbInstaller.install({ pin, tree: null, folder: '/store' }, ctx) };
  };

  it('is read without the signature that stands behind it', async () => {
    const signed = Buffer.concat([bundle, Buffer.from('MCPB_SIG_V1\x04\0\0\0abcdMCPB_SIG_END')]);
    expect((await install(signed).done).main).toBe('clock');
  });

  it('has a program that can be executed, whoever packed it', async () => {
    const config = { command: '${__dirname}/bin/clock' };
    const { ctx, done } = install(bundleOf({ type: 'binary', entryPoint: 'bin/clock', config }));
    expect(await done).toMatchObject({ programs: { clock: { kind: 'file', file: 'bin/clock' } } });
    expect((await ctx.system.files.stat('/store/bin/clock')).mode).toBe(0o755);
  });

  it.each([
    [{ compatibility: { platforms: ['win32', 'darwin'] } }],
    [{ compatibility: { runtimes: { node: '>=99' } } }],
  ])('is refused where it is not for: %j', async (more) => {
    const { ctx, done } = install(bundleOf({ more }));
    await expect(done).rejects.toMatchObject({ code: 'RESOLVE_PLATFORM' });
    expect(await ctx.system.files.list('/store')).toEqual([]);
  });
});
