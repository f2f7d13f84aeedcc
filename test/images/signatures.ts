import type { Manifest, Registry } from '../../src/model/registry.ts';
import { blobOf, descriptorOf, type Image, makeImage, manifestOf, OCI_INDEX, publish } from './image.ts';

export const SIMPLE_SIGNING = 'application/vnd.dev.cosign.simplesigning.v1+json';
const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/** The tag under which cosign's older signatures are. */
export function signatureTag(digest: string, suffix = 'sig'): string {
  return `${digest.replace(':', '-')}.${suffix}`;
}

/** What cosign keeps under its tag: a layer per signature. None is a true one: nobody who copies looks into it. */
export function signatureLayers(...names: readonly string[]): Image {
  return makeImage({ layers: names.map((name) => blobOf(`{"signed by": "${name}"}`, SIMPLE_SIGNING)) });
}

/** A Sigstore bundle that refers to a manifest. */
export function referrerTo(subject: Manifest, name = 'somebody'): Image {
  return makeImage({ layers: [blobOf(`{"bundle of": "${name}"}`, BUNDLE)], subject, artifactType: BUNDLE });
}

export function rootOf({ manifests }: Image): Manifest {
  return manifests.at(-1) as Manifest;
}

/** Signs an image in both ways, and attests its first platform. Returns all that was attached. */
export async function attachTo(
  registry: Registry,
  repository: string,
  image: Image,
): Promise<readonly Image[]> {
  const signature = signatureLayers('one');
  const bundle = referrerTo(rootOf(image));
  const attestation = signatureLayers('attestation');
  const first = image.manifests[0] as Manifest;
  await publish(registry, repository, signature, signatureTag(image.digest));
  await publish(registry, repository, attestation, signatureTag(first.digest, 'att'));
  await publish(registry, repository, bundle);
  await listByTag(registry, repository, image.digest, [bundle]);
  return [signature, bundle, attestation];
}

/** As clients do for registries that keep no list of referrers themselves. */
export async function listByTag(
  registry: Registry,
  repository: string,
  subject: string,
  referrers: readonly Image[],
): Promise<void> {
  const manifests = referrers.map((each) => ({ ...descriptorOf(rootOf(each)), artifactType: BUNDLE }));
  const index = manifestOf(OCI_INDEX, { manifests });
  await registry.putManifest(repository, index.digest, index);
  await registry.putManifest(repository, subject.replace(':', '-'), index);
}
