import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../src/model/json.ts';
import type { Requirement } from '../../src/policy/policy.ts';
import { base64, digestOf, ecKeys, type KeyPair, pemOf } from './keys.ts';
import { preAuthEncoding, STATEMENT_TYPE } from './log-entries.ts';
import { MockRegistry } from './mock-registry.ts';
import { IDENTITY, ISSUER, type LocalSigstore, localSigstore } from './sigstore.ts';
import { ask, byIdentity, byKey, cosignStatement, KEY, POLICY, ROOT, requirement, world } from './world.ts';

let sigstore: LocalSigstore;
let own: LocalSigstore;
beforeAll(async () => {
  [sigstore, own] = await Promise.all([localSigstore(), localSigstore()]);
});

const SIGNED = `signed by ${IDENTITY} of ${ISSUER}`;
const EVIL = 'https://github.com/evil/x/.github/workflows/release.yml@refs/tags/v2';

/** A bundle that a bare key made. */
function keyedBundle(
  digest: string,
  { privateKey }: { readonly privateKey: KeyObject },
  payloadType = STATEMENT_TYPE,
): JsonObject {
  const payload = Buffer.from(JSON.stringify(cosignStatement(digest)));
  const hash = privateKey.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  const signature = sign(hash, preAuthEncoding(payload, payloadType), privateKey);
  return {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { publicKey: { hint: 'whatever' }, tlogEntries: [] },
    dsseEnvelope: {
      payloadType,
      payload: base64(payload),
      signatures: [{ sig: base64(signature) }],
    },
  };
}

async function verdict(
  bundles: (digest: string) => Promise<readonly Json[]>,
  requirements: readonly Requirement[],
  files: Readonly<Record<string, string | JsonObject>> = {},
): Promise<string> {
  const registry = new MockRegistry();
  const digest = registry.push({ schemaVersion: 2, manifests: [] });
  for (const bundle of await bundles(digest)) registry.attach(bundle);
  const { ctx } = world({ [ROOT]: sigstore.trustedRoot, ...files });
  return ask({ registry, digest, requirements }, ctx);
}

describe('several requirements', () => {
  const keys = ecKeys();
  const both = [byIdentity(), byKey()];
  const files = { [KEY]: pemOf(keys.publicKey) };

  it('must all be met, by one signature or by several', async () => {
    const attested = async (digest: string): Promise<Json> => sigstore.attest(cosignStatement(digest));
    expect(await verdict(async (d) => [await attested(d), keyedBundle(d, keys)], both, files)).toBe(SIGNED);
    expect(await verdict(async (d) => [await attested(d)], both, files)).toMatch(/^VERIFY_UNTRUSTED/);
    expect(await verdict(async (d) => [keyedBundle(d, keys)], both, files)).toMatch(/^VERIFY_UNTRUSTED/);
    const twice = [byIdentity(), byIdentity('https://github.com/acme/*')];
    expect(await verdict(async (d) => [await attested(d)], twice)).toBe(SIGNED);
  });

  it('each take any one of a list', async () => {
    const evil = { kind: 'identity', issuer: ISSUER, identity: EVIL } as const;
    const list = [requirement(evil, { kind: 'key', key: KEY })];
    expect(await verdict(async (d) => [keyedBundle(d, keys)], list, files)).toMatch(/^signed by SHA256:/);
    expect(await verdict(async (d) => [await sigstore.attest(cosignStatement(d))], list, files)).toMatch(
      /^VERIFY_UNTRUSTED/,
    );
  });

  it('are each judged by the Sigstore of their own policy', async () => {
    const mine = {
      ...byIdentity(),
      file: '/home/ann/.config/mcpform/policy.yaml',
      trustedRoot: '/home/ann/root.json',
    };
    const more = { [mine.file]: 'x', '/home/ann/root.json': own.trustedRoot };
    const attested = async (by: LocalSigstore, d: string): Promise<Json> => by.attest(cosignStatement(d));
    expect(await verdict(async (d) => [await attested(own, d)], [mine], more)).toBe(SIGNED);
    expect(await verdict(async (d) => [await attested(own, d)], [mine, byIdentity()], more)).toMatch(
      /^VERIFY_UNTRUSTED/,
    );
    const two = async (d: string): Promise<Json[]> => [await attested(own, d), await attested(sigstore, d)];
    expect(await verdict(two, [mine, byIdentity()], more)).toBe(SIGNED);
  });

  it('name the policy, the pattern and what is wanted', async () => {
    const found = await verdict(async () => [], [byIdentity()]);
    expect(found).toBe(
      `VERIFY_UNSIGNED: "ghcr.io/acme/x@sha256:…" is not signed, which the policy "${POLICY}" demands for "ghcr.io/acme/*"`,
    );
  });
});

describe('a key', () => {
  const pairs: readonly (readonly [string, KeyPair])[] = [
    ['ECDSA P-256', ecKeys()],
    ['ECDSA P-384', ecKeys('P-384')],
    ['Ed25519', generateKeyPairSync('ed25519')],
    ['RSA', generateKeyPairSync('rsa', { modulusLength: 2048 })],
  ];

  it.each(pairs)('may be %s', async (_, pair) => {
    const files = { [KEY]: pemOf(pair.publicKey) };
    expect(await verdict(async (d) => [keyedBundle(d, pair)], [byKey()], files)).toMatch(
      /^signed by SHA256:/,
    );
    const other = { privateKey: ecKeys().privateKey };
    expect(await verdict(async (d) => [keyedBundle(d, other)], [byKey()], files)).toMatch(
      /^VERIFY_UNTRUSTED: .* it was not made with that key$/,
    );
  });

  it('does not sign another image', async () => {
    const pair = ecKeys();
    const bundles = async (): Promise<Json[]> => [keyedBundle(digestOf('another'), pair)];
    expect(await verdict(bundles, [byKey()], { [KEY]: pemOf(pair.publicKey) })).toMatch(/something else$/);
  });

  it('signs no image with an envelope of something else', async () => {
    const pair = ecKeys();
    const bundles = async (d: string): Promise<Json[]> => [keyedBundle(d, pair, 'application/json')];
    expect(await verdict(bundles, [byKey()], { [KEY]: pemOf(pair.publicKey) })).toMatch(
      /it holds no in-toto statement$/,
    );
  });

  it('is no identity, and an identity is no key', async () => {
    const pair = ecKeys();
    const files = { [KEY]: pemOf(pair.publicKey) };
    expect(await verdict(async (d) => [keyedBundle(d, pair)], [byIdentity()], files)).toMatch(
      /made with a key, not by an identity$/,
    );
    const attested = async (d: string): Promise<Json[]> => [await sigstore.attest(cosignStatement(d))];
    expect(await verdict(attested, [byKey()], files)).toMatch(/not made with that key$/);
  });
});

describe('an own Sigstore', () => {
  it('need not have logs that it does not list', async () => {
    const { tlogs: _, ctlogs: __, ...without } = sigstore.trustedRoot;
    const bare = async (d: string): Promise<Json[]> => [
      await sigstore.attest(cosignStatement(d), { log: 'none', isUnpromised: true, isTimestamped: true }),
    ];
    expect(await verdict(bare, [byIdentity()], { [ROOT]: without })).toBe(SIGNED);
    expect(await verdict(bare, [byIdentity()])).toMatch(/^VERIFY_UNTRUSTED/);
  });

  it('must tell the time', async () => {
    const { tlogs: _, ctlogs: __, ...without } = sigstore.trustedRoot;
    const timeless = async (d: string): Promise<Json[]> => [
      await sigstore.attest(cosignStatement(d), { log: 'none', isUnpromised: true }),
    ];
    expect(await verdict(timeless, [byIdentity()], { [ROOT]: without })).toMatch(
      /expected 1 timestamps, got 0$/,
    );
  });
});
