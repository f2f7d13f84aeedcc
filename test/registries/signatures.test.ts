import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../../src/model/json.ts';
import type { Requirement } from '../../src/policy/policy.ts';
import { openRegistry } from '../../src/resolve/oci/open-registry.ts';
import { verifyPin } from '../../src/verify/verify-pin.ts';
import { type RealRegistry, type RegistryMode, startRegistry } from '../support/registry.ts';
import { type RegistryHome, registryHome } from '../support/registry-home.ts';
import { content, makeIndex, pushIndex, putBlob, putManifest } from '../support/registry-images.ts';
import { BUNDLE, SIMPLE_SIGNING } from '../verify/mock-registry.ts';
import { IDENTITY, ISSUER, type LocalSigstore, localSigstore } from '../verify/sigstore.ts';
import { cosignStatement, inWords, simpleSigning } from '../verify/world.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const SIGNED = `signed by ${IDENTITY} of ${ISSUER}`;

let sigstore: LocalSigstore;
beforeAll(async () => {
  sigstore = await localSigstore();
});

const homes: RegistryHome[] = [];
afterEach(async () => {
  await Promise.all(homes.splice(0).map((home) => home.remove()));
});

/** As cosign 3 stores bundles where there is no referrers API: an index under a tag made of the digest. */
async function attach(server: RealRegistry, digest: string, bundles: readonly Json[]): Promise<void> {
  const empty = content('application/vnd.oci.empty.v1+json', '{}');
  await putBlob(server, 'acme/tool', empty);
  const listed = [];
  for (const bundle of bundles) {
    const blob = content(BUNDLE, JSON.stringify(bundle));
    await putBlob(server, 'acme/tool', blob);
    const manifest = content(MANIFEST, {
      schemaVersion: 2,
      mediaType: MANIFEST,
      artifactType: BUNDLE,
      config: descriptorOf(empty),
      layers: [descriptorOf(blob)],
      subject: { mediaType: INDEX, digest, size: 1 },
    });
    await putManifest(server, 'acme/tool', manifest, manifest.digest);
    listed.push({ ...descriptorOf(manifest), artifactType: BUNDLE });
  }
  const index = content(INDEX, { schemaVersion: 2, mediaType: INDEX, manifests: listed });
  await putManifest(server, 'acme/tool', index, digest.replace(':', '-'));
}

/** As cosign stored signatures before there were bundles. */
async function tag(server: RealRegistry, digest: string, payloads: readonly Buffer[]): Promise<void> {
  const config = content('application/vnd.oci.image.config.v1+json', { architecture: '', os: '' });
  await putBlob(server, 'acme/tool', config);
  const layers = [];
  for (const payload of payloads) {
    const blob = content(SIMPLE_SIGNING, payload);
    await putBlob(server, 'acme/tool', blob);
    layers.push({ ...descriptorOf(blob), annotations: await sigstore.annotate(payload) });
  }
  const manifest = content(MANIFEST, {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: descriptorOf(config),
    layers,
  });
  await putManifest(server, 'acme/tool', manifest, `${digest.replace(':', '-')}.sig`);
}

function descriptorOf({ mediaType, digest, size }: { mediaType: string; digest: string; size: number }) {
  return { mediaType, digest, size };
}

type Ask = (digest: string, options?: { readonly isOffline: boolean }) => Promise<string>;

/** A machine whose policy demands our signer, and what it says of a digest in each of its runs. */
async function machine(server: RealRegistry): Promise<Ask> {
  const home = await registryHome({
    logins: server.credentials === null ? [] : [{ registry: server }],
    trusted: server.certificates === null ? [] : [server],
  });
  homes.push(home);
  const [policy, root] = ['policy.yaml', 'root.json'].map((name) => join(home.folder, 'machine', name)) as [
    string,
    string,
  ];
  await mkdir(join(home.folder, 'machine'));
  await writeFile(policy, '');
  await writeFile(root, JSON.stringify(sigstore.trustedRoot));
  await chmod(root, 0o644);
  const demand: Requirement = {
    pattern: '*',
    file: policy,
    oneOf: [{ kind: 'identity', issuer: ISSUER, identity: 'https://github.com/acme/*@refs/tags/*' }],
    trustedRoot: root,
  };
  return (digest, { isOffline } = { isOffline: false }) => {
    const ctx = home.newRun();
    const question = {
      pin: { kind: 'image', image: `${server.host}/acme/tool:1@${digest}` } as const,
      requirements: [demand],
      known: null,
      sigstore: { trustedRoot: null, file: '' },
      registryOf: (host: string) =>
        isOffline ? Promise.reject(new Error('nobody should ask')) : openRegistry(host, ctx),
      npmEvidence: () => Promise.reject(new Error('an image is no package')),
    };
    return inWords(verifyPin(question, ctx));
  };
}

describe.each<RegistryMode>(['plain', 'tls', 'token'])('images in a real registry, %s', (mode) => {
  let server: RealRegistry;
  beforeAll(async () => {
    server = await startRegistry(mode);
  });
  afterAll(() => server.stop());

  /** The digest of an image that nobody else has. */
  const push = (seed: string): Promise<string> => pushIndex(server, 'acme/tool', makeIndex({ seed }), seed);

  it('are signed by a bundle among their referrers, and then without asking', async () => {
    const digest = await push('bundled');
    const bad = await sigstore.attest(cosignStatement(await push('another')));
    await attach(server, digest, [bad, await sigstore.attest(cosignStatement(digest))]);
    const ask = await machine(server);
    expect(await ask(digest)).toBe(SIGNED);
    expect(await ask(digest, { isOffline: true })).toBe(SIGNED);
  });

  it('are signed by a layer under the older tag', async () => {
    const digest = await push('tagged');
    await tag(server, digest, [simpleSigning(await push('another')), simpleSigning(digest)]);
    const ask = await machine(server);
    expect(await ask(digest)).toBe(SIGNED);
  });

  it('are not signed by what was made for others, or by nothing', async () => {
    const digest = await push('unsigned');
    const ask = await machine(server);
    expect(await ask(digest)).toMatch(
      /^VERIFY_UNSIGNED: "127\.0\.0\.1:\d+\/acme\/tool:1@sha256:[0-9a-f]{64}" is not signed/,
    );
    await attach(server, digest, [await sigstore.attest(cosignStatement(await push('another')))]);
    await tag(server, digest, [simpleSigning(await push('another'))]);
    const found = await ask(digest);
    expect(found).toMatch(
      /^VERIFY_UNTRUSTED: .* its statement is about something else; .* it is a signature of another image$/,
    );
  });
});
