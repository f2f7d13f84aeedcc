import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRegistry } from '../../../src/resolve/oci/open-registry.ts';
import { type Certificates, makeCertificates } from '../../support/certificates.ts';
import { descriptorOf, makeImage } from '../../support/registry-images.ts';
import type { MockRegistry } from '../../support/registry-mock.ts';
import { challenging, givingTokens, login, redirecting, wantingPassword } from './lies.ts';
import { collect, makeWorld, mockRegistry, type WorldOptions } from './world.ts';

const image = makeImage();
const { layers } = image;
const layer = layers[0] as (typeof layers)[number];

describe('https', () => {
  let folder: string;
  let certificates: Certificates;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mcpform-tls-'));
    certificates = await makeCertificates(folder);
  });
  afterAll(() => rm(folder, { recursive: true }));

  const trusting = (registry: MockRegistry): WorldOptions => ({
    logins: { [registry.host]: login },
    registries: { [registry.host]: { ca: '/ca.pem' } },
    tree: { '/ca.pem': certificates.authority },
  });

  it('does not lead to http: not by a redirect, a realm or a place to upload to', async () => {
    const [registry, plain] = [await mockRegistry({ certificates }), await mockRegistry()];
    plain.add('x', image, '1');
    plain.lie = ({ url }, response) =>
      url.startsWith('/token') ? givingTokens({} as never, response) : false;
    const { ctx } = makeWorld(trusting(registry));
    const opened = await openRegistry(registry.host, ctx);
    const refused = { code: 'RESOLVE_INSECURE' };
    registry.lie = redirecting(/blobs/, `${plain.url}/v2/x/blobs/${layer.digest}`);
    await expect(collect(opened.streamBlob('x', layer))).rejects.toMatchObject(refused);
    registry.lie = challenging(`${plain.url}/token`);
    await expect(opened.resolve('x', '1')).rejects.toMatchObject(refused);
    registry.lie = (_, response) => {
      response.writeHead(202, { location: `http://${registry.host}/v2/x/blobs/uploads/1` }).end();
      return true;
    };
    const nothing = (async function* (): AsyncGenerator<Uint8Array> {})();
    await expect(opened.uploadBlob('x', layer, nothing)).rejects.toMatchObject(refused);
    expect(plain.requests).toEqual([]);
  });

  it('is not left because a registry that has an authority does not answer it', async () => {
    const plain = await mockRegistry();
    plain.add('x', image, '1');
    const { ctx } = makeWorld(trusting(plain));
    const opened = await openRegistry(plain.host, ctx);
    await expect(opened.resolve('x', '1')).rejects.toMatchObject({ code: 'RESOLVE_UNAVAILABLE' });
    expect(plain.requests).toEqual([]);
  });

  it('is taken as it is, signed by anybody, for a registry on this machine, as Docker does', async () => {
    const registry = await mockRegistry({ certificates });
    registry.add('x', image, '1');
    const opened = await openRegistry(registry.host, makeWorld().ctx);
    expect(await opened.resolve('x', '1')).toEqual(descriptorOf(image.manifest));
    registry.lie = (request, response) => wantingPassword(request, response);
    const { ctx } = makeWorld({ logins: { [registry.host]: login } });
    expect(await (await openRegistry(registry.host, ctx)).resolve('x', '1')).not.toBeNull();
  });

  it('stays the only way to a registry that is not on this machine', async () => {
    const asked: string[] = [];
    const network = {
      request: async ({ url }: { url: string }) => {
        asked.push(url);
        throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
      },
    };
    const { ctx } = makeWorld({ network });
    const opened = await openRegistry('registry.test', ctx);
    await expect(opened.resolve('x', '1')).rejects.toMatchObject({ code: 'RESOLVE_UNAVAILABLE' });
    expect(asked).toEqual(['https://registry.test/v2/x/manifests/1']);
  });
});
