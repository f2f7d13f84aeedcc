import type { Runtime } from '../model/manifest.ts';

type Package = Extract<Runtime, { kind: 'package' }>;

/** The package that a resolver is asked for. Anything else is a bug of whoever chose the resolver. */
export function packageOf(runtime: Runtime, ecosystem: Package['ecosystem']): Package {
  if (runtime.kind === 'package' && runtime.ecosystem === ecosystem) return runtime;
  throw new Error(`not a package of ${ecosystem}: ${JSON.stringify(runtime)}`);
}
