import { sign } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { base64, digestOf, ecKeys, pemOf } from './keys.ts';
import { MockRegistry, SIMPLE_SIGNING } from './mock-registry.ts';
import { IDENTITY, ISSUER, type LocalSigstore, localSigstore, type Signing } from './sigstore.ts';
import { ask, byIdentity, byKey, KEY, ROOT, simpleSigning, world } from './world.ts';

let sigstore: LocalSigstore;
beforeAll(async () => {
  sigstore = await localSigstore();
});

const SIGNED = `signed by ${IDENTITY} of ${ISSUER}`;
const OTHER = digestOf('another image');
type Layer = { readonly payload: Uint8Array; readonly annotations: Record<string, string> };

async function verdict(
  layers: (digest: string) => Promise<readonly Layer[]>,
  { requirement = byIdentity(), key = '' } = {},
): Promise<string> {
  const registry = new MockRegistry();
  const digest = registry.push({ schemaVersion: 2, manifests: [] });
  registry.tagSignatures(digest, await layers(digest));
  const { ctx } = world({ [ROOT]: sigstore.trustedRoot, [KEY]: key });
  return ask({ registry, digest, requirements: [requirement] }, ctx);
}

async function layer(payload: Buffer, signing: Signing = {}): Promise<Layer> {
  return { payload, annotations: await sigstore.annotate(payload, signing) };
}

describe('an image with layers under the older tag is signed', () => {
  it.each<[string, Signing]>([
    ['with a signed time of the log', {}],
    ['with a timestamp beside it', { isTimestamped: true }],
  ])('%s', async (_, signing) => {
    expect(await verdict(async (digest) => [await layer(simpleSigning(digest), signing)])).toBe(SIGNED);
  });

  it('whatever the signer called it', async () => {
    const found = await verdict(async (digest) => [await layer(simpleSigning(digest))]);
    expect(simpleSigning(OTHER).toString()).toContain('registry.example.com/another/name');
    expect(found).toBe(SIGNED);
  });

  it('with one good layer among bad ones', async () => {
    const found = await verdict(async (digest) => [
      { payload: simpleSigning(digest), annotations: {} },
      await layer(simpleSigning(OTHER)),
      await layer(simpleSigning(digest)),
    ]);
    expect(found).toBe(SIGNED);
  });

  it('when such layers are among its referrers', async () => {
    const registry = new MockRegistry();
    const digest = registry.push({ schemaVersion: 2, manifests: [] });
    const { payload, annotations } = await layer(simpleSigning(digest));
    const descriptor = { mediaType: SIMPLE_SIGNING, ...registry.pushBlob(payload), annotations };
    registry.refer(
      registry.push({ schemaVersion: 2, layers: [descriptor] }),
      'application/vnd.dev.cosign.artifact.sig.v1+json',
    );
    const { ctx } = world({ [ROOT]: sigstore.trustedRoot });
    expect(await ask({ registry, digest, requirements: [byIdentity()] }, ctx)).toBe(SIGNED);
  });
});

describe('a layer proves nothing', () => {
  it.each<[string, (digest: string) => Promise<Layer>, RegExp]>([
    ['when it is of another image', () => layer(simpleSigning(OTHER)), /a signature of another image$/],
    [
      'when its payload was swapped',
      async (digest) => ({ ...(await layer(simpleSigning(OTHER))), payload: simpleSigning(digest) }),
      /mismatch$/,
    ],
    [
      'when it is of another type',
      (digest) => layer(simpleSigning(digest, 'atomic container signature')),
      /no statement about an image$/,
    ],
    ['when its payload is not JSON', () => layer(Buffer.from('{')), /no statement about an image$/],
    ['when its payload is not UTF-8', () => layer(Buffer.from([0xff])), /no statement about an image$/],
    [
      'when it is of somebody else',
      (digest) => layer(simpleSigning(digest), { identity: 'https://github.com/evil/x@y' }),
      /signed by "https:\/\/github\.com\/evil/,
    ],
    [
      'when it is not in the log',
      (digest) => layer(simpleSigning(digest), { log: 'none', isTimestamped: true }),
      /expected 1 tlog entries, got 0$/,
    ],
    [
      'when no certificate log promised its certificate',
      (digest) => layer(simpleSigning(digest), { isUnpromised: true }),
      /expected 1 SCTs, got 0$/,
    ],
    [
      'when its certificate had expired',
      (digest) => layer(simpleSigning(digest), { at: new Date(sigstore.start.getTime() + 3_600_000) }),
      /Failed to verify certificate chain$/,
    ],
  ])('%s', async (_, make, reason) => {
    const found = await verdict(async (digest) => [await make(digest)]);
    expect(found).toMatch(/^VERIFY_UNTRUSTED/);
    expect(found).toMatch(reason);
  });

  it.each<[string, (annotations: Record<string, string>) => Record<string, string>, RegExp]>([
    ['without a signature', ({ 'dev.cosignproject.cosign/signature': _, ...rest }) => rest, /no signature$/],
    ['without a certificate', ({ 'dev.sigstore.cosign/certificate': _, ...rest }) => rest, /made with a key/],
    [
      'with a log entry that is not JSON',
      (all) => ({ ...all, 'dev.sigstore.cosign/bundle': '{' }),
      /not as cosign/,
    ],
    ['with an empty log entry', (all) => ({ ...all, 'dev.sigstore.cosign/bundle': '{}' }), /not as cosign/],
    [
      'with another’s log entry',
      (all) => ({ ...all, 'dev.sigstore.cosign/bundle': other['dev.sigstore.cosign/bundle'] as string }),
      /mismatch$/,
    ],
    [
      'with a chain of its own',
      (all) => ({ ...all, 'dev.sigstore.cosign/certificate': strange, 'dev.sigstore.cosign/chain': strange }),
      /.+/,
    ],
  ])('%s', async (_, change, reason) => {
    const found = await verdict(async (digest) => {
      const { payload, annotations } = await layer(simpleSigning(digest));
      return [{ payload, annotations: change(annotations) }];
    });
    expect(found).toMatch(/^VERIFY_UNTRUSTED/);
    expect(found).toMatch(reason);
  });

  let other: Record<string, string> = {};
  let strange = '';
  beforeAll(async () => {
    const elsewhere = await localSigstore();
    other = await sigstore.annotate(simpleSigning(OTHER));
    strange = (await elsewhere.annotate(simpleSigning(OTHER)))['dev.sigstore.cosign/certificate'] ?? '';
  });
});

describe('a layer signed with a key', () => {
  const keys = ecKeys();
  const keyed = (payload: Buffer): Layer => ({
    payload,
    annotations: { 'dev.cosignproject.cosign/signature': base64(sign('sha256', payload, keys.privateKey)) },
  });

  it('counts for that key alone', async () => {
    const good = await verdict(async (digest) => [keyed(simpleSigning(digest))], {
      requirement: byKey(),
      key: pemOf(keys.publicKey),
    });
    expect(good).toMatch(/^signed by SHA256:[A-Za-z0-9+/]{43} of key$/);
    const bad = await verdict(async (digest) => [keyed(simpleSigning(digest))], {
      requirement: byKey(),
      key: pemOf(ecKeys().publicKey),
    });
    expect(bad).toMatch(/^VERIFY_UNTRUSTED: .* it was not made with that key$/);
  });

  it('counts for its own image alone', async () => {
    const found = await verdict(async () => [keyed(simpleSigning(OTHER))], {
      requirement: byKey(),
      key: pemOf(keys.publicKey),
    });
    expect(found).toMatch(/^VERIFY_UNTRUSTED: .* it is a signature of another image$/);
  });
});
