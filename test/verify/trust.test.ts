import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Context } from '../../src/model/context.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { ecKeys, pemOf } from './keys.ts';
import { MockRegistry } from './mock-registry.ts';
import { type LocalSigstore, localSigstore } from './sigstore.ts';
import { ask, byIdentity, byKey, cosignStatement, KEY, POLICY, ROOT, world } from './world.ts';

let sigstore: LocalSigstore;
beforeAll(async () => {
  sigstore = await localSigstore();
});

async function verdict(ctx: Context, requirement = byIdentity()): Promise<string> {
  const registry = new MockRegistry();
  const digest = registry.push({ schemaVersion: 2, manifests: [] });
  registry.attach(await sigstore.attest(cosignStatement(digest)));
  return ask({ registry, digest, requirements: [requirement] }, ctx);
}

describe('a trusted root that a policy names', () => {
  it.each<[string, (root: JsonObject) => string | JsonObject, RegExp]>([
    ['is not JSON', () => '{', /is not the trusted root of a Sigstore/],
    ['is something else', () => ({ a: 1 }), /lists no certificate authority$/],
    ['is no object', () => 'null', /is not the trusted root of a Sigstore/],
    [
      'has a broken certificate',
      (root) => ({
        ...root,
        certificateAuthorities: [{ certChain: { certificates: [{ rawBytes: 'AAAA' }] } }],
      }),
      /is not the trusted root/,
    ],
    [
      'has a broken key',
      (root) => ({ ...root, tlogs: [{ publicKey: { rawBytes: 'AAAA' }, logId: {} }] }),
      /is not the trusted root/,
    ],
    ['is larger than any', (root) => ({ ...root, x: 'x'.repeat(1_048_576) }), /is no file, or too large$/],
  ])('fails closed when it %s', async (_, change, reason) => {
    const found = await verdict(world({ [ROOT]: change(sigstore.trustedRoot) }).ctx);
    expect(found).toMatch(/^VERIFY_TRUST_INVALID: "\/etc\/mcpform\/trusted_root\.json" /);
    expect(found).toMatch(reason);
  });

  it('fails closed when it is missing, or a folder', async () => {
    expect(await verdict(world({}).ctx)).toMatch(/^VERIFY_TRUST_INVALID: .* cannot be read: ENOENT/);
    expect(await verdict(world({ [`${ROOT}/x`]: '' }).ctx)).toMatch(/^VERIFY_TRUST_INVALID: .* is no file/);
  });
});

describe('a key that a policy names', () => {
  it.each<[string, string, RegExp]>([
    ['nothing', '', /is not a public key in PEM/],
    ['a private key’s text cut short', '-----BEGIN PRIVATE KEY-----', /is not a public key in PEM/],
    [
      'a short RSA key',
      pemOf(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey),
      /it is no ECDSA, RSA/,
    ],
    ['a key of a strange curve', pemOf(ecKeys('secp256k1').publicKey), /it is no ECDSA, RSA/],
    ['a key that cannot sign', pemOf(generateKeyPairSync('x25519').publicKey), /it is no ECDSA, RSA/],
  ])('fails closed when it is %s', async (_, text, reason) => {
    const found = await verdict(world({ [KEY]: text }).ctx, byKey());
    expect(found).toMatch(/^VERIFY_TRUST_INVALID: "\/etc\/mcpform\/cosign\.pub" is not a public key in PEM/);
    expect(found).toMatch(reason);
  });
});

describe('what root’s policy names', () => {
  it.each<[string, number, number]>([
    ['belongs to another', 1000, 0o644],
    ['may be written by its group', 0, 0o664],
    ['may be written by all', 0, 0o666],
  ])('is not believed when it %s', async (_, uid, mode) => {
    const { ctx, system } = world({ [ROOT]: sigstore.trustedRoot });
    await system.files.changeOwner(ROOT, uid, uid);
    await system.files.changeMode(ROOT, mode);
    expect(await verdict(ctx)).toMatch(
      /^VERIFY_TRUST_INVALID: .* must belong to root and be writable by root alone$/,
    );
  });

  it('is judged where a link leads', async () => {
    const target = '/srv/root.json';
    const { ctx, system } = world({ [ROOT]: { link: target }, [target]: sigstore.trustedRoot });
    expect(await verdict(ctx)).toMatch(/^signed by /);
    await system.files.changeOwner(target, 1000, 1000);
    expect(await verdict(ctx)).toMatch(/^VERIFY_TRUST_INVALID/);
  });

  it('while the user’s own policy names files of the user', async () => {
    const { ctx, system } = world({ [ROOT]: sigstore.trustedRoot });
    for (const path of [POLICY, ROOT]) await system.files.changeOwner(path, 1000, 1000);
    await system.files.changeMode(ROOT, 0o664);
    expect(await verdict(ctx)).toMatch(/^signed by /);
  });
});
