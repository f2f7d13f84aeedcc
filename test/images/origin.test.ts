import { describe, expect, it } from 'vitest';
import { openOrigin, openRegistry } from '../../src/resolve/oci/open-registry.ts';
import { makeWorld, mockRegistry } from '../resolve/oci/world.ts';
import { makeImage } from '../support/registry-images.ts';

const image = makeImage();

describe('the registry itself', () => {
  it('is asked what it has, whatever its mirrors have: a copy must not believe them', async () => {
    const [origin, mirror] = [await mockRegistry(), await mockRegistry()];
    mirror.add('x', image, '1');
    const { ctx } = makeWorld({ registries: { [origin.host]: { mirrors: [mirror.url], mirrorTags: true } } });
    const { digest } = image.manifest;
    expect(await (await openRegistry(origin.host, ctx)).resolve('x', digest)).not.toBeNull();
    const asked = mirror.requests.length;
    const registry = await openOrigin(origin.host, ctx);
    expect(await registry.resolve('x', digest)).toBeNull();
    expect(await registry.resolve('x', '1')).toBeNull();
    await expect(registry.manifest('x', digest)).rejects.toMatchObject({ code: 'RESOLVE_NOT_FOUND' });
    expect(mirror.requests).toHaveLength(asked);
  });
});
