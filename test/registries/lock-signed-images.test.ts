import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onStage, type Stage } from '../cli/stage.ts';
import { type RealRegistry, startRegistry } from '../support/registry.ts';
import { content, makeIndex, pushIndex, putBlob, putManifest } from '../support/registry-images.ts';

const SIMPLE_SIGNING = 'application/vnd.dev.cosign.simplesigning.v1+json';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

describe('signatures that a machine policy demands', () => {
  let registry: RealRegistry;
  const ours = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const others = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(() => registry.stop());

  /** A machine on which images of `acme` must be signed by our key, and a stack with one such image. */
  function onMachine<Result>(image: string, work: (on: Stage) => Promise<Result>): Promise<Result> {
    const manifest = `apiVersion: mcpform/v1
kind: Stack
name: tools
servers:
  tool:
    image: ${registry.host}/acme/${image}
    launch: direct
  plain: { command: plain }
`;
    return onStage(async (on) => {
      const key = `${on.home.folder}/cosign.pub`;
      await on.write({
        'cosign.pub': ours.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
        '.config/mcpform/policy.yaml': `apiVersion: mcpform/v1
kind: Policy
signatures:
  "${registry.host}/acme/*": { key: ${key} }
`,
      });
      return await work(on);
    }, manifest);
  }

  const push = (name: string): Promise<string> =>
    pushIndex(registry, `acme/${name}`, makeIndex({ seed: name }), '1.0.0');

  /** As `cosign sign --key` did before there were bundles. */
  async function signWith(key: KeyObject, name: string, digest: string): Promise<void> {
    const payload = JSON.stringify({
      critical: {
        identity: { 'docker-reference': `${registry.host}/acme/${name}` },
        image: { 'docker-manifest-digest': digest },
        type: 'cosign container image signature',
      },
      optional: null,
    });
    const blob = content(SIMPLE_SIGNING, payload);
    const config = content('application/vnd.oci.image.config.v1+json', { architecture: '', os: '' });
    for (const each of [blob, config]) await putBlob(registry, `acme/${name}`, each);
    const signature = sign('sha256', Buffer.from(payload), key).toString('base64');
    const layer = {
      mediaType: SIMPLE_SIGNING,
      digest: blob.digest,
      size: blob.size,
      annotations: { 'dev.cosignproject.cosign/signature': signature },
    };
    const described = { mediaType: config.mediaType, digest: config.digest, size: config.size };
    const manifest = { schemaVersion: 2, mediaType: MANIFEST, config: described, layers: [layer] };
    const tag = `${digest.replace(':', '-')}.sig`;
    await putManifest(registry, `acme/${name}`, content(MANIFEST, manifest), tag);
  }

  const fingerprint = createHash('sha256')
    .update(ours.publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64')
    .replace(/=+$/, '');

  it('are verified by lock, which writes down who signed, and once more by apply', async () => {
    await signWith(ours.privateKey, 'signed', await push('signed'));
    await onMachine('signed:1.0.0', async (on) => {
      await on.expectExit(0, ['lock']);
      const lock = await on.read('project/mcp.lock.yaml');
      expect(lock).toContain('issuer: key');
      expect(lock).toContain(`identity: SHA256:${fingerprint}`);
      await on.expectExit(0, ['lock', '--check']);
      await on.expectExit(0, ['images', 'verify']);
      await on.apply();
      expect(Object.keys(JSON.parse(await on.read('.claude.json')).mcpServers).sort()).toEqual([
        'plain',
        'tool',
      ]);
    });
  });

  it.each([
    ['nobody signed', 'unsigned', null, 'VERIFY_UNSIGNED'],
    ['somebody else signed', 'foreign', others.privateKey, 'VERIFY_UNTRUSTED'],
  ])('refuse what %s: no pin, no entry, exit 6, and the rest goes on', async (_, name, key, code) => {
    const digest = await push(name);
    if (key !== null) await signWith(key, name, digest);
    await onMachine(`${name}:1.0.0`, async (on) => {
      const { stdout } = await on.expectExit(5, ['lock']);
      expect(stdout).toContain(`[${code}]`);
      // Whoever may write to the repository can write the pin, but not the signature.
      const image = `${registry.host}/acme/${name}:1.0.0@${digest}`;
      const written = `apiVersion: mcpform/v1\nkind: Lock\nservers:\n  tool:\n    image: ${image}\n`;
      await on.write({ 'project/mcp.lock.yaml': written });
      const applied = await on.expectExit(6, ['apply', '--auto-approve', '--no-settle']);
      expect(applied.stdout).toContain(`[${code}]`);
      expect(Object.keys(JSON.parse(await on.read('.claude.json')).mcpServers)).toEqual(['plain']);
      await on.expectExit(6, ['images', 'verify']);
    });
  });
});
