import { sign } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ImagesList } from '../../src/report/images-list.ts';
import type { ImagesVerification } from '../../src/report/images-verify.ts';
import { blobOf, type Image, makeImage, makeMultiArch, publish } from '../images/image.ts';
import { type RealStage, realStage } from '../images/real-stage.ts';
import { type RecordingProxy, startProxy } from '../images/recording-proxy.ts';
import { SIMPLE_SIGNING, signatureTag } from '../images/signatures.ts';
import { type RealRegistry, startRegistry } from '../support/registry.ts';
import { deleteManifest } from '../support/registry-images.ts';
import { writeFiles } from '../support/world.ts';
import { ecKeys, type KeyPair, pemOf } from '../verify/keys.ts';
import { simpleSigning } from '../verify/world.ts';

let registry: RealRegistry;
let proxy: RecordingProxy;
let stage: RealStage;
let multi: Image;
let single: Image;
/** Tests that delete something have an image of their own. */
let count = 0;

beforeAll(async () => {
  registry = await startRegistry('plain');
});
afterAll(() => registry.stop());
beforeEach(async () => {
  count += 1;
  proxy = await startProxy(registry.host);
  stage = await realStage([registry]);
  [multi, single] = [makeMultiArch(`everything ${count}`), makeImage({ layers: [`single ${count}`, 'two'] })];
  const client = await stage.open(registry.host);
  await publish(client, `acme/multi-${count}`, multi, '1.0');
  await publish(client, `acme/single-${count}`, single, '2.0');
  await stage.lock({
    multi: `${proxy.host}/acme/multi-${count}:1.0`,
    single: `${proxy.host}/acme/single-${count}:2.0`,
  });
});
afterEach(() => Promise.all([stage.home.remove(), proxy.close()]));

const verify = (exitCode: number, ...more: readonly string[]): Promise<ImagesVerification> =>
  stage.json<ImagesVerification>(exitCode, ['images', 'verify', ...more]);
const results = ({ images }: ImagesVerification): readonly string[] => images.map(({ result }) => result);

describe('images verify, against a real registry', () => {
  it('asks for everything by HEAD, and fetches what it knows already no second time', async () => {
    await verify(0);
    const from = proxy.passed.length;
    const report = await verify(0);
    expect(report).toMatchObject({ isAsLocked: true, isFull: false, findings: [] });
    expect(report.images[0]).toMatchObject({ result: 'verified', manifests: 4, blobs: 7, tag: multi.digest });
    const asked = proxy.passed.slice(from).filter(({ url }) => url !== '/v2/');
    expect(new Set(asked.map(({ method }) => method))).toEqual(new Set(['HEAD']));
    // 4 + 1 manifests, 7 + 3 blobs, 2 tags.
    expect(asked).toHaveLength(17);
  });

  it('says which layer is gone, and that the other image is whole', async () => {
    const digest = multi.blobs[1]!.descriptor.digest;
    const url = `${registry.url}/v2/acme/multi-${count}/blobs/${digest}`;
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(202);
    const report = await verify(1);
    expect(results(report)).toEqual(['different', 'verified']);
    expect(report.images[0]!.findings).toMatchObject([{ code: 'RESOLVE_NOT_FOUND', severity: 'error' }]);
    expect(report.images[0]!.findings[0]!.message).toContain(digest);
    expect(report.images[0]!.blobs).toBe(6);
  });

  it('says which platform is gone, though the index is there', async () => {
    await verify(0);
    const digest = multi.manifests[1]!.digest;
    await deleteManifest(registry, `acme/multi-${count}`, digest);
    const report = await verify(1);
    expect(results(report)).toEqual(['different', 'verified']);
    expect(report.images[0]!.findings.map(({ message }) => message).join()).toContain(digest);
  });

  it('says that the index is gone', async () => {
    await deleteManifest(registry, `acme/single-${count}`, single.digest);
    const report = await verify(1, 'single');
    expect(results(report)).toEqual(['different']);
    expect(report.images[0]).toMatchObject({ manifests: 0, tag: null });
  });

  it('tells of a tag that moved, and is content', async () => {
    const moved = makeImage({ layers: ['moved'] });
    await publish(await stage.open(registry.host), `acme/single-${count}`, moved, '2.0');
    const report = await verify(0);
    expect(report.isAsLocked).toBe(true);
    expect(report.images[1]).toMatchObject({ result: 'verified', tag: moved.digest });
    expect(report.images[1]!.findings).toMatchObject([{ code: 'RESOLVE_TAG_MOVED', severity: 'info' }]);
    expect((await stage.expectExit(0, ['images', 'verify'])).stderr).toContain('info[RESOLVE_TAG_MOVED]');
  });

  it('with --full hashes every byte, and so finds what a registry only says it has', async () => {
    const { digest } = multi.blobs[2]!.descriptor;
    proxy.treat = ({ method, url }) => (method === 'GET' && url?.endsWith(digest) ? 'spoil' : 'pass');
    await verify(0);
    const report = await verify(1, '--full');
    expect(results(report)).toEqual(['different', 'verified']);
    expect(report.images[0]!.findings).toMatchObject([{ code: 'RESOLVE_INTEGRITY' }]);
    proxy.treat = () => 'pass';
    const bytes = single.blobs.reduce(
      (sum, { bytes }) => sum + bytes.length,
      single.manifests[0]!.bytes.length,
    );
    const whole = await verify(0, '--full');
    expect(whole.images[1]).toMatchObject({ result: 'verified', blobs: 3, bytes });
  });

  it('says that it cannot tell when a registry does not answer, and exits 1', async () => {
    await proxy.close();
    const report = await verify(1);
    expect(results(report)).toEqual(['unknown', 'unknown']);
    expect(report.images[0]!.findings).toMatchObject([{ code: 'RESOLVE_UNAVAILABLE' }]);
  });

  it('exits 6 when a policy wants a signature, and 0 when it was copied along with the image', async () => {
    const keys = ecKeys();
    await writeFiles(stage.home.folder, {
      'key.pem': pemOf(keys.publicKey),
      '.config/mcpform/policy.yaml': policyOf(`${stage.home.folder}/key.pem`),
    });
    const denied = await verify(6, 'single');
    expect(denied.isAsLocked).toBe(false);
    expect(denied.images[0]).toMatchObject({ result: 'denied', findings: [{ code: 'VERIFY_UNSIGNED' }] });
    const client = await stage.open(registry.host);
    const signature = signedBy(keys, single.digest);
    await publish(client, `acme/single-${count}`, signature, signatureTag(single.digest));
    await stage.expectExit(0, ['images', 'copy', 'single', '--to', `${proxy.host}/bare`, '--no-signatures']);
    await stage.expectExit(0, ['images', 'copy', 'single', '--to', `${proxy.host}/signed`]);
    const locked = `/acme/single-${count}:2.0`;
    await rm(join(stage.home.folder, '.config'), { recursive: true });
    await stage.lock({ bare: `${proxy.host}/bare${locked}`, signed: `${proxy.host}/signed${locked}` });
    await rm(join(stage.home.folder, '.cache'), { recursive: true });
    await writeFiles(stage.home.folder, {
      '.config/mcpform/policy.yaml': policyOf(`${stage.home.folder}/key.pem`),
    });
    expect(results(await verify(6))).toEqual(['denied', 'verified']);
    const signer = (await verify(0, 'signed')).images[0]?.signer;
    expect(signer).toMatchObject({ issuer: 'key' });
  });

  it('counts an image that is not locked as not as locked', async () => {
    const manifest = `apiVersion: mcpform/v1\nkind: Stack\nname: images\nservers:\n  multi:\n    image: ${proxy.host}/acme/multi-${count}:1.1\n`;
    await writeFiles(stage.home.project, { 'mcp.yaml': manifest });
    const report = await verify(1);
    expect(report.findings).toMatchObject([{ code: 'LOCK_UNSATISFIED', at: { line: 5 } }]);
  });
});

function policyOf(key: string): string {
  const entry = `  "${proxy.host}/*": { key: ${key} }`;
  return `apiVersion: mcpform/v1\nkind: Policy\nrules: {}\nsignatures:\n${entry}\n`;
}

/** As cosign does with a key of one's own. */
function signedBy({ privateKey }: KeyPair, digest: string): Image {
  const payload = simpleSigning(digest);
  const { bytes, descriptor } = blobOf(payload, SIMPLE_SIGNING);
  const signature = sign('sha256', payload, privateKey).toString('base64');
  const annotations = { 'dev.cosignproject.cosign/signature': signature };
  return makeImage({ layers: [{ bytes, descriptor: { ...descriptor, annotations } }] });
}

describe('images list, against a real registry', () => {
  const list = (...more: readonly string[]): Promise<ImagesList> =>
    stage.json<ImagesList>(0, ['images', 'list', ...more]);

  it('asks nobody without --platforms', async () => {
    await proxy.close();
    const { images } = await list();
    expect(images).toEqual([
      { server: 'multi', image: `${proxy.host}/acme/multi-${count}:1.0`, digest: multi.digest, signer: null },
      {
        server: 'single',
        image: `${proxy.host}/acme/single-${count}:2.0`,
        digest: single.digest,
        signer: null,
      },
    ]);
  });

  it('knows platforms of an index and of one manifest, and the second time without asking', async () => {
    const first = await list('--platforms');
    expect(first.images.map(({ platforms }) => platforms?.map(({ platform }) => platform))).toEqual([
      ['linux/amd64', 'linux/arm64'],
      ['linux/amd64'],
    ]);
    await proxy.close();
    expect(await list('--platforms')).toEqual(first);
  });

  it('says which image it could not look at, and exits 5', async () => {
    await proxy.close();
    const { images } = await stage.json<ImagesList>(5, ['images', 'list', '--platforms']);
    expect(images.map(({ error }) => error?.code)).toContain('RESOLVE_UNAVAILABLE');
  });
});
