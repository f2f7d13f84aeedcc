import type { EngineHost } from './engine-host.ts';
import { type Fact, fact } from './fact.ts';
import { forbiddenSource } from './forbidden-source.ts';

/**
 * A folder of the host that a container is to have. Judged by its real path; what is forbidden is so under either name.
 * A link may be moved afterwards, so whoever starts the container looks again.
 */
export function sourceFact(source: string, host: EngineHost): Fact {
  const real = realPath(source, host);
  const danger =
    (real === null ? null : forbiddenSource(real, host)) ??
    forbiddenSource(source, host) ??
    (real === null ? 'whose real path nobody knows' : null);
  const place = real === null || real === source ? '' : `, which is "${real}"`;
  return {
    ...fact('mounts', real, `folder "${source}" of the host${place}${danger === null ? '' : ` (${danger})`}`),
    ...(real === source ? {} : { also: [source] }),
    ...(danger === null ? {} : { danger }),
  };
}

/** Links in `/proc` lead somewhere else for everybody who follows them. */
function realPath(source: string, { realPaths }: EngineHost): string | null {
  const real = realPaths.get(source) ?? null;
  return /^\/proc\//.test(source) && real !== source ? null : real;
}
