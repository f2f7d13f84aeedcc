import { createHash } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../../src/model/context.ts';
import type { Pin, Signer } from '../../src/model/lock.ts';
import type { Requirement } from '../../src/policy/policy.ts';
import type { MemorySystem } from '../../src/system/memory.ts';
import { readOnly } from '../../src/system/read-only.ts';
import type { NpmEvidence } from '../../src/verify/npm-evidence.ts';
import { verifyPin } from '../../src/verify/verify-pin.ts';
import { base64 } from './keys.ts';
import { MockRegistry } from './mock-registry.ts';
import { IDENTITY, ISSUER, type LocalSigstore, localSigstore } from './sigstore.ts';
import { byIdentity, cosignStatement, HOME, inWords, NOBODY, ROOT, world } from './world.ts';

let sigstore: LocalSigstore;
beforeAll(async () => {
  sigstore = await localSigstore();
});

const SIGNED = `signed by ${IDENTITY} of ${ISSUER}`;
const OTHER = 'https://github.com/acme/tools/.github/workflows/nightly.yml@refs/heads/main';
const CACHE = `${HOME}/.cache/mcpform/verified`;

let registry: MockRegistry;
let image: Pin;
let ctx: Context;
let system: MemorySystem;
beforeEach(async () => {
  registry = new MockRegistry();
  const digest = registry.push({ schemaVersion: 2, manifests: [] });
  registry.attach(await sigstore.attest(cosignStatement(digest)));
  registry.attach(await sigstore.attest(cosignStatement(digest), { identity: OTHER }));
  image = { kind: 'image', image: `ghcr.io/acme/x:2@${digest}` };
  ({ ctx, system } = world({ [ROOT]: sigstore.trustedRoot }));
});

interface Asked {
  readonly pin?: Pin;
  readonly requirements?: readonly Requirement[];
  readonly known?: Signer | null;
  readonly evidence?: NpmEvidence;
}

async function verdict(
  { pin = image, requirements = [byIdentity()], known = null, evidence }: Asked = {},
  on = ctx,
) {
  const question = {
    ...NOBODY,
    pin,
    requirements,
    known,
    registryOf: async (host: string) => {
      expect(host).toBe('ghcr.io');
      return registry;
    },
    npmEvidence: async (name: string, version: string) => {
      registry.asked.push(`npm ${name} ${version}`);
      if (evidence === undefined) throw new Error('nobody asked for a package');
      return evidence;
    },
  };
  return inWords(verifyPin(question, on));
}

const asked = (): readonly string[] => registry.asked.splice(0);

describe('a pin', () => {
  it('is not looked at when nothing is required and nobody known', async () => {
    expect(await verdict({ requirements: [] })).toBe('unasked');
    expect(await verdict({ requirements: [], known: { issuer: 'key', identity: 'SHA256:x' } })).toBe(
      'unasked',
    );
    const python: Pin = { kind: 'package', package: 'pypi:x@1' };
    expect(
      await verdict({ pin: python, requirements: [], known: { issuer: ISSUER, identity: IDENTITY } }),
    ).toBe('unasked');
    expect(asked()).toEqual([]);
  });

  it('is signed by whom the lock knows, when that one is among the signers', async () => {
    const anyone = [byIdentity('https://github.com/acme/*')];
    expect(await verdict({ requirements: anyone })).toBe(SIGNED);
    expect(await verdict({ requirements: anyone, known: { issuer: ISSUER, identity: OTHER } })).toBe(
      `signed by ${OTHER} of ${ISSUER}`,
    );
    expect(await verdict({ requirements: anyone, known: { issuer: ISSUER, identity: 'gone' } })).toBe(SIGNED);
  });

  it('is looked at for a known signer, though nothing is required', async () => {
    expect(await verdict({ requirements: [], known: { issuer: ISSUER, identity: OTHER } })).toBe(
      `signed by ${OTHER} of ${ISSUER}`,
    );
    expect(await verdict({ requirements: [], known: { issuer: ISSUER, identity: 'gone' } })).toBe(SIGNED);
    const bare = new MockRegistry();
    const digest = bare.push({ schemaVersion: 2, manifests: [] });
    registry = bare;
    expect(
      await verdict({
        pin: { kind: 'image', image: `ghcr.io/acme/x@${digest}` },
        requirements: [],
        known: { issuer: ISSUER, identity: OTHER },
      }),
    ).toBe('unsigned');
  });

  it('of an image that no registry has is signed by nobody, whatever it is called', async () => {
    const local: Pin = { kind: 'local-image', image: 'ghcr.io/acme/x:2', id: `sha256:${'5a'.repeat(32)}` };
    expect(await verdict({ pin: local })).toContain('VERIFY_UNSIGNED');
    expect(await verdict({ pin: local, requirements: [] })).toBe('unasked');
    const known = { issuer: ISSUER, identity: IDENTITY };
    expect(await verdict({ pin: local, requirements: [], known })).toBe('unsigned');
    expect(asked()).toEqual([]);
  });

  it('of an npm package is judged by what the registry says of that version', async () => {
    const hash = createHash('sha512').update('the tarball').digest();
    const integrity = `sha512-${base64(hash)}`;
    const statement = {
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'pkg:npm/%40acme/x@1.2.3', digest: { sha512: hash.toString('hex') } }],
      predicateType: 'https://slsa.dev/provenance/v1',
    };
    const evidence = {
      attestations: [{ bundle: await sigstore.attest(statement) }],
      signatures: [],
      keys: [],
      integrity,
    };
    const pin: Pin = { kind: 'package', package: 'npm:@acme/x@1.2.3', integrity };
    expect(await verdict({ pin, evidence })).toBe(SIGNED);
    expect(asked()).toEqual(['npm @acme/x 1.2.3']);
    expect(await verdict({ pin, evidence })).toBe(SIGNED);
    expect(asked()).toEqual([]);
    expect(await verdict({ pin: { kind: 'package', package: 'npm:@acme/x@1.2.3' }, evidence })).toMatch(
      /^RESOLVE_INTEGRITY/,
    );
  });
});

describe('what was verified', () => {
  const files = async (): Promise<readonly string[]> => system.files.list(CACHE);
  const path = async (): Promise<string> => `${CACHE}/${(await files())[0]}`;

  it('is not asked for again', async () => {
    expect(await verdict()).toBe(SIGNED);
    expect(asked().length).toBeGreaterThan(0);
    expect(await verdict()).toBe(SIGNED);
    expect(asked()).toEqual([]);
  });

  it('is not asked for again under another name or tag of the same content', async () => {
    await verdict();
    asked();
    expect(
      await verdict({
        pin: { ...image, image: image.kind === 'image' ? image.image.replace(':2@', ':latest@') : '' } as Pin,
      }),
    ).toBe(SIGNED);
    expect(asked()).toEqual([]);
  });

  it('can be remembered by who may only look', async () => {
    const looking = { ...ctx, system: readOnly(system, [ctx.folders.cache]) };
    await verdict({}, looking);
    asked();
    expect(await verdict({}, looking)).toBe(SIGNED);
    expect(asked()).toEqual([]);
  });

  it.each<[string, () => Promise<Asked>]>([
    [
      'another content',
      async () => {
        const digest = registry.push({ schemaVersion: 2, other: true });
        registry.attach(await sigstore.attest(cosignStatement(digest)));
        return { pin: { kind: 'image', image: `ghcr.io/acme/x:2@${digest}` } };
      },
    ],
    ['another identity', async () => ({ requirements: [byIdentity('https://github.com/acme/*')] })],
    ['one more requirement', async () => ({ requirements: [byIdentity(), byIdentity(OTHER)] })],
    ['another signer who is known', async () => ({ known: { issuer: ISSUER, identity: OTHER } })],
    [
      'another trusted root',
      async () => {
        await system.files.fill(ROOT, JSON.stringify({ ...sigstore.trustedRoot, more: 1 }), { sync: false });
        return {};
      },
    ],
  ])('says nothing of %s', async (_, change) => {
    await verdict();
    asked();
    expect(await verdict(await change())).toMatch(/^signed by/);
    expect(asked().length).toBeGreaterThan(0);
  });

  it.each<[string, (text: string) => string]>([
    ['empty', () => ''],
    ['cut short', (text) => text.slice(0, -10)],
    ['something else', () => '[1]'],
    ['with other signers', (text) => text.replace('release.yml', 'evil.yml')],
    ['with no seal', (text) => text.replace(/"seal":"[^"]*",/, '')],
    ['with another seal', (text) => text.replace(/"seal":"./, '"seal":"_')],
    ['with signers that are none', (text) => text.replace(/"signers":\[.*\]/, '"signers":{}')],
  ])('is found out anew when its entry is %s', async (_, change) => {
    await verdict();
    const entry = await path();
    const text = (await system.files.read(entry)).toString();
    expect(change(text)).not.toBe(text);
    await system.files.fill(entry, change(text), { sync: false });
    asked();
    expect(await verdict()).toBe(SIGNED);
    expect(asked().length).toBeGreaterThan(0);
    expect((await system.files.read(entry)).toString()).toBe(text);
  });

  it('is not believed from an entry for another question, or of another machine', async () => {
    await verdict();
    const mine = await path();
    await verdict({ requirements: [byIdentity('https://github.com/acme/*')] });
    const theirs = (await files()).map((name) => `${CACHE}/${name}`).find((each) => each !== mine) as string;
    await system.files.fill(theirs, (await system.files.read(mine)).toString(), { sync: false });
    asked();
    await verdict({ requirements: [byIdentity('https://github.com/acme/*')] });
    expect(asked().length).toBeGreaterThan(0);
    await verdict({}, { ...ctx, digest: (text) => `other ${text}` });
    expect(asked().length).toBeGreaterThan(0);
  });

  it('is remembered of what holds alone', async () => {
    expect(await verdict({ requirements: [byIdentity('nobody')] })).toMatch(/^VERIFY_UNTRUSTED/);
    await expect(files()).rejects.toThrow('ENOENT');
  });

  it('is forgotten when there is too much of it, the oldest first', async () => {
    await verdict();
    const first = (await files())[0] as string;
    for (let index = 0; index < 1_024; index++) {
      system.clock.advance(1);
      await system.files.create(`${CACHE}/${index}.json`, '', { mode: 0o600, sync: false });
    }
    await verdict({ requirements: [byIdentity('https://github.com/acme/*')] });
    expect((await files()).length).toBe(768);
    expect(await files()).not.toContain(first);
    expect(await files()).toContain('1023.json');
  });

  it('need not be remembered at all', async () => {
    const folders = { ...ctx.folders, cache: '/etc/mcpform/policy.yaml/cache' };
    expect(await verdict({}, { ...ctx, folders })).toBe(SIGNED);
  });
});
