/** Before the name of an image that no registry has, and instead of its registry: no image and no host is called so. */
export const LOCAL = 'local://';

/**
 * The full name of an image as Docker reads it: `mcp/x` is `docker.io/mcp/x`, `redis` and
 * `docker.io/redis` are `docker.io/library/redis`.
 * https://github.com/distribution/reference/blob/main/normalize.go
 */
export function imageName(image: string): string {
  if (image.startsWith(LOCAL)) {
    const name = image.slice(LOCAL.length);
    return name === '*' ? image : `${LOCAL}${imageName(name)}`;
  }
  const [first = '', ...rest] = image.split('/');
  const isRegistry =
    rest.length > 0 && (/[.:*]/.test(first) || first === 'localhost' || first !== first.toLowerCase());
  if (!isRegistry) return rest.length === 0 ? `docker.io/library/${image}` : `docker.io/${image}`;
  const host = first.toLowerCase();
  if (host !== 'docker.io' && host !== 'index.docker.io') return [host, ...rest].join('/');
  // In a pattern, `docker.io/*` means everything there, and not only what is in `library`.
  const isOfficial = rest.length === 1 && !image.includes('*');
  return ['docker.io', ...(isOfficial ? ['library'] : []), ...rest].join('/');
}

/** Host and port of a full image name. */
export function registryOf(name: string): string {
  return name.split('/', 1)[0] as string;
}

/** The name without tag and digest. A colon before the last slash is the registry's port. */
export function repositoryOf(name: string): string {
  const withoutDigest = name.replace(/@.*$/, '');
  const tag = withoutDigest.indexOf(':', withoutDigest.lastIndexOf('/') + 1);
  return tag === -1 ? withoutDigest : withoutDigest.slice(0, tag);
}
