import { canonicalJson } from '../model/json.ts';
import type { SecretReference, Server, Template, TemplatePart } from '../model/manifest.ts';
import type { Emission, SecretUse } from '../model/resource.ts';

export type Secrets = Readonly<Record<string, SecretReference>>;

/**
 * The template as the client gets it: a secret from the environment becomes the client's own `${NAME}`, literal
 * neighbours are joined, a template without variables is plain text. Other secrets stay: whoever starts the server
 * resolves them.
 */
export function bindTemplate(template: Template, secrets: Secrets): Template {
  return typeof template === 'string'
    ? template
    : joinTemplate(template.map((each) => bindPart(each, secrets)));
}

export type Binder = (template: Template) => Template;

/** A secret becomes the client's own `${NAME}` where it can, unless the manifest wants it otherwise. */
export function binderOf({ emit }: Pick<Server, 'emit'>, secrets: Secrets): Binder {
  if (emit === 'wrapper' || emit === 'plaintext') return joinTemplate;
  return (template) => bindTemplate(template, secrets);
}

/** The template with literal neighbours joined, every secret as it is. */
export function joinTemplate(template: Template): Template {
  if (typeof template === 'string') return template;
  const parts: TemplatePart[] = [];
  for (const part of template) {
    const last = parts.at(-1);
    if (part === '') continue;
    if (typeof part === 'string' && typeof last === 'string') parts[parts.length - 1] = last + part;
    else parts.push(part);
  }
  if (parts.length === 0) return '';
  return parts.length === 1 && typeof parts[0] === 'string' ? parts[0] : parts;
}

function bindPart(part: TemplatePart, secrets: Secrets): TemplatePart {
  if (typeof part === 'string' || !('secret' in part)) return part;
  const name = environmentName(secretNamed(part.secret, secrets));
  return name === null ? part : { env: name };
}

/**
 * Each secret the template names, and each `${NAME}` of the client's own, which counts as `env:NAME`. `via` says how a
 * named one gets there.
 */
export function secretsIn(
  template: Template,
  { pointer, via, secrets }: { readonly pointer: string; readonly via: Emission; readonly secrets: Secrets },
): readonly SecretUse[] {
  if (typeof template === 'string') return [];
  return template.flatMap((part): SecretUse[] => {
    if (typeof part === 'string') return [];
    if ('env' in part) return [{ locator: `env:${part.env}`, pointer, via: 'reference' }];
    return [{ name: part.secret, locator: locatorOf(secretNamed(part.secret, secrets)), pointer, via }];
  });
}

/** `backend:key`: what grants and policy are about. Never a value. */
export function locatorOf(secret: SecretReference): string {
  const { backend, argument } = secret;
  return `${backend}:${typeof argument === 'string' ? argument : canonicalJson(argument)}`;
}

/** The variable a secret of backend `env` names; null for every other backend. */
export function environmentName(secret: SecretReference): string | null {
  return secret.backend === 'env' && typeof secret.argument === 'string' ? secret.argument : null;
}

export function secretNamed(name: string, secrets: Secrets): SecretReference {
  const secret = Object.hasOwn(secrets, name) ? secrets[name] : undefined;
  if (secret === undefined) throw new Error(`secret "${name}" passed the manifest without being declared`);
  return secret;
}
