import { isSecretName } from '../formats/redact.ts';
import type { Context } from '../model/context.ts';
import type { Manifest, Server, Template } from '../model/manifest.ts';

/** What is shorter is a word that stands in many places, and no key. */
const SHORTEST = 8;

/**
 * Makes known, so that nothing shows them, the values that a manifest takes from our own environment: of what it
 * declares under `secrets`, and of `${NAME}` where the name says that it is a secret. Asks no backend.
 */
export function concealEnvironment({ secrets, servers }: Manifest, { env, conceal }: Known): void {
  const declared = Object.values(secrets).flatMap(({ backend, argument }) =>
    backend === 'env' && typeof argument === 'string' ? [argument] : [],
  );
  const used = servers.flatMap(templatesOf).flatMap(namesIn).filter(isSecretName);
  for (const name of new Set([...declared, ...used])) {
    const value = env[name] ?? '';
    if (value.length >= SHORTEST) conceal.add(value);
  }
}

type Known = Pick<Context, 'env' | 'conceal'>;

function templatesOf({ runtime, args, env, headers }: Server): readonly Template[] {
  const own = runtime.kind === 'command' ? [runtime.command] : runtime.kind === 'url' ? [runtime.url] : [];
  return [...own, ...args, ...Object.values(env), ...Object.values(headers)];
}

function namesIn(template: Template): readonly string[] {
  if (typeof template === 'string') return [];
  return template.flatMap((part) => (typeof part !== 'string' && 'env' in part ? [part.env] : []));
}
