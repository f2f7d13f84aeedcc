import type { Runtime } from '../model/manifest.ts';
import type { Resolver } from '../model/resolver.ts';

/** Where a name is looked up: the ecosystem of a package, or `oci` for images. */
export type Source = Extract<Runtime, { kind: 'package' }>['ecosystem'] | 'oci';

/** Every resolver there is, each loaded when it is needed. */
const register: Readonly<Record<Source, () => Promise<Resolver>>> = {
  oci: async () => (await import('./oci/resolver.ts')).ociResolver as Resolver,
  npm: async () => (await import('./npm/resolver.ts')).npmResolver as Resolver,
  pypi: async () => (await import('./pypi/resolver.ts')).pypiResolver as Resolver,
  git: async () => (await import('./git/resolver.ts')).gitResolver as Resolver,
  mcpb: async () => (await import('./mcpb/resolver.ts')).mcpbResolver as Resolver,
};

export async function loadResolver(source: Source): Promise<Resolver> {
  return await register[source]();
}

/** Null for servers that nobody has to look up. */
export function sourceOf(runtime: Runtime): Source | null {
  if (runtime.kind === 'image') return 'oci';
  return runtime.kind === 'package' ? runtime.ecosystem : null;
}
