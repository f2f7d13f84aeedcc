import type { Context } from '../../model/context.ts';
import type { Registry } from '../../model/registry.ts';
import { getBlob, hasBlob, streamBlob } from './blobs.ts';
import { listReferrers, listTags } from './lists.ts';
import { getManifest, headManifest, putManifest } from './manifests.ts';
import type { Session } from './session.ts';
import { mountBlob, uploadBlob } from './uploads.ts';

/** One registry, asked directly. */
export function registryOf(session: Session, ctx: Context): Registry {
  return {
    resolve: (repository, reference) => headManifest(session, repository, reference, ctx),
    manifest: (repository, reference) => getManifest(session, repository, reference, ctx),
    blob: (repository, digest, maxBytes) => getBlob(session, repository, { digest, maxBytes }, ctx),
    streamBlob: (repository, descriptor) => streamBlob(session, repository, descriptor, ctx),
    referrers: (repository, digest) => listReferrers(session, repository, digest, ctx),
    tags: (repository) => listTags(session, repository, ctx),
    hasBlob: (repository, digest) => hasBlob(session, repository, digest, ctx),
    mountBlob: (repository, digest, from) => mountBlob(session, repository, { digest, from }, ctx),
    uploadBlob: (repository, descriptor, bytes) =>
      uploadBlob(session, repository, { descriptor, bytes }, ctx),
    putManifest: (repository, reference, manifest) =>
      putManifest(session, repository, reference, manifest, ctx),
  };
}
