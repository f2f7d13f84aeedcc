/** Paths and scopes of one repository, as the distribution specification has them. */
export interface RepositoryPaths {
  readonly manifest: (reference: string) => string;
  readonly blob: (digest: string) => string;
  readonly uploads: string;
  readonly referrers: (digest: string) => string;
  readonly tags: string;
  readonly pull: string;
  readonly push: string;
}

const NAME = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const REFERENCE = /^(?:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}|sha256:[0-9a-f]{64})$/;

/** Throws a plain error for a name that has not passed the manifest: it would be another address. */
export function pathsOf(repository: string): RepositoryPaths {
  if (!NAME.test(repository)) throw new Error(`"${repository}" is no repository`);
  const root = `/v2/${repository}`;
  const part = (reference: string): string => {
    if (!REFERENCE.test(reference)) throw new Error(`"${reference}" is no tag and no digest`);
    return reference;
  };
  return {
    manifest: (reference) => `${root}/manifests/${part(reference)}`,
    blob: (digest) => `${root}/blobs/${part(digest)}`,
    uploads: `${root}/blobs/uploads/`,
    referrers: (digest) => `${root}/referrers/${part(digest)}`,
    tags: `${root}/tags/list`,
    pull: `repository:${repository}:pull`,
    push: `repository:${repository}:pull,push`,
  };
}
