import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { isJsonObject, type Json, type JsonObject } from '../../src/model/json.ts';
import { ecKeys, pemOf } from './keys.ts';
import { MockRegistry } from './mock-registry.ts';
import { type LocalSigstore, localSigstore } from './sigstore.ts';
import { ask, byIdentity, byKey, cosignStatement, KEY, ROOT, simpleSigning, world } from './world.ts';

let sigstore: LocalSigstore;
let image: string;
let bundles: readonly JsonObject[];
let annotations: Record<string, string>;
beforeAll(async () => {
  sigstore = await localSigstore();
  image = new MockRegistry().push({ schemaVersion: 2, manifests: [] });
  const statement = cosignStatement(image);
  bundles = await Promise.all([
    sigstore.attest(statement),
    sigstore.attest(statement, { log: 'proof', isTimestamped: true, entry: 'dsse-v2' }),
    sigstore.sign(Buffer.from('x')),
  ]);
  annotations = await sigstore.annotate(simpleSigning(image), { isTimestamped: true });
});

/** Requires what nothing here satisfies, so that every outcome must be a coded failure. */
async function verdict(fill: (registry: MockRegistry) => void): Promise<string> {
  const registry = new MockRegistry();
  registry.push({ schemaVersion: 2, manifests: [] });
  fill(registry);
  const { ctx } = world({ [ROOT]: sigstore.trustedRoot, [KEY]: pemOf(ecKeys().publicKey) });
  return ask({ registry, digest: image, requirements: [byIdentity('nobody'), byKey()] }, ctx);
}

type Place = readonly (string | number)[];

/** Every place in a value. */
function placesIn(value: Json, at: Place = []): readonly Place[] {
  if (Array.isArray(value))
    return [at, ...value.flatMap((each, index) => placesIn(each as Json, [...at, index]))];
  if (!isJsonObject(value)) return [at];
  return [at, ...Object.entries(value).flatMap(([key, each]) => placesIn(each, [...at, key]))];
}

function replaced(value: Json, [key, ...rest]: Place, by: (old: Json) => Json): Json {
  if (key === undefined) return by(value);
  if (Array.isArray(value))
    return value.map((each, index) => (index === key ? replaced(each as Json, rest, by) : each)) as Json;
  const object = value as JsonObject;
  return { ...object, [key]: replaced(object[key] as Json, rest, by) };
}

/** What a stranger may put in a place: other types, other sizes, and bytes that are nearly right. */
const strange: fc.Arbitrary<(old: Json) => Json> = fc.oneof(
  fc
    .constantFrom<Json>(
      null,
      true,
      -1,
      1e300,
      '',
      '0',
      '-1',
      '9'.repeat(5_000),
      'AAAA',
      {},
      [],
      [null],
      [{}],
      '\u2014 a b\n',
    )
    .map((value) => () => value),
  fc.jsonValue().map((value) => () => value as Json),
  fc
    .array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 })
    .map((flips) => (old: Json) => flipped(old, flips)),
  fc
    .nat()
    .map((cut) => (old: Json) => (typeof old === 'string' ? old.slice(0, cut % (old.length + 1)) : old)),
  fc
    .nat(40)
    .map((times) => (old: Json) => (Array.isArray(old) ? new Array(times).fill(old[0] ?? {}) : [old])),
);

function flipped(old: Json, flips: readonly (readonly [number, number])[]): Json {
  if (typeof old !== 'string') return old;
  const bytes = Buffer.from(old, 'base64');
  for (const [at, value] of flips) if (bytes.length > 0) bytes[at % bytes.length] = value;
  return bytes.toString('base64');
}

describe('whatever strangers store as a signature, the outcome is a failure with a code', () => {
  it('for bundles with something strange in one or two places', async () => {
    const changed = fc.tuple(
      fc.nat(2),
      fc.array(fc.tuple(fc.nat(), strange), { minLength: 1, maxLength: 2 }),
    );
    await fc.assert(
      fc.asyncProperty(changed, async ([which, changes]) => {
        let bundle: Json = bundles[which] as Json;
        for (const [place, by] of changes) {
          const places = placesIn(bundle);
          bundle = replaced(bundle, places[place % places.length] as Place, by);
        }
        expect(await verdict((registry) => void registry.attach(bundle))).toMatch(/^VERIFY_UNTRUSTED: /);
      }),
      { numRuns: 400 },
    );
  });

  it('for bundles of any JSON', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        expect(await verdict((registry) => void registry.attach(value as Json))).toMatch(
          /^VERIFY_UNTRUSTED: /,
        );
      }),
      { numRuns: 100 },
    );
  });

  it('for annotations with something strange in them', async () => {
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc.constantFrom('{"Payload":{}}', '-----BEGIN CERTIFICATE-----'),
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.oneof(text, fc.jsonValue()), async (which, value) => {
        const keys = Object.keys(annotations);
        const changed = { ...annotations, [keys[which % keys.length] as string]: value as Json };
        const layer = { payload: simpleSigning(image), annotations: changed };
        expect(await verdict((registry) => registry.tagSignatures(image, [layer]))).toMatch(
          /^VERIFY_UNTRUSTED: /,
        );
      }),
      { numRuns: 200 },
    );
  });

  it.each<[string, string, Json]>([
    ['a thousand log entries', 'tlogEntries', new Array(1_000).fill({})],
    ['a thousand timestamps', 'timestampVerificationData', { rfc3161Timestamps: new Array(1_000).fill({}) }],
    ['a certificate of a megabyte', 'certificate', { rawBytes: 'MIIB'.repeat(262_144) }],
    [
      'a certificate of nothing but beginnings',
      'certificate',
      { rawBytes: Buffer.alloc(16_000, 0x30).toString('base64') },
    ],
  ])('and cheap to refuse: %s', async (_, key, value) => {
    const started = process.cpuUsage();
    const bundle = replaced(bundles[0] as Json, ['verificationMaterial', key], () => value);
    expect(await verdict((registry) => void registry.attach(bundle))).toMatch(/^VERIFY_UNTRUSTED: /);
    expect(process.cpuUsage(started).user / 1_000).toBeLessThan(2_000);
  });
});
