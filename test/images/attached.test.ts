import { describe, expect, it } from 'vitest';
import { copy, FROM, stored, TO } from './copying.ts';
import { blobOf, descriptorOf, makeImage, makeMultiArch, manifestOf, OCI_INDEX, publish } from './image.ts';
import { RegistryMock } from './registry-mock.ts';
import { attachTo, listByTag, referrerTo, rootOf, signatureLayers, signatureTag } from './signatures.ts';

const image = makeMultiArch('x');
const digestsOf = (registry: RegistryMock, subject = image.digest) =>
  registry.referrers(TO, subject).then((list) => list.map(({ digest }) => digest));

async function worldOf(options = {}): Promise<{ source: RegistryMock; target: RegistryMock }> {
  const source = new RegistryMock(options);
  await publish(source, FROM, image, '1.2.3');
  return { source, target: new RegistryMock() };
}

describe('signatures and attestations', () => {
  it('are copied with the image: referrers of all manifests, and the tags of cosign', async () => {
    const { source, target } = await worldOf();
    const attached = await attachTo(source, FROM, image);
    const { error, done } = await copy(source, target, image.digest);
    expect(error).toBeUndefined();
    expect(done.attached).toBe(3);
    for (const each of attached) {
      for (const { digest, bytes } of each.manifests) expect(target.bytesOf(TO, digest)).toEqual(bytes);
      for (const { descriptor, bytes } of each.blobs)
        expect(target.bytesOf(TO, descriptor.digest)).toEqual(bytes);
    }
    expect(target.dump(TO).tags).toMatchObject({
      [signatureTag(image.digest)]: attached[0]!.digest,
      [signatureTag(image.manifests[0]!.digest, 'att')]: attached[2]!.digest,
    });
    expect(await digestsOf(target)).toEqual([attached[1]!.digest]);
  });

  it('are there before the tag of the image is', async () => {
    const { source, target } = await worldOf();
    await attachTo(source, FROM, image);
    await copy(source, target, image.digest);
    expect(target.writes.at(-1)).toBe(`putManifest ${TO} 1.2.3`);
    expect(target.writes.filter((write) => write.endsWith(' 1.2.3'))).toHaveLength(1);
  });

  it('stay behind when that is asked for, and nobody looks for them', async () => {
    const { source, target } = await worldOf();
    await attachTo(source, FROM, image);
    source.calls.length = 0;
    const { done } = await copy(source, target, image.digest, { withAttached: false });
    expect(done.attached).toBeNull();
    expect(source.calls.filter(({ name }) => name === 'referrers' || name === 'resolve')).toEqual([]);
    expect(Object.keys(target.dump(TO).tags)).toEqual(['1.2.3']);
  });

  it('are said to be none when there are none', async () => {
    const { source, target } = await worldOf();
    expect((await copy(source, target, image.digest)).done.attached).toBe(0);
  });

  it('that refer to signatures are copied too', async () => {
    const { source, target } = await worldOf();
    const sbom = referrerTo(rootOf(image), 'sbom');
    const ofSbom = referrerTo(rootOf(sbom), 'signature of the sbom');
    for (const each of [sbom, ofSbom]) await publish(source, FROM, each);
    await listByTag(source, FROM, image.digest, [sbom]);
    await listByTag(source, FROM, sbom.digest, [ofSbom]);
    const { done } = await copy(source, target, image.digest);
    expect(done.attached).toBe(2);
    expect(await digestsOf(target, sbom.digest)).toEqual([ofSbom.digest]);
  });

  it.each([
    ['that keeps the list itself, from one that does not', {}, { hasReferrers: true }],
    ['that does not, from one that does', { hasReferrers: true }, {}],
  ])('are listed by a registry %s', async (_what, from, to) => {
    const source = new RegistryMock(from);
    const target = new RegistryMock(to);
    await publish(source, FROM, image);
    const bundle = referrerTo(rootOf(image));
    await publish(source, FROM, bundle);
    if (!('hasReferrers' in from)) await listByTag(source, FROM, image.digest, [bundle]);
    const { error } = await copy(source, target, image.digest);
    expect(error).toBeUndefined();
    expect(await digestsOf(target)).toEqual([bundle.digest]);
    const isTagged = Object.keys(target.dump(TO).tags).includes(image.digest.replace(':', '-'));
    expect(isTagged).toBe(!('hasReferrers' in to));
  });

  it('join those that the target lists already, and leave every word of them', async () => {
    const { source, target } = await worldOf();
    const [ours, theirs] = [referrerTo(rootOf(image), 'ours'), referrerTo(rootOf(image), 'theirs')];
    await publish(source, FROM, ours);
    await listByTag(source, FROM, image.digest, [ours]);
    await publish(target, TO, theirs);
    const index = manifestOf(OCI_INDEX, {
      manifests: [{ ...descriptorOf(rootOf(theirs)), 'x-note': 'kept' }],
    });
    await target.putManifest(TO, image.digest.replace(':', '-'), index);
    const { error } = await copy(source, target, image.digest);
    expect(error).toBeUndefined();
    expect(await digestsOf(target)).toEqual([theirs.digest, ours.digest]);
    expect(JSON.stringify(await target.referrers(TO, image.digest))).toContain('"x-note":"kept"');
  });

  it('that do not refer to the image, whatever a list says, are left', async () => {
    const { source, target } = await worldOf();
    const stranger = referrerTo(rootOf(makeImage({ layers: ['another'] })));
    await publish(source, FROM, stranger);
    await listByTag(source, FROM, image.digest, [stranger]);
    const { done, error } = await copy(source, target, image.digest);
    expect(error).toBeUndefined();
    expect(done.attached).toBe(0);
    expect(target.dump(TO).manifests).not.toContain(stranger.digest);
  });

  it('take the place of older ones that they include', async () => {
    const { source, target } = await worldOf();
    await publish(source, FROM, signatureLayers('one'), signatureTag(image.digest));
    await copy(source, target, image.digest);
    const grown = signatureLayers('one', 'two');
    await publish(source, FROM, grown, signatureTag(image.digest));
    const { error } = await copy(source, target, image.digest);
    expect(error).toBeUndefined();
    expect(target.dump(TO).tags).toMatchObject({ [signatureTag(image.digest)]: grown.digest });
  });

  it('never take the place of others that the target has, unless that was asked for', async () => {
    const { source, target } = await worldOf();
    const [ours, theirs] = [signatureLayers('ours'), signatureLayers('theirs')];
    await publish(source, FROM, ours, signatureTag(image.digest));
    await publish(target, TO, theirs, signatureTag(image.digest));
    target.calls.length = 0;
    const refused = await copy(source, target, image.digest);
    expect(refused.error).toMatchObject({ code: 'RESOLVE_TAG_TAKEN' });
    expect(target.writes).toEqual([]);
    const { error } = await copy(source, target, image.digest, { overwrites: true });
    expect(error).toBeUndefined();
    expect(target.dump(TO).tags).toMatchObject({ [signatureTag(image.digest)]: ours.digest });
  });

  it('that are new are sent also when the image itself is there', async () => {
    const { source, target } = await worldOf();
    await copy(source, target, image.digest);
    await attachTo(source, FROM, image);
    const { error, done } = await copy(source, target, image.digest);
    expect(error).toBeUndefined();
    expect(done).toMatchObject({ tag: 'there', attached: 3 });
    expect(Object.keys(stored(target, TO)).length).toBeGreaterThan(11);
  });

  it('cannot be more than anybody has', async () => {
    const { source, target } = await worldOf();
    const many = Array.from({ length: 501 }, (_, at) => ({ ...blobOf(`${at}`).descriptor }));
    source.referrers = async () => many;
    const { error } = await copy(source, target, image.digest);
    expect(error).toMatchObject({ code: 'RESOLVE_TOO_BIG' });
    expect(target.writes).toEqual([]);
  });
});
