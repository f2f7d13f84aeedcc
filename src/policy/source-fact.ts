import type { EngineHost } from './engine-host.ts';
import { type Fact, fact } from './fact.ts';
import { forbiddenSource } from './forbidden-source.ts';
import { isWithin, plainPath } from './host-path.ts';

/**
 * A folder of the host that a container is to have. Judged by its real path; what is forbidden is so under either name.
 * A link may be moved afterwards, so whoever starts the container looks again.
 */
export function sourceFact(source: string, host: EngineHost): Fact {
  const real = realPath(source, host);
  const isSecret = [source, real].some((path) => path !== null && isOfSecrets(path, host));
  const danger =
    (isSecret ? 'where mcpform keeps secrets of containers' : null) ??
    (real === null ? null : forbiddenSource(real, host)) ??
    forbiddenSource(source, host) ??
    (real === null ? 'whose real path nobody knows' : null);
  const place = real === null || real === source ? '' : `, which is "${real}"`;
  return {
    ...fact('mounts', real, `folder "${source}" of the host${place}${danger === null ? '' : ` (${danger})`}`),
    ...(real === source ? {} : { also: [source] }),
    ...(danger === null ? {} : { danger }),
    ...(isSecret ? { isNever: true } : {}),
  };
}

/** What is in there is bound by mcpform alone, once everything is judged. */
function isOfSecrets(path: string, { secretFolders = [] }: EngineHost): boolean {
  const plain = plainPath(path);
  return secretFolders.some((folder) => {
    const ours = plainPath(folder);
    return plain !== null && ours !== null && isWithin(plain, ours);
  });
}

/** Links in `/proc` lead somewhere else for everybody who follows them. */
function realPath(source: string, { realPaths }: EngineHost): string | null {
  const real = realPaths.get(source) ?? null;
  return /^\/proc\//.test(source) && real !== source ? null : real;
}
