import { describe, expect, it } from 'vitest';
import { content, descriptorOf, makeImage } from '../../support/registry-images.ts';
import { openMock } from './world.ts';

const image = makeImage();
const { manifest, config } = image;

describe('lists', () => {
  it('of tags go on where the registry says', async () => {
    const { registry, mock } = await openMock(image, ({ url }, response) => {
      const last = Number(new URL(url, 'http://x').searchParams.get('last') ?? 0);
      if (last < 3) response.setHeader('link', `</v2/x/tags/list?last=${last + 1}>; rel="next"`);
      response.end(JSON.stringify({ tags: [`t${last}`, 7] }));
      return true;
    });
    expect(await registry.tags('x')).toEqual(['t0', 't1', 't2', 't3']);
    expect(mock.requests).toHaveLength(4);
  });

  it('that never end are given up', async () => {
    const { registry } = await openMock(image, (_, response) => {
      response.setHeader('link', '</v2/x/tags/list?more>; rel="next"').end('{"tags":["t"]}');
      return true;
    });
    await expect(registry.tags('x')).rejects.toMatchObject({ code: 'RESOLVE_PROTOCOL' });
  });

  it('of referrers come from the API, page by page, without those nobody could ask for', async () => {
    const good = { ...descriptorOf(manifest), artifactType: 'application/vnd.test', annotations: { a: 'b' } };
    const { registry } = await openMock(image, ({ url }, response) => {
      if (!url.includes('/referrers/')) return false;
      const isFirst = !url.includes('?');
      if (isFirst) response.setHeader('link', `<${url}?page=2>; rel="next"`);
      response.setHeader('content-type', 'application/vnd.oci.image.index.v1+json');
      const bad = [{ ...good, digest: 'sha256:../../x' }, { ...good, size: -1 }, null, 'x'];
      response.end(JSON.stringify({ manifests: isFirst ? [good, ...bad] : [good] }));
      return true;
    });
    expect(await registry.referrers('x', manifest.digest)).toEqual([good, good]);
  });

  it.each([404, 400, 405, 406, 303])(
    'of referrers come from the tag where the API answers %d',
    async (code) => {
      const mediaType = 'application/vnd.oci.image.index.v1+json';
      const list = content(mediaType, { schemaVersion: 2, mediaType, manifests: [descriptorOf(config)] });
      const { registry, mock } = await openMock(image, ({ url }, response) => {
        if (!url.includes('/referrers/')) return false;
        response.writeHead(code).end();
        return true;
      });
      expect(await registry.referrers('x', manifest.digest)).toEqual([]);
      mock.addManifest('x', list, manifest.digest.replace(':', '-'));
      expect(await registry.referrers('x', manifest.digest)).toEqual([descriptorOf(config)]);
    },
  );

  it('of referrers are not taken from a web page', async () => {
    const { registry } = await openMock(image, ({ url }, response) => {
      if (!url.includes('/referrers/')) return false;
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
      return true;
    });
    expect(await registry.referrers('x', manifest.digest)).toEqual([]);
  });
});
