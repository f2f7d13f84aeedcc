import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { npmResolver } from '../../../src/resolve/npm/resolver.ts';
import { type NpmRegistry, npmRegistry } from '../../support/npm-registry.ts';
import { type Home, throwawayHome } from '../../support/throwaway-home.ts';
import { npmContext, requestFor, resolveNpm } from './world.ts';

let home: Home;
let registry: NpmRegistry;

beforeEach(async () => {
  home = await throwawayHome();
  registry = await npmRegistry();
  registry.publish({ name: 'server', version: '1.0.0' });
});

afterEach(async () => {
  await registry.close();
  await home.remove();
});

describe('what there is beside the locked release', () => {
  it('is what the manifest allows, and the newest there is, with their ages', async () => {
    registry.publish({ name: 'server', version: '1.4.0', at: '2026-01-02T03:04:05.678000+00:00' });
    registry.publish({ name: 'server', version: '2.0.0', at: '2026-02-01T00:00:00Z' });
    registry.publish({ name: 'server', version: '3.0.0-rc.1', tag: 'next', at: '2026-03-01T00:00:00Z' });
    const ctx = await npmContext(home, [`registry=${registry.url}`]);
    const { pin, tree } = await resolveNpm('server@~1.0', ctx);
    const found = await npmResolver.releases(
      requestFor('server@^1', { current: pin, currentTree: tree }),
      ctx,
    );
    expect(found).toEqual({
      current: { version: '1.0.0', publishedAt: '2020-01-01T00:00:00.000Z' },
      wanted: { version: '1.4.0', publishedAt: '2026-01-02T03:04:05.678Z' },
      latest: { version: '2.0.0', publishedAt: '2026-02-01T00:00:00.000Z' },
    });
    expect(await npmResolver.releases(requestFor('server@next', { current: pin }), ctx)).toMatchObject({
      wanted: { version: '3.0.0-rc.1' },
    });
    registry.forgetTimes('server');
    const fresh = await npmContext(home, [`registry=${registry.url}`]);
    expect(await npmResolver.releases(requestFor('server'), fresh)).toEqual({
      current: { version: '2.0.0', publishedAt: null },
      wanted: null,
      latest: null,
    });
  });
});

describe('a check', () => {
  it('finds a release that is gone, or has another content', async () => {
    const run = () => npmContext(home, [`registry=${registry.url}`]);
    const { pin, tree } = await resolveNpm('server', await run());
    const check = async () => await npmResolver.check({ server: 'files', root: '/', pin, tree }, await run());
    expect(await check()).toEqual([]);
    const integrity = `sha512-${'A'.repeat(86)}==`;
    registry.amend('server', '1.0.0', (release) => ({ ...release, dist: { ...release.dist, integrity } }));
    expect(await check()).toMatchObject([
      {
        code: 'RESOLVE_INTEGRITY',
        severity: 'error',
        message:
          `server "files": "npm:server@1.0.0" is locked with the integrity ${pin.integrity}, ` +
          `and the registry says ${integrity}`,
      },
    ]);
    registry.unpublish('server');
    registry.publish({ name: 'server', version: '2.0.0' });
    expect(await check()).toMatchObject([{ code: 'RESOLVE_NOT_FOUND', severity: 'error' }]);
    registry.unpublish('server');
    await expect(check()).rejects.toMatchObject({ code: 'RESOLVE_NOT_FOUND' });
  });
});
