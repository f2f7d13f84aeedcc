import { describe, expect, it } from 'vitest';
import { openRegistry } from '../../../src/resolve/oci/open-registry.ts';
import { makeImage } from '../../support/registry-images.ts';
import { basic, challenging, credentialsIn, givingTokens, login } from './lies.ts';
import { makeWorld, mockRegistry } from './world.ts';

const image = makeImage();

describe('a realm on another host', () => {
  it('gets no credentials, and is asked for what everybody may have', async () => {
    const [registry, other] = [await mockRegistry(), await mockRegistry({ name: 'localhost' })];
    registry.add('x', image, '1');
    registry.lie = challenging(`${other.url}/token`);
    other.lie = givingTokens;
    const { ctx } = makeWorld({ logins: { [registry.host]: login } });
    const found = await (await openRegistry(registry.host, ctx)).resolve('x', '1');
    expect(found?.digest).toBe(image.manifest.digest);
    expect(other.requests.filter(({ url }) => url.startsWith('/token'))).toHaveLength(1);
    expect(credentialsIn(other)).toEqual([]);
  });

  it('that gives nothing to nobody is named, with the way to configure it', async () => {
    const [registry, other] = [await mockRegistry(), await mockRegistry({ name: 'localhost' })];
    registry.lie = challenging(`${other.url}/token`);
    other.lie = (_, response) => {
      response.writeHead(401).end();
      return true;
    };
    const { ctx } = makeWorld({ logins: { [registry.host]: login } });
    const opened = await openRegistry(registry.host, ctx);
    await expect(opened.resolve('x', '1')).rejects.toMatchObject({
      code: 'RESOLVE_DENIED',
      message: `"${other.host}" gives out no token for "${registry.host}"`,
      hint: expect.stringContaining(`your credentials were not sent to "${other.host}"`),
    });
    expect(credentialsIn(other)).toEqual([]);
  });

  it('gets them when the machine is configured so', async () => {
    const [registry, other] = [await mockRegistry(), await mockRegistry({ name: 'localhost' })];
    registry.add('x', image, '1');
    registry.lie = challenging(`${other.url}/token?tenant=a`);
    other.lie = givingTokens;
    const registries = { [registry.host]: { realms: [other.host] } };
    const { ctx } = makeWorld({ logins: { [registry.host]: login }, registries });
    await (await openRegistry(registry.host, ctx)).resolve('x', '1');
    const [asked] = other.requests.filter(({ url }) => url.startsWith('/token'));
    expect(asked?.headers.authorization).toBe(basic);
    expect(Object.fromEntries(new URL(asked?.url ?? '', other.url).searchParams)).toEqual({
      tenant: 'a',
      service: 'mock',
      scope: 'repository:x:pull',
      account: 'ann',
    });
  });

  it('and one on the own host is taken for the registry itself', async () => {
    const [registry, other] = [await mockRegistry(), await mockRegistry()];
    registry.add('x', image, '1');
    registry.lie = challenging(`${other.url}/token`);
    other.lie = givingTokens;
    const { ctx } = makeWorld({ logins: { [registry.host]: login } });
    await (await openRegistry(registry.host, ctx)).resolve('x', '1');
    expect(other.requests.at(-1)?.headers.authorization).toBe(basic);
  });

  it.each(['http://169.254.169.254/token', 'http://[fe80::1]/token', 'ftp://127.0.0.1/', 'not a url'])(
    'is not asked at %s',
    async (realm) => {
      const registry = await mockRegistry();
      registry.lie = challenging(realm);
      const { ctx } = makeWorld({ logins: { [registry.host]: login } });
      const opened = await openRegistry(registry.host, ctx);
      await expect(opened.resolve('x', '1')).rejects.toMatchObject({
        code: realm === 'not a url' ? 'RESOLVE_PROTOCOL' : 'RESOLVE_INSECURE',
      });
    },
  );

  it('is not asked at a metadata address over https either', async () => {
    const registry = await mockRegistry();
    registry.lie = challenging('https://169.254.169.254/token');
    const { ctx } = makeWorld({ logins: { [registry.host]: login } });
    const opened = await openRegistry(registry.host, ctx);
    await expect(opened.resolve('x', '1')).rejects.toMatchObject({
      code: 'RESOLVE_INSECURE',
      message: '"169.254.169.254" has a link-local or metadata address',
    });
  });
});
