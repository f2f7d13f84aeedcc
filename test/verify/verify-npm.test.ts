import { createHash, sign } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../src/model/json.ts';
import type { Requirement } from '../../src/policy/policy.ts';
import type { NpmEvidence } from '../../src/verify/npm-evidence.ts';
import { verifyNpm } from '../../src/verify/verify-npm.ts';
import { base64, derOf, ecKeys, type KeyPair, pemOf } from './keys.ts';
import { preAuthEncoding, STATEMENT_TYPE } from './log-entries.ts';
import { IDENTITY, ISSUER, type LocalSigstore, localSigstore, type Signing } from './sigstore.ts';
import { byIdentity, byKey, inWords, KEY, NOBODY, ROOT, world } from './world.ts';

let sigstore: LocalSigstore;
beforeAll(async () => {
  sigstore = await localSigstore();
});

const SIGNED = `signed by ${IDENTITY} of ${ISSUER}`;
const NAME = '@acme/server';
const VERSION = '1.2.3';
const sha512 = (text: string): Buffer => createHash('sha512').update(text).digest();
const INTEGRITY = `sha512-${base64(sha512('the tarball'))}`;
const OTHER = `sha512-${base64(sha512('another tarball'))}`;
const PUBLISH = 'https://github.com/npm/attestation/tree/main/specs/publish/v0.1';

function provenance(more: JsonObject = {}): JsonObject {
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [
      {
        name: `pkg:npm/%40acme/server@${VERSION}`,
        digest: { sha512: sha512('the tarball').toString('hex') },
      },
    ],
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {},
    ...more,
  };
}

const about = (name: string, text = 'the tarball'): JsonObject => ({
  subject: [{ name, digest: { sha512: sha512(text).toString('hex') } }],
});

async function attested(signing: Signing = {}, more: JsonObject = {}): Promise<Json> {
  const statement = provenance(more);
  return {
    predicateType: statement['predicateType'] as Json,
    bundle: await sigstore.attest(statement, signing),
  };
}

interface Asked {
  readonly requirement?: Requirement;
  readonly integrity?: string;
  readonly name?: string;
  readonly version?: string;
  readonly key?: string;
}

async function verdict(evidence: Partial<NpmEvidence>, asked: Asked = {}): Promise<string> {
  const { requirement = byIdentity(), integrity = INTEGRITY, key = '' } = asked;
  const { ctx } = world({ [ROOT]: sigstore.trustedRoot, [KEY]: key });
  const whole: NpmEvidence = {
    attestations: [],
    signatures: [],
    keys: [],
    integrity: INTEGRITY,
    ...evidence,
  };
  const question = {
    ...NOBODY,
    requirements: [requirement],
    name: asked.name ?? NAME,
    version: asked.version ?? VERSION,
    integrity,
    evidence: whole,
  };
  return inWords(verifyNpm(question, ctx));
}

describe('a version with a provenance attestation', () => {
  it.each<[string, Signing, JsonObject]>([
    ['as npm makes it now', { entry: 'intoto' }, {}],
    ['as dsse', {}, {}],
    [
      'of the older version',
      {},
      { _type: 'https://in-toto.io/Statement/v0.1', predicateType: 'https://slsa.dev/provenance/v0.2' },
    ],
  ])('is signed: %s', async (_, signing, more) => {
    expect(await verdict({ attestations: [await attested(signing, more)] })).toBe(SIGNED);
  });

  it('without a scope is named without one', async () => {
    const attestations = [await attested({}, about(`pkg:npm/server@${VERSION}`))];
    expect(await verdict({ attestations }, { name: 'server' })).toBe(SIGNED);
  });

  it.each<[string, Signing, JsonObject, RegExp]>([
    ['of another version', {}, about('pkg:npm/%40acme/server@1.2.4'), /something else$/],
    ['of another package', {}, about('pkg:npm/%40acme/other@1.2.3'), /something else$/],
    ['of a name that only begins alike', {}, about('pkg:npm/%40acme/server@1.2.3-rc.1'), /something else$/],
    [
      'of another tarball',
      {},
      about(`pkg:npm/%40acme/server@${VERSION}`, 'another tarball'),
      /something else$/,
    ],
    ['of nothing', {}, { subject: [] }, /something else$/],
    ['that says something else', {}, { predicateType: 'https://example.com/review' }, /says something else/],
    [
      'of somebody else',
      { identity: 'https://github.com/evil/x@refs/tags/v1' },
      {},
      /signed by "https:\/\/github\.com\/evil/,
    ],
    ['of another issuer', { issuer: 'https://evil.example' }, {}, /of "https:\/\/evil\.example"$/],
    ['that is not in the log', { log: 'none', isTimestamped: true }, {}, /expected 1 tlog entries/],
  ])('is not signed by one %s', async (_, signing, more, reason) => {
    const found = await verdict({ attestations: [await attested(signing, more)] });
    expect(found).toMatch(
      /^VERIFY_UNTRUSTED: no signature of "npm:@acme\/server@1\.2\.3" is what the policy/,
    );
    expect(found).toMatch(reason);
  });

  it('is not signed without one', async () => {
    expect(await verdict({})).toMatch(/^VERIFY_UNSIGNED: "npm:@acme\/server@1\.2\.3" is not signed/);
    expect(await verdict({ attestations: [null, 1, [], { bundle: null }, { bundle: 'x' }] })).toMatch(
      /^VERIFY_UNTRUSTED/,
    );
  });
});

describe('the integrity of a version', () => {
  it.each([
    ['differs in the registry', OTHER, INTEGRITY],
    ['differs in the lock', INTEGRITY, OTHER],
    ['is weaker in the lock', INTEGRITY, 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk='],
    ['is missing in the lock', INTEGRITY, ''],
    ['is missing in both', '', ''],
    ['has two answers', `${INTEGRITY} ${OTHER}`, INTEGRITY],
  ])('that %s is refused before any signature counts', async (_, integrity, locked) => {
    const attestations = [await attested()];
    expect(await verdict({ attestations, integrity }, { integrity: locked })).toMatch(
      /^RESOLVE_INTEGRITY: "npm:@acme\/server@1\.2\.3" has the integrity/,
    );
  });

  it('may stand beside weaker ones', async () => {
    const integrity = `sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk= ${INTEGRITY}`;
    expect(await verdict({ attestations: [await attested()], integrity })).toBe(SIGNED);
  });
});

describe('a registry’s signature', () => {
  const registry = ecKeys();
  const other = ecKeys();
  const signed = (by: KeyPair, text = `${NAME}@${VERSION}:${INTEGRITY}`, keyid = 'SHA256:registry') => ({
    keyid,
    sig: base64(sign('sha256', Buffer.from(text), by.privateKey)),
  });
  const listed = (pair: KeyPair, expires: string | null = null, keyid = 'SHA256:registry') => ({
    keyid,
    key: base64(derOf(pair.publicKey)),
    expires,
  });
  const required = { requirement: byKey(), key: pemOf(registry.publicKey) };

  it('counts for the key that the policy names', async () => {
    const found = await verdict({ signatures: [signed(registry)], keys: [listed(registry)] }, required);
    expect(found).toMatch(/^signed by SHA256:[A-Za-z0-9+/]{43} of key$/);
    expect(await verdict({ signatures: [signed(registry)] }, required)).toMatch(/^signed by SHA256:/);
  });

  it.each<[string, Partial<NpmEvidence>]>([
    ['by another key under the same name', { signatures: [signed(other)] }],
    ['of another version', { signatures: [signed(registry, `${NAME}@1.2.4:${INTEGRITY}`)] }],
    ['of another package', { signatures: [signed(registry, `@acme/other@${VERSION}:${INTEGRITY}`)] }],
    ['of another integrity', { signatures: [signed(registry, `${NAME}@${VERSION}:${OTHER}`)] }],
    ['that is none', { signatures: [{ keyid: 'x', sig: '' }] }],
    ['that is not base64', { signatures: [{ keyid: 'x', sig: '%%%' }] }],
  ])('does not count %s', async (_, evidence) => {
    expect(await verdict(evidence, required)).toMatch(/^VERIFY_UNTRUSTED: .* it was not made with that key$/);
  });

  it('does not count when the registry says that its key had expired', async () => {
    const signatures = [signed(registry)];
    const keys = [listed(registry, '2025-01-29T00:00:00.000Z')];
    const late = /^VERIFY_UNTRUSTED: .* that key expired on 2025-01-29T00:00:00\.000Z$/;
    expect(await verdict({ signatures, keys }, required)).toMatch(late);
    expect(await verdict({ signatures, keys, publishedAt: '2025-01-29T00:00:00.000Z' }, required)).toMatch(
      late,
    );
    expect(await verdict({ signatures, keys, publishedAt: 'once' }, required)).toMatch(late);
    expect(await verdict({ signatures, keys, publishedAt: '2025-01-28T23:59:59.999Z' }, required)).toMatch(
      /^signed by/,
    );
    const rotated = [listed(other, '2025-01-29T00:00:00.000Z', 'SHA256:old'), listed(registry)];
    expect(await verdict({ signatures, keys: rotated }, required)).toMatch(/^signed by/);
    // Whatever the registry calls it.
    const renamed = [listed(registry, '2025-01-29T00:00:00.000Z', 'SHA256:other')];
    expect(await verdict({ signatures, keys: renamed }, required)).toMatch(late);
    expect(await verdict({ signatures, keys: [listed(registry, 'never')] }, required)).toMatch(
      /that key expired on never$/,
    );
  });

  it('must hold wherever the registry shows the key, whatever is required', async () => {
    const attestations = [await attested()];
    const keys = [listed(registry)];
    const changed = [signed(registry, `${NAME}@${VERSION}:${OTHER}`)];
    expect(await verdict({ attestations, keys, signatures: [signed(registry)] })).toBe(SIGNED);
    expect(await verdict({ attestations, keys, signatures: changed })).toBe(
      'VERIFY_UNTRUSTED: the registry\'s signature of "npm:@acme/server@1.2.3" by its key "SHA256:registry" does not hold',
    );
    expect(await verdict({ attestations, keys: [], signatures: changed })).toBe(SIGNED);
    expect(
      await verdict({ attestations, keys: [{ ...listed(registry), key: 'AAAA' }], signatures: changed }),
    ).toBe(SIGNED);
  });

  it('counts as a publish attestation too, of this version alone', async () => {
    const attestation = (more: JsonObject): Json => {
      const payload = Buffer.from(JSON.stringify(provenance({ predicateType: PUBLISH, ...more })));
      const signatures = [{ sig: base64(sign('sha256', preAuthEncoding(payload), registry.privateKey)) }];
      return {
        predicateType: PUBLISH,
        bundle: {
          mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.1',
          verificationMaterial: { publicKey: { hint: 'SHA256:registry' }, tlogEntries: [] },
          dsseEnvelope: { payloadType: STATEMENT_TYPE, payload: base64(payload), signatures },
        },
      };
    };
    expect(await verdict({ attestations: [attestation({})] }, required)).toMatch(/^signed by SHA256:/);
    const expired = [listed(registry, '2025-01-29T00:00:00.000Z')];
    expect(await verdict({ attestations: [attestation({})], keys: expired }, required)).toMatch(
      /that key expired/,
    );
    const elsewhere = attestation(about('pkg:npm/%40acme/server@1.2.4'));
    expect(await verdict({ attestations: [elsewhere] }, required)).toMatch(
      /^VERIFY_UNTRUSTED: .* something else$/,
    );
  });

  it('is bounded in number', async () => {
    const signatures = [...new Array(10_000).fill(signed(other)), signed(registry)];
    expect(await verdict({ signatures }, required)).toMatch(/^VERIFY_UNTRUSTED/);
  });
});
