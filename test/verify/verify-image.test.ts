import { beforeAll, describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../src/model/json.ts';
import { edited } from './edit.ts';
import { digestOf } from './keys.ts';
import { MockRegistry } from './mock-registry.ts';
import { IDENTITY, ISSUER, type LocalSigstore, localSigstore, type Signing } from './sigstore.ts';
import { ask, byIdentity, cosignStatement, ROOT, world } from './world.ts';

let sigstore: LocalSigstore;
let elsewhere: LocalSigstore;
beforeAll(async () => {
  [sigstore, elsewhere] = await Promise.all([localSigstore(), localSigstore()]);
});

const SIGNED = `signed by ${IDENTITY} of ${ISSUER}`;
const OTHER = digestOf('another image');

/** What is said of an image with these bundles among its referrers. */
async function verdict(
  bundles: (digest: string) => Promise<readonly Json[]>,
  requirement = byIdentity(),
): Promise<string> {
  const registry = new MockRegistry();
  const digest = registry.push({ schemaVersion: 2, manifests: [] });
  for (const bundle of await bundles(digest)) registry.attach(bundle);
  const { ctx } = world({ [ROOT]: sigstore.trustedRoot });
  return ask({ registry, digest, requirements: [requirement] }, ctx);
}

const signedWith = (signing: Signing, more?: JsonObject): Promise<string> =>
  verdict(async (digest) => [await sigstore.attest(cosignStatement(digest, more), signing)]);

describe('an image with a bundle among its referrers is signed', () => {
  it.each<[string, Signing]>([
    ['with a signed time of the log', {}],
    ['with a timestamp, and a mere proof of the log', { log: 'proof', isTimestamped: true }],
    ['logged as intoto', { entry: 'intoto' }],
    ['logged by the digest of what was signed', { entry: 'hashedrekord' }],
    ['logged by Rekor 2', { entry: 'dsse-v2', log: 'proof', isTimestamped: true }],
    ['logged by Rekor 2 by digest', { entry: 'hashedrekord-v2', log: 'proof', isTimestamped: true }],
  ])('%s', async (_, signing) => {
    expect(await signedWith(signing)).toBe(SIGNED);
  });

  it.each<[string, JsonObject]>([
    ['cosign’s own', {}],
    ['provenance', { predicateType: 'https://slsa.dev/provenance/v1' }],
    ['older provenance', { predicateType: 'https://slsa.dev/provenance/v0.2' }],
    ['the older statement', { _type: 'https://in-toto.io/Statement/v0.1' }],
  ])('with the statement %s', async (_, more) => {
    expect(await signedWith({}, more)).toBe(SIGNED);
  });

  it('with one of several subjects', async () => {
    const others = [{ name: 'sbom', digest: { sha256: 'b'.repeat(64) } }, null, 'x', { digest: 1 }];
    const found = await verdict(async (digest) => {
      const own = { name: 'whatever', digest: { sha256: digest.slice(7) } };
      return [await sigstore.attest(cosignStatement(digest, { subject: [...others, own] }))];
    });
    expect(found).toBe(SIGNED);
  });

  it('with a bare signature of its manifest', async () => {
    const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [] }));
    expect(await verdict(async () => [await sigstore.sign(manifest)])).toBe(SIGNED);
  });

  it('with one good signature among bad ones, which are not mentioned', async () => {
    const found = await verdict(async (digest) => [
      { not: 'a bundle' },
      await sigstore.attest(cosignStatement(OTHER)),
      await elsewhere.attest(cosignStatement(digest)),
      await sigstore.attest(cosignStatement(digest)),
    ]);
    expect(found).toBe(SIGNED);
  });
});

describe('a signature proves nothing', () => {
  const refused = /^VERIFY_UNTRUSTED: no signature of "ghcr\.io\/acme\/x@sha256:…" is what the policy/;

  it.each<[string, Signing, JsonObject | undefined, RegExp]>([
    [
      'when it is of another image',
      {},
      { subject: [{ digest: { sha256: OTHER.slice(7) } }] },
      /something else$/,
    ],
    ['when the digest is of another kind', {}, { subject: [{ digest: { sha512: 'x' } }] }, /something else$/],
    ['without subjects', {}, { subject: [] }, /something else$/],
    [
      'when it says something else',
      {},
      { predicateType: 'https://cyclonedx.org/bom' },
      /says something else/,
    ],
    ['when its statement is of no known type', {}, { _type: 'x' }, /unknown type$/],
    [
      'of somebody else',
      { identity: 'https://github.com/evil/x@refs/tags/v2' },
      undefined,
      /signed by "https:\/\/github.com\/evil\/x@/,
    ],
    [
      'of somebody whose name contains the wanted one',
      { identity: `https://evil.example/${IDENTITY}` },
      undefined,
      /signed by/,
    ],
    ['of somebody whose name goes on', { identity: `${IDENTITY}/evil` }, undefined, /signed by/],
    [
      'of that name at another issuer',
      { issuer: 'https://evil.example' },
      undefined,
      /of "https:\/\/evil\.example"$/,
    ],
    [
      'of that name at an issuer that only begins alike',
      { issuer: `${ISSUER}.evil.example` },
      undefined,
      /signed by/,
    ],
    ['without an issuer', { issuer: '' }, undefined, /no identity or no issuer$/],
    ['that no certificate log promised', { isUnpromised: true }, undefined, /expected 1 SCTs, got 0$/],
    [
      'that is not in the log',
      { log: 'none', isTimestamped: true },
      undefined,
      /expected 1 tlog entries, got 0$/,
    ],
    ['whose time nobody signed', { log: 'proof' }, undefined, /expected 1 timestamps, got 0$/],
  ])('%s', async (_, signing, statement, reason) => {
    const found = await signedWith(signing, statement);
    expect(found).toMatch(refused);
    expect(found).toMatch(reason);
  });

  it.each<[string, Signing]>([
    ['the log', {}],
    ['the timestamp authority', { log: 'proof', isTimestamped: true }],
  ])('when its certificate had expired by the time of %s', async (_, signing) => {
    const at = (minutes: number): Date => new Date(sigstore.start.getTime() + minutes * 60_000);
    expect(await signedWith({ ...signing, at: at(9) })).toBe(SIGNED);
    expect(await signedWith({ ...signing, at: at(11) })).toMatch(/Failed to verify certificate chain$/);
  });

  it('when the log has it under another certificate', async () => {
    const { certificate } = await sigstore.certify();
    for (const entry of ['dsse', 'intoto', 'hashedrekord'] as const) {
      expect(await signedWith({ loggedAs: certificate, entry })).toMatch(/another key or certificate$/);
    }
    const proven: Signing = { loggedAs: certificate, log: 'proof', isTimestamped: true };
    expect(await signedWith({ ...proven, entry: 'dsse-v2' })).toMatch(/another key or certificate$/);
    expect(await signedWith({ ...proven, entry: 'hashedrekord-v2' })).toMatch(/another key or certificate$/);
  });

  it('of a Sigstore that the policy does not name', async () => {
    const found = await verdict(async (digest) => [await elsewhere.attest(cosignStatement(digest))]);
    expect(found).toMatch(/Failed to verify certificate chain$/);
  });

  it('when it is a bare signature of something else', async () => {
    const found = await verdict(async () => [await sigstore.sign(Buffer.from('something else'))]);
    expect(found).toMatch(/signature verification failed$/);
  });

  it('when its name is written so that a careless reader takes it for another', async () => {
    // The library drops the high bit of each character: `\u00e7` would be read as `g`.
    const identity = 'https://\u00e7ithub.com/acme/x@refs/tags/v1';
    expect(await signedWith({ identity })).toMatch(/more than one name, or one that is not plain$/);
  });
});

const ENTRY = 'verificationMaterial/tlogEntries/0';

describe('a bundle that was changed proves nothing:', () => {
  const flip = (value: Json): Json => {
    const bytes = Buffer.from(String(value), 'base64');
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1;
    return bytes.toString('base64');
  };
  const inBody =
    (change: (text: string) => string) =>
    (value: Json): Json =>
      Buffer.from(change(Buffer.from(String(value), 'base64').toString())).toString('base64');

  it.each<[string, string, (value: Json) => Json, RegExp]>([
    [
      'the payload',
      'dsseEnvelope/payload',
      inBody((text) => text.replace('predicate', 'Predicate')),
      /hash mismatch$/,
    ],
    ['the payload type', 'dsseEnvelope/payloadType', () => 'text/plain', /signature verification failed$/],
    ['the signature', 'dsseEnvelope/signatures/0/sig', flip, /signature mismatch$/],
    [
      'the time of the log',
      `${ENTRY}/integratedTime`,
      (value) => String(Number(value) + 1),
      /promise could not be verified$/,
    ],
    [
      'the promise of the log',
      `${ENTRY}/inclusionPromise/signedEntryTimestamp`,
      flip,
      /promise could not be verified$/,
    ],
    ['the place in the log', `${ENTRY}/logIndex`, () => '1', /promise could not be verified$/],
    ['the log', `${ENTRY}/logId/keyId`, flip, /promise could not be verified$/],
    [
      'the entry',
      `${ENTRY}/canonicalizedBody`,
      inBody((text) => `${text} `),
      /promise could not be verified$/,
    ],
    [
      'the root of the proof',
      `${ENTRY}/inclusionProof/checkpoint/envelope`,
      (value) => String(value).replace('\n1\n', '\n2\n'),
      /invalid checkpoint signature$/,
    ],
    ['the hashes of the proof', `${ENTRY}/inclusionProof/hashes`, () => ['AAAA'], /invalid hash count$/],
    ['the certificate', 'verificationMaterial/certificate/rawBytes', flip, /.+/],
  ])('%s', async (_, path, change, reason) => {
    const found = await verdict(async (digest) => {
      return [edited(await sigstore.attest(cosignStatement(digest)), path, change)];
    });
    expect(found).toMatch(/^VERIFY_UNTRUSTED/);
    expect(found).toMatch(reason);
  });

  it('an entry that has a proof alone', async () => {
    const path = `${ENTRY}/canonicalizedBody`;
    const found = await verdict(async (digest) => {
      const bundle = await sigstore.attest(cosignStatement(digest), { log: 'proof', isTimestamped: true });
      return [
        edited(
          bundle,
          path,
          inBody((text) => `${text} `),
        ),
      ];
    });
    expect(found).toMatch(/calculated root hash does not match/);
  });

  it('a timestamp of something else', async () => {
    const path = 'verificationMaterial/timestampVerificationData';
    const found = await verdict(async (digest) => {
      const one = await sigstore.attest(cosignStatement(digest), { log: 'proof', isTimestamped: true });
      const other = await sigstore.attest(cosignStatement(digest), { log: 'proof', isTimestamped: true });
      const material = other['verificationMaterial'] as JsonObject;
      return [edited(one, path, () => material['timestampVerificationData'] as Json)];
    });
    expect(found).toMatch(/timestamp could not be verified$/);
  });

  it('a name that is an expression, which would run for years', async () => {
    const found = await verdict(async (digest) => {
      const bundle = await sigstore.attest(cosignStatement(digest));
      const name = `${'(.*)*'.repeat(12)}!`;
      const path = `${ENTRY}/inclusionProof/checkpoint/envelope`;
      return [edited(bundle, path, (value) => String(value).replace(/\u2014 \S+/, `\u2014 ${name}`))];
    });
    expect(found).toMatch(/strange name$/);
  });
});
