import { describe, expect, it } from 'vitest';
import type { Context } from '../../../src/model/context.ts';
import type { ImagePin } from '../../../src/model/lock.ts';
import type { Resolution, ResolveRequest } from '../../../src/model/resolver.ts';
import { shortDigest } from '../../../src/resolve/oci/digest.ts';
import { ociResolver } from '../../../src/resolve/oci/resolver.ts';
import { content, makeImage, makeIndex, type TestIndex } from '../../support/registry-images.ts';
import type { MockRegistry } from '../../support/registry-mock.ts';
import { makeWorld, mockRegistry } from './world.ts';

const older = makeIndex({ seed: 'older', created: '2025-06-01T00:00:00Z' });
const newer = makeIndex({ seed: 'newer', created: '2025-12-30T00:00:00Z' });
const digestOf = ({ index }: TestIndex): string => index.digest;
const pinOf = (image: string): ImagePin => ({ kind: 'image', image });
const dayMs = 24 * 3600 * 1000;

const request = (image: string, given: Partial<ResolveRequest<ImagePin>> = {}): ResolveRequest<ImagePin> => ({
  server: 'tool',
  runtime: { kind: 'image', image },
  current: null,
  currentTree: null,
  isUpdate: false,
  cooldownMs: 0,
  root: '/w',
  ...given,
});

async function setUp(): Promise<{ mock: MockRegistry; name: string; ctx: Context; newRun: () => Context }> {
  const mock = await mockRegistry();
  mock.add('acme/tool', older, '1.0.0');
  const { ctx } = makeWorld();
  return { mock, name: `${mock.host}/acme/tool`, ctx, newRun: () => ({ ...ctx }) };
}

const asked = ({ requests }: MockRegistry): readonly string[] =>
  requests.splice(0).map(({ method, url }) => `${method} ${url.replace('/v2/acme/tool/', '')}`);

describe('resolving an image', () => {
  it('pins the scalar as written with the digest of the index, whose bytes were hashed', async () => {
    const { mock, name, ctx } = await setUp();
    const found = await ociResolver.resolve(request(`${name}:1.0.0`), ctx);
    expect(found).toEqual<Resolution>({
      pin: pinOf(`${name}:1.0.0@${digestOf(older)}`),
      tree: null,
      findings: [],
    });
    expect(asked(mock)).toEqual(['HEAD manifests/1.0.0', `GET manifests/${digestOf(older)}`]);
  });

  it('refuses a digest that the bytes do not have, and a tag that is not there', async () => {
    const { mock, name, ctx } = await setUp();
    const lied = content('x', 'lied').digest;
    mock.lie = (_, response) => {
      response.setHeader('content-type', older.index.mediaType).setHeader('docker-content-digest', lied);
      response.setHeader('content-length', older.index.size).end(older.index.bytes);
      return true;
    };
    await expect(ociResolver.resolve(request(`${name}:1.0.0`), ctx)).rejects.toMatchObject({
      code: 'RESOLVE_INTEGRITY',
      message: expect.stringContaining(`should be ${lied} and is ${digestOf(older)}`),
    });
    mock.lie = null;
    await expect(ociResolver.resolve(request(`${name}:9`), ctx)).rejects.toMatchObject({
      code: 'RESOLVE_NOT_FOUND',
      message: `"${mock.host}" has no "acme/tool:9"`,
    });
  });

  it('takes a single manifest as well, and says that no tag is latest', async () => {
    const { mock, name, ctx } = await setUp();
    const single = makeImage();
    mock.add('acme/tool', single, 'latest');
    const found = await ociResolver.resolve(request(name), ctx);
    expect(found.pin).toEqual(pinOf(`${name}@${single.manifest.digest}`));
    expect(found.findings).toMatchObject([
      { code: 'RESOLVE_TAG_ASSUMED', severity: 'info', message: expect.stringContaining(`"${name}:latest"`) },
    ]);
    const again = await ociResolver.resolve(request(name, { current: found.pin }), ctx);
    expect(again).toMatchObject({ pin: found.pin, findings: [] });
  });

  it('asks one HEAD for what is pinned already, and keeps the pin with its signer', async () => {
    const { mock, name, newRun } = await setUp();
    const current = { ...pinOf(`${name}:1.0.0@${digestOf(older)}`), signer: { issuer: 'i', identity: 'me' } };
    const same = request(`${name}:1.0.0`, { current });
    expect((await ociResolver.resolve(same, newRun())).pin).toBe(current);
    expect((await ociResolver.resolve({ ...same, isUpdate: true }, newRun())).pin).toBe(current);
    expect(asked(mock)).toEqual(['HEAD manifests/1.0.0', 'HEAD manifests/1.0.0']);
  });

  it('tells that a tag has moved or is gone, and moves only with --update', async () => {
    const { mock, name, newRun } = await setUp();
    const current = pinOf(`${name}:1.0.0@${digestOf(older)}`);
    mock.add('acme/tool', newer, '1.0.0');
    const kept = await ociResolver.resolve(request(`${name}:1.0.0`, { current }), newRun());
    expect(kept).toMatchObject({
      pin: current,
      findings: [
        {
          code: 'RESOLVE_TAG_MOVED',
          severity: 'info',
          message: `the tag of "${name}:1.0.0" stands for ${shortDigest(digestOf(newer))} by now; the lock stays at ${shortDigest(digestOf(older))}`,
        },
      ],
    });
    expect(asked(mock)).toEqual(['HEAD manifests/1.0.0']);
    const moved = await ociResolver.resolve(request(`${name}:1.0.0`, { current, isUpdate: true }), newRun());
    expect(moved).toMatchObject({ pin: pinOf(`${name}:1.0.0@${digestOf(newer)}`), findings: [] });
    mock.lie = (_, response) => {
      response.writeHead(404).end();
      return true;
    };
    const gone = await ociResolver.resolve(request(`${name}:1.0.0`, { current }), newRun());
    expect(gone).toMatchObject({ pin: current, findings: [{ code: 'RESOLVE_TAG_MOVED' }] });
    const update = ociResolver.resolve(request(`${name}:1.0.0`, { current, isUpdate: true }), newRun());
    await expect(update).rejects.toMatchObject({ code: 'RESOLVE_NOT_FOUND' });
  });

  it('answers anew when the manifest asks for another tag or name', async () => {
    const { mock, name, ctx } = await setUp();
    mock.add('acme/tool', newer, '1.1.0');
    for (const other of [`${name}:1.0.0`, `${name}2:1.1.0`, name]) {
      const current = pinOf(`${other}@${digestOf(older)}`);
      const found = await ociResolver.resolve(request(`${name}:1.1.0`, { current }), ctx);
      expect(found.pin).toEqual(pinOf(`${name}:1.1.0@${digestOf(newer)}`));
    }
  });

  it('leaves a tag that moved less than the cooldown ago', async () => {
    const { mock, name, newRun } = await setUp();
    const current = pinOf(`${name}:1.0.0@${digestOf(older)}`);
    mock.add('acme/tool', newer, '1.0.0');
    const update = request(`${name}:1.0.0`, { current, isUpdate: true });
    const young = await ociResolver.resolve({ ...update, cooldownMs: 7 * dayMs }, newRun());
    expect(young).toMatchObject({ pin: current, findings: [{ code: 'RESOLVE_TAG_MOVED' }] });
    const old = await ociResolver.resolve({ ...update, cooldownMs: dayMs }, newRun());
    expect(old.pin).toEqual(pinOf(`${name}:1.0.0@${digestOf(newer)}`));
  });

  it('keeps a digest that the manifest has, once the registry has it too', async () => {
    const { mock, name, newRun } = await setUp();
    mock.add('acme/tool', newer, '1.0.0');
    const written = `${name}:1.0.0@${digestOf(older)}`;
    const found = await ociResolver.resolve(request(written), newRun());
    expect(found).toMatchObject({ pin: pinOf(written), findings: [] });
    expect(asked(mock)).toEqual([`GET manifests/${digestOf(older)}`]);
    const again = await ociResolver.resolve(request(written, { current: found.pin }), newRun());
    expect(again.pin).toBe(found.pin);
    expect(asked(mock)).toEqual([`HEAD manifests/${digestOf(older)}`]);
    const unknown = `${name}:1.0.0@${content('x', 'unknown').digest}`;
    for (const current of [null, pinOf(unknown)]) {
      const missing = ociResolver.resolve(request(unknown, { current }), newRun());
      await expect(missing).rejects.toMatchObject({ code: 'RESOLVE_NOT_FOUND' });
    }
  });
});

describe('checking a pin', () => {
  const check = (image: string, ctx: Context) =>
    ociResolver.check({ server: 'tool', pin: pinOf(image), tree: null, root: '/w' }, ctx);

  it('finds nothing when it is true, a note when the tag moved, an error when the content is gone', async () => {
    const { mock, name, ctx } = await setUp();
    const image = `${name}:1.0.0@${digestOf(older)}`;
    expect(await check(image, ctx)).toEqual([]);
    expect(mock.requests.every(({ method }) => method === 'HEAD')).toBe(true);
    mock.add('acme/tool', newer, '1.0.0');
    expect(await check(image, ctx)).toMatchObject([{ code: 'RESOLVE_TAG_MOVED', severity: 'info' }]);
    const { digest } = content('x', 'unknown');
    expect(await check(`${name}:1.0.0@${digest}`, ctx)).toMatchObject([
      { code: 'RESOLVE_NOT_FOUND', severity: 'error', message: expect.stringContaining(digest) },
    ]);
  });
});

describe('what else there is', () => {
  it('is a tag that moved and the newest of the same shape, with their ages', async () => {
    const { mock, name, newRun } = await setUp();
    mock.add('acme/tool', newer, '1.2.0');
    mock.add('acme/tool', makeIndex({ seed: 'b', created: '2025-07-01T00:00:00Z' }), '1.1.0');
    mock.add('acme/tool', makeIndex({ seed: 'c' }), '2.0.0-rc.1');
    const current = pinOf(`${name}:1.0.0@${digestOf(older)}`);
    const ask = (cooldownMs: number) =>
      ociResolver.releases(request(`${name}:1.0.0`, { current, cooldownMs }), newRun());
    const now = { version: `1.0.0@${shortDigest(digestOf(older))}`, publishedAt: '2025-06-01T00:00:00.000Z' };
    const latest = {
      version: `1.2.0@${shortDigest(digestOf(newer))}`,
      publishedAt: '2025-12-30T00:00:00.000Z',
    };
    expect(await ask(0)).toEqual({ current: now, wanted: null, latest });
    expect(await ask(7 * dayMs)).toMatchObject({ latest: { publishedAt: '2025-07-01T00:00:00.000Z' } });
    expect(await ask(300 * dayMs)).toMatchObject({ latest: null });
    mock.add('acme/tool', newer, '1.0.0');
    const moved = { ...latest, version: `1.0.0@${shortDigest(digestOf(newer))}` };
    expect(await ask(0)).toEqual({ current: now, wanted: moved, latest });
    expect(await ask(7 * dayMs)).toMatchObject({ wanted: null });
  });

  it('is not a moved tag when the manifest has the digest, and nothing newer without a list', async () => {
    const { mock, name, newRun } = await setUp();
    mock.add('acme/tool', newer, '1.0.0');
    mock.lie = ({ url }, response) => {
      if (!url.includes('/tags/')) return false;
      response.writeHead(403).end();
      return true;
    };
    const found = await ociResolver.releases(request(`${name}:1.0.0@${digestOf(older)}`), newRun());
    expect(found).toMatchObject({
      current: { version: `1.0.0@${shortDigest(digestOf(older))}` },
      wanted: null,
      latest: null,
    });
  });

  it('has no age where the image does not say one that can be', async () => {
    const { mock, name, newRun } = await setUp();
    for (const [tag, created] of Object.entries({
      '1.0.1': '1970-01-01T00:00:00Z',
      '1.0.2': '0001-01-01T00:00:00Z',
      '1.0.3': 'soon',
    })) {
      mock.add('acme/tool', makeIndex({ seed: tag, created }), tag);
      const found = await ociResolver.releases(request(`${name}:${tag}`), newRun());
      expect(found.current.publishedAt).toBeNull();
    }
  });
});
