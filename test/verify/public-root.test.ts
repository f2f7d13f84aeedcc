import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../../src/model/context.ts';
import type { Json } from '../../src/model/json.ts';
import { realSystem } from '../../src/system/real.ts';
import { fetchTrustedRoot, openSigstore } from '../../src/verify/client.ts';
import { rememberedRoot } from '../../src/verify/public-root.ts';
import { contextOver } from '../providers/claude-code/world.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';
import { MockRegistry } from './mock-registry.ts';
import { type LocalSigstore, localSigstore } from './sigstore.ts';
import { type Flaw, tufRepository } from './tuf-repository.ts';
import { ask, byIdentity, cosignStatement } from './world.ts';

let sigstore: LocalSigstore;
let home: Home;
let mirror: Server | undefined;
beforeAll(async () => {
  sigstore = await localSigstore();
});
beforeEach(async () => {
  home = await throwawayHome();
});
afterEach(async () => {
  await stop();
  await home.remove();
});

async function stop(): Promise<void> {
  const server = mirror;
  mirror = undefined;
  if (server === undefined) return;
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
}

/** A TUF mirror on loopback, and how to ask it with the root that a person got by other means. */
async function serve(flaw: Flaw = {}): Promise<() => Promise<Json>> {
  const files = tufRepository(sigstore.trustedRoot, flaw);
  const rootPath = join(home.folder, 'root.json');
  writeFileSync(rootPath, files['root.json'] as string);
  const server = createServer((request, response) => {
    const file = files[(request.url ?? '').slice(1)];
    response.writeHead(file === undefined ? 404 : 200).end(file);
  });
  mirror = server;
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return () => fetchTrustedRoot({ mirror: { url, rootPath }, cachePath: join(home.folder, 'tuf') });
}

describe('a trusted root through TUF', () => {
  it('is fetched, and then had without the network', async () => {
    const fetchRoot = await serve();
    const root = await fetchRoot();
    expect(() => openSigstore(root, { isComplete: true })).not.toThrow();
    await stop();
    expect(await fetchRoot()).toEqual(root);
  });

  it.each<[string, Flaw]>([
    ['whose targets somebody else signed', { isForged: true }],
    ['whose target is not the one that is signed', { served: '{}' }],
    ['that has expired', { expires: '2020-01-01T00:00:00Z' }],
  ])('is refused from a mirror %s', async (_, flaw) => {
    const fetchRoot = await serve(flaw);
    await expect(fetchRoot()).rejects.toThrow();
  });

  it('is not had from a mirror that is gone', async () => {
    const fetchRoot = await serve();
    await stop();
    await expect(fetchRoot()).rejects.toThrow();
  });
});

describe('an identity that the public Sigstore judges', () => {
  const required = { ...byIdentity(), trustedRoot: null };

  async function verdict(ctx: Context): Promise<string> {
    const registry = new MockRegistry();
    const digest = registry.push({ schemaVersion: 2, manifests: [] });
    registry.attach(await sigstore.attest(cosignStatement(digest)));
    return ask({ registry, digest, requirements: [required] }, ctx);
  }

  it('is judged by what the library fetched before, all at once', async () => {
    const { ctx } = contextOver(realSystem(), home.folder);
    // As the library leaves it: its cache is named after the mirror.
    const cache = join(ctx.folders.cache, 'sigstore', 'tuf-repo-cdn.sigstore.dev');
    for (const [name, text] of Object.entries(tufRepository(sigstore.trustedRoot))) {
      mkdirSync(dirname(join(cache, name)), { recursive: true });
      writeFileSync(join(cache, name), text);
    }
    const found = await Promise.all([verdict(ctx), verdict(ctx), verdict(ctx)]);
    expect(found).toEqual(new Array(3).fill(expect.stringMatching(/^signed by /)));
    expect(await rememberedRoot(ctx)).toMatch(/^sha256:/);
  });

  it('is not judged at all when no root can be had', async () => {
    const { ctx } = contextOver(realSystem(), home.folder);
    const folders = { ...ctx.folders, cache: '/dev/null/mcpform' };
    expect(await verdict({ ...ctx, folders })).toMatch(
      /^VERIFY_TRUST_UNAVAILABLE: the trusted root of the public Sigstore cannot be had: /,
    );
  });
});
