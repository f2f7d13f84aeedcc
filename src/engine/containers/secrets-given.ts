import { looksLikeSecret } from '../../formats/redact.ts';
import type { ContainerSpec } from '../../model/container.ts';
import type { Template } from '../../model/manifest.ts';

/** Shorter ones are in every other word. */
const SHORTEST = 4;

/** What a container is given that it must not be quoted with: values of variables, and literals that look like it. */
export function secretsGiven(
  { env, args }: Pick<ContainerSpec, 'env' | 'args'>,
  own: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const literals = Object.entries(env).flatMap(([name, template]) =>
    typeof template === 'string' && looksLikeSecret(name, template) !== null ? [template] : [],
  );
  const values = [...Object.values(env), ...args].flatMap(namesIn).flatMap((name) => {
    const value = own[name];
    return value !== undefined && isTelling(name, value) ? [value] : [];
  });
  return [...new Set([...literals, ...values])].filter(({ length }) => length >= SHORTEST);
}

/** Paths and short words are no secrets, and an error that does not name its file says nothing. */
function isTelling(name: string, value: string): boolean {
  return looksLikeSecret(name, value) !== null || (value.length >= 6 && !value.startsWith('/'));
}

function namesIn(template: Template): readonly string[] {
  if (typeof template === 'string') return [];
  return template.flatMap((part) => (typeof part !== 'string' && 'env' in part ? [part.env] : []));
}
