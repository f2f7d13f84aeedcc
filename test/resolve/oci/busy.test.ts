import { describe, expect, it } from 'vitest';
import { openRegistry } from '../../../src/resolve/oci/open-registry.ts';
import { realNetwork } from '../../../src/system/http/real-network.ts';
import { descriptorOf, makeImage } from '../../support/registry-images.ts';
import type { Lie } from '../../support/registry-mock.ts';
import { answering, first } from './lies.ts';
import { collect, makeWorld, openMock } from './world.ts';

const image = makeImage();
const { manifest, config } = image;

describe('a registry that is busy', () => {
  it('is left alone for as long as it asks, in seconds or until a date', async () => {
    const { registry, sleeps, clock, ctx } = await openMock(
      image,
      first(1, answering(429, { 'retry-after': '7' })),
    );
    expect(await registry.resolve('x', '1')).toEqual(descriptorOf(manifest));
    expect(sleeps).toEqual([7000]);
    const date = new Date(clock.now() + 20_000).toUTCString();
    const other = await openMock(image, first(1, answering(503, { 'retry-after': date })), {
      ctx,
      clock,
      sleeps,
    });
    await other.registry.manifest('x', '1');
    expect(sleeps).toEqual([7000, 20_000]);
  });

  it('is not waited for longer than a minute, and not for ever', async () => {
    const { registry, sleeps, mock } = await openMock(image, answering(429, { 'retry-after': '86400' }));
    await expect(registry.resolve('x', '1')).rejects.toMatchObject({
      code: 'RESOLVE_UNAVAILABLE',
      message: `"${mock.host}" answered 429 5 times`,
    });
    expect(sleeps).toEqual([60_000, 60_000, 60_000, 60_000]);
    expect(mock.requests).toHaveLength(5);
  });

  it.each([500, 502, 503, 504, 408])('with %d is asked again, each time later', async (code) => {
    const { registry, sleeps } = await openMock(image, first(3, answering(code)));
    expect((await registry.manifest('x', '1')).digest).toBe(manifest.digest);
    expect(sleeps).toHaveLength(3);
    for (const [index, pause] of sleeps.entries()) {
      expect(pause).toBeGreaterThanOrEqual(250 * 2 ** index);
      expect(pause).toBeLessThanOrEqual(500 * 2 ** index);
    }
  });

  it('is not asked again for what will not change', async () => {
    for (const code of [400, 403, 404, 405, 418]) {
      const { registry, sleeps } = await openMock(image, answering(code));
      await expect(registry.manifest('x', '1')).rejects.toMatchObject({
        code: code === 404 ? 'RESOLVE_NOT_FOUND' : code === 403 ? 'RESOLVE_DENIED' : 'RESOLVE_PROTOCOL',
      });
      expect(sleeps).toEqual([]);
    }
  });

  it('stops being waited for when the run ends', async () => {
    const given = makeWorld();
    given.clock.holdsSleepers = true;
    const stop = new AbortController();
    const ctx = { ...given.ctx, signal: stop.signal };
    let told: () => void = () => undefined;
    const asked = new Promise<void>((done) => {
      told = done;
    });
    const { registry } = await openMock(
      image,
      (request, response) => {
        told();
        return answering(503)(request, response);
      },
      { ...given, ctx },
    );
    const waiting = registry.resolve('x', '1');
    await asked;
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });
});

describe('a connection that fails', () => {
  it('is made again when it breaks, before the answer or inside it', async () => {
    const breaking: Lie = (_, response) => {
      response.destroy();
      return true;
    };
    const before = await openMock(image, first(2, breaking));
    expect(await before.registry.resolve('x', '1')).not.toBeNull();
    const inside: Lie = (_, response) => {
      response.writeHead(200, { 'content-length': '1000', 'content-type': manifest.mediaType });
      response.write('{', () => response.destroy());
      return true;
    };
    const half = await openMock(image, first(1, inside));
    expect((await half.registry.manifest('x', '1')).digest).toBe(manifest.digest);
    const always = await openMock(image, breaking);
    await expect(always.registry.resolve('x', '1')).rejects.toMatchObject({
      code: 'RESOLVE_UNAVAILABLE',
      message: `"${always.mock.host}" could not be reached 3 times (ECONNRESET)`,
    });
  });

  it('ends when the registry hangs: with the headers, and inside the body', async () => {
    const network = realNetwork({});
    const impatient = {
      request: (request: Parameters<typeof network.request>[0]) =>
        network.request({ ...request, timeoutMs: 100 }),
    };
    const hang: Lie = () => true;
    const slow = await openMock(image, hang, makeWorld({ network: impatient }));
    const tooLong = { code: 'RESOLVE_UNAVAILABLE', message: `"${slow.mock.host}" took too long 2 times` };
    await expect(slow.registry.resolve('x', '1')).rejects.toMatchObject(tooLong);
    slow.mock.lie = (_, response) => {
      response.writeHead(200, { 'content-type': manifest.mediaType }).write('{');
      return true;
    };
    await expect(slow.registry.manifest('x', '1')).rejects.toMatchObject(tooLong);
    await expect(collect(slow.registry.streamBlob('x', config))).rejects.toMatchObject({
      code: 'RESOLVE_UNAVAILABLE',
    });
  });

  it('is not made to what is no address', async () => {
    const registry = await openRegistry('999.999.999.999:5000', makeWorld().ctx);
    await expect(registry.resolve('x', '1')).rejects.toMatchObject({
      code: 'RESOLVE_UNAVAILABLE',
      message: '"999.999.999.999:5000" could not be reached (ERR_INVALID_URL)',
    });
  });

  it('is not tried again where nobody listens', async () => {
    const { mock, registry, sleeps } = await openMock(image, null);
    await mock.close();
    await expect(registry.resolve('x', '1')).rejects.toMatchObject({
      code: 'RESOLVE_UNAVAILABLE',
      message: `"${mock.host}" could not be reached (ECONNREFUSED)`,
    });
    expect(sleeps).toEqual([]);
  });
});
