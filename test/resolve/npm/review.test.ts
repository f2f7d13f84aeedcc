import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../../../src/model/context.ts';
import { readTree } from '../../../src/resolve/npm/read-tree.ts';
import { type NpmRegistry, npmRegistry } from '../../support/npm-registry.ts';
import { type Home, throwawayHome } from '../../support/throwaway-home.ts';
import { npmContext, resolveNpm } from './world.ts';

let home: Home;
let registry: NpmRegistry;
let ctx: Context;

beforeEach(async () => {
  home = await throwawayHome();
  registry = await npmRegistry();
  ctx = await npmContext(home, [`registry=${registry.url}`]);
});

afterEach(async () => {
  await registry.close();
  await home.remove();
});

describe('what people should know', () => {
  it('is that a release is deprecated, and which packages have install scripts', async () => {
    registry.publish({
      name: 'native',
      version: '2.0.0',
      manifest: { scripts: { install: 'node-gyp rebuild' } },
    });
    registry.publish({
      name: 'server',
      version: '1.0.0',
      manifest: {
        dependencies: { native: '2' },
        deprecated: 'use \n server-2',
        engines: { node: '>=99' },
      },
    });
    const { findings } = await resolveNpm('server', ctx);
    expect(findings).toMatchObject([
      {
        code: 'RESOLVE_DEPRECATED',
        severity: 'warning',
        message: 'server "files": "server@1.0.0" is deprecated: use server-2',
      },
      {
        code: 'RESOLVE_ENGINE',
        severity: 'warning',
        message: `server "files": "server@1.0.0" wants Node >=99.0.0, and this one is ${process.version}`,
      },
      {
        code: 'RESOLVE_SCRIPTS',
        severity: 'info',
        message: 'server "files": "native@2.0.0" would run a script when installed, which mcpform never does',
      },
    ]);
  });
});

describe('servers that are locked at once', () => {
  beforeEach(() => {
    registry.publish({ name: 'common', version: '1.0.0', manifest: { optionalDependencies: { gone: '1' } } });
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      registry.publish({ name, version: '1.0.0', manifest: { dependencies: { common: '1' } } });
    }
  });

  it('ask once for what they have in common', async () => {
    const locked = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => resolveNpm(name, ctx)));
    for (const { tree, findings } of locked) {
      expect([...readTree(tree ?? '').packages.keys()]).toContain('node_modules/common');
      expect(findings).toMatchObject([{ code: 'RESOLVE_OPTIONAL' }]);
    }
    const asked = registry.asked.map(({ path }) => path).filter((path) => path !== 'gone');
    expect(asked.sort()).toEqual(['a', 'b', 'c', 'common', 'd', 'e']);
  });

  it('fail each for the same reason', async () => {
    registry.answer('common', (_, response) => void response.writeHead(403).end('{}'));
    const results = await Promise.allSettled(['a', 'b', 'c'].map((name) => resolveNpm(name, ctx)));
    expect(results).toMatchObject(
      [1, 2, 3].map(() => ({ status: 'rejected', reason: { code: 'RESOLVE_DENIED' } })),
    );
  });
});
