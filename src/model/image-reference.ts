/** `[REGISTRY/]NAME[:TAG][@sha256:…]`, in the full form that a registry is asked with. */
export interface ImageReference {
  /** Host and port, lower case: `docker.io`, `ghcr.io`, `127.0.0.1:5000`. */
  readonly registry: string;
  /** `library/redis`, `acme/tools/x`. */
  readonly repository: string;
  readonly tag?: string;
  /** `sha256:` + hex. */
  readonly digest?: string;
  /** As written, without tag and digest. */
  readonly name: string;
}

/**
 * Reads an image reference as Docker does: `redis` is `docker.io/library/redis`. The text has passed the manifest.
 * https://github.com/distribution/reference/blob/main/normalize.go
 */
export function parseImageReference(text: string): ImageReference {
  const [beforeDigest = '', digest] = text.split('@', 2);
  const colon = beforeDigest.indexOf(':', beforeDigest.lastIndexOf('/') + 1);
  const name = colon === -1 ? beforeDigest : beforeDigest.slice(0, colon);
  const tag = colon === -1 ? undefined : beforeDigest.slice(colon + 1);
  return {
    ...placeOf(name),
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
    name,
  };
}

function placeOf(name: string): Pick<ImageReference, 'registry' | 'repository'> {
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  const isRegistry =
    slash !== -1 && (/[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase());
  if (!isRegistry) {
    return { registry: 'docker.io', repository: slash === -1 ? `library/${name}` : name };
  }
  const host = first.toLowerCase();
  const rest = name.slice(slash + 1);
  if (host !== 'docker.io' && host !== 'index.docker.io') return { registry: host, repository: rest };
  return { registry: 'docker.io', repository: rest.includes('/') ? rest : `library/${rest}` };
}

/** Whether it is what an engine calls the content of an image it has, and so no reference: `sha256:` + 64 hex digits. */
export function isImageId(text: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(text);
}
