import { beforeAll, describe, expect, it } from 'vitest';
import { McpformError } from '../../src/model/error.ts';
import type { Json } from '../../src/model/json.ts';
import { MOST_CANDIDATES } from '../../src/verify/find-signatures.ts';
import { BUNDLE, MockRegistry, SIMPLE_SIGNING } from './mock-registry.ts';
import { IDENTITY, ISSUER, type LocalSigstore, localSigstore } from './sigstore.ts';
import { ask, byIdentity, cosignStatement, ROOT, simpleSigning, world } from './world.ts';

let sigstore: LocalSigstore;
beforeAll(async () => {
  sigstore = await localSigstore();
});

const SIGNED = `signed by ${IDENTITY} of ${ISSUER}`;

async function verdict(
  fill: (registry: MockRegistry, digest: string, good: Json) => void | Promise<void>,
  registry = new MockRegistry(),
): Promise<string> {
  const digest = registry.push({ schemaVersion: 2, manifests: [] });
  await fill(registry, digest, await sigstore.attest(cosignStatement(digest)));
  const { ctx } = world({ [ROOT]: sigstore.trustedRoot });
  return ask({ registry, digest, requirements: [byIdentity()] }, ctx);
}

describe('signatures are found among referrers', () => {
  it.each([
    ['of the bundle’s type', BUNDLE],
    ['of an older spelling', 'application/vnd.dev.sigstore.bundle+json;version=0.2'],
    ['listed with the type of an empty config', 'application/vnd.oci.empty.v1+json'],
    ['listed without a type', null],
  ])('%s', async (_, type) => {
    expect(await verdict((registry, __, good) => void registry.attach(good, type))).toBe(SIGNED);
  });

  it('and what is surely something else is never fetched', async () => {
    const registry = new MockRegistry();
    const found = await verdict((_, __, good) => {
      for (const type of ['application/spdx+json', 'application/vnd.cncf.notary.signature'])
        registry.attach(good, type);
    }, registry);
    expect(found).toMatch(/^VERIFY_UNSIGNED/);
    expect(registry.asked).toEqual([
      'referrers',
      expect.stringMatching(/^resolve sha256-[0-9a-f]{64}\.sig$/),
    ]);
  });

  it('by their type first, so that others cost nothing', async () => {
    const registry = new MockRegistry();
    await verdict((_, __, good) => {
      registry.attach({ no: 'bundle' }, null);
      registry.attach(good);
    }, registry);
    expect(registry.asked.filter((each) => each.startsWith('blob'))).toHaveLength(1);
  });

  it('and the tag is asked for only when they are not enough', async () => {
    const registry = new MockRegistry();
    await verdict((_, __, good) => void registry.attach(good), registry);
    expect(registry.asked.some((each) => each.startsWith('resolve'))).toBe(false);
  });

  it('beside some that are gone, too large, or no signatures at all', async () => {
    const found = await verdict((registry, _, good) => {
      registry.refer(`sha256:${'0'.repeat(64)}`);
      const big = registry.pushBlob(Buffer.alloc(4 * 1_048_576 + 1, ' '));
      const lying = { ...big, size: 1 };
      const layers = (...list: Json[]): void => void registry.refer(registry.push({ layers: list }));
      layers({ mediaType: BUNDLE, ...big });
      layers({ mediaType: BUNDLE, ...lying });
      layers({ mediaType: BUNDLE, size: 1 });
      layers({ mediaType: BUNDLE, digest: '../../x', size: 1 });
      layers({ mediaType: BUNDLE, ...registry.pushBlob(Buffer.from('[]')) });
      layers({ mediaType: BUNDLE, ...registry.pushBlob(Buffer.from('{')) });
      layers({ mediaType: SIMPLE_SIGNING, ...registry.pushBlob(Buffer.from('{}')), annotations: [] });
      layers({ mediaType: 'text/plain' }, null, 1, 'x');
      for (const odd of [[], 'x', 1, null, { layers: {} }, { layers: null }])
        registry.refer(registry.push(odd));
      registry.attach(good);
    });
    expect(found).toBe(SIGNED);
  });

  it('and what says that it is too large, or lies nowhere, is never fetched', async () => {
    const registry = new MockRegistry();
    await verdict(() => {
      const big = registry.pushBlob(Buffer.alloc(4 * 1_048_576 + 1, ' '));
      for (const place of [big, { digest: '../../x', size: 1 }, { digest: `${big.digest}/x`, size: 1 }]) {
        registry.refer(registry.push({ layers: [{ mediaType: BUNDLE, ...place }] }));
      }
    }, registry);
    expect(registry.asked.filter((each) => each.startsWith('blob'))).toEqual([]);
  });

  it('whose reasons are told when none is good, a few of them', async () => {
    const found = await verdict((registry) => {
      registry.refer(`sha256:${'0'.repeat(64)}`);
      for (let index = 0; index < 7; index++) registry.attach({ index });
    });
    expect(found).toMatch(/^VERIFY_UNTRUSTED: .*there is no "sha256:0+".*; and 3 more$/);
  });
});

describe('a registry that lists without end', () => {
  it('is asked for a bounded number of manifests', async () => {
    const registry = new MockRegistry();
    const found = await verdict(() => {
      for (let index = 0; index < 10_000; index++)
        registry.refer(`sha256:${String(index).padStart(64, '0')}`);
    }, registry);
    expect(found).toMatch(/^VERIFY_UNTRUSTED/);
    expect(registry.asked.filter((each) => each.startsWith('manifest'))).toHaveLength(MOST_CANDIDATES);
  });

  it('or of layers in one manifest', async () => {
    const registry = new MockRegistry();
    const payload = Buffer.from('{}');
    const layer = { payload, annotations: { 'dev.cosignproject.cosign/signature': 'AAAA' } };
    const found = await verdict(
      (_, digest) => registry.tagSignatures(digest, new Array(1_000).fill(layer)),
      registry,
    );
    expect(found).toMatch(/^VERIFY_UNTRUSTED/);
    expect(registry.asked.filter((each) => each.startsWith('blob')).length).toBeLessThanOrEqual(
      MOST_CANDIDATES + 1,
    );
  });

  it('or of layers in many manifests', async () => {
    const registry = new MockRegistry();
    await verdict(() => {
      const layer = { mediaType: BUNDLE, ...registry.pushBlob(Buffer.from('{}')) };
      for (let index = 0; index < 64; index++) {
        registry.refer(registry.push({ layers: new Array(64).fill(layer), index }));
      }
    }, registry);
    expect(registry.asked.filter((each) => each.startsWith('blob')).length).toBeLessThanOrEqual(
      MOST_CANDIDATES + 1,
    );
  });

  it('or of empty manifests, and the tag is still looked at', async () => {
    const registry = new MockRegistry();
    const found = await verdict(async (_, digest) => {
      for (let index = 0; index < 200; index++) registry.refer(registry.push({ layers: [], index }), null);
      const payload = simpleSigning(digest);
      registry.tagSignatures(digest, [{ payload, annotations: await sigstore.annotate(payload) }]);
    }, registry);
    expect(found).toBe(SIGNED);
    expect(registry.asked.filter((each) => each.startsWith('manifest'))).toHaveLength(MOST_CANDIDATES + 1);
  });
});

describe('a registry that does not answer', () => {
  it.each(['RESOLVE_UNAVAILABLE', 'RESOLVE_DENIED'] as const)('fails as such: %s', async (code) => {
    class Silent extends MockRegistry {
      override async blob(): Promise<never> {
        throw new McpformError(code, 'the registry is silent');
      }
    }
    const found = await verdict((registry, _, good) => void registry.attach(good), new Silent());
    expect(found).toBe(`${code}: the registry is silent`);
  });

  it('and a bug of ours stays one', async () => {
    class Broken extends MockRegistry {
      override async blob(): Promise<never> {
        throw new TypeError('a bug');
      }
    }
    await expect(verdict((registry, _, good) => void registry.attach(good), new Broken())).rejects.toThrow(
      'a bug',
    );
  });
});
