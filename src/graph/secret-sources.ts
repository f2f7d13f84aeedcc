import { resolve } from 'node:path';
import { isJsonObject, type Json, type JsonObject, type Pointer } from '../model/json.ts';
import type { SecretSources } from '../model/launch.ts';
import type { Manifest, SecretReference, Template } from '../model/manifest.ts';
import { type Secrets, secretNamed } from './bind-template.ts';

/** The manifest with whole paths in its secrets: a grant is for a file, wherever mcpform is started. */
export function withWholePaths(manifest: Manifest, folder: string): Manifest {
  const secrets = Object.entries(manifest.secrets).map(([name, secret]) => [
    name,
    wholePaths(secret, folder),
  ]);
  return { ...manifest, secrets: Object.fromEntries(secrets) };
}

function wholePaths({ backend, argument }: SecretReference, folder: string): SecretReference {
  if (backend === 'file') return { backend, argument: resolve(folder, argument as string) };
  if (!isJsonObject(argument)) return { backend, argument };
  const paths = backend === 'dotenv' ? { file: '.env', ...argument } : argument;
  return { backend, argument: { ...argument, ...whole(paths, PATHS[backend] ?? [], folder) } };
}

/** The paths of a secret as they are written, and where within it. */
export function writtenSecretPaths({
  backend,
  argument,
}: SecretReference): readonly { readonly pointer: Pointer; readonly path: string }[] {
  if (backend === 'file') return [{ pointer: '/file', path: argument as string }];
  if (!isJsonObject(argument)) return [];
  if (backend === 'dotenv' && argument['file'] === undefined) return [{ pointer: '/dotenv', path: '.env' }];
  return (PATHS[backend] ?? []).flatMap((field) => {
    const path = argument[field];
    return typeof path === 'string' ? [{ pointer: `/${backend}/${field}`, path }] : [];
  });
}

/** By backend: the fields of its argument that are paths. */
const PATHS: Readonly<Record<string, readonly string[]>> = {
  dotenv: ['file'],
  sops: ['file'],
  age: ['file', 'identity'],
};

function whole(argument: JsonObject, fields: readonly string[], folder: string): Record<string, Json> {
  const present = fields.filter((field) => typeof argument[field] === 'string');
  return Object.fromEntries(present.map((field) => [field, resolve(folder, argument[field] as string)]));
}

/** Where the secrets of these templates are, by name. */
export function sourcesOf(templates: readonly Template[], secrets: Secrets): SecretSources {
  const names = templates.flatMap((template) =>
    typeof template === 'string'
      ? []
      : template.flatMap((part) => (typeof part !== 'string' && 'secret' in part ? [part.secret] : [])),
  );
  return Object.fromEntries([...new Set(names)].sort().map((name) => [name, secretNamed(name, secrets)]));
}

/** Whether a secret is in it that its client cannot expand. */
export function holdsSecret(template: Template): boolean {
  return (
    typeof template !== 'string' && template.some((part) => typeof part !== 'string' && 'secret' in part)
  );
}
