import { fromPointer, type Pointer, toPointer } from '../model/json.ts';
import type { Template } from '../model/manifest.ts';
import { templateText } from '../model/template.ts';

/** Where a container finds its secrets as files, one per secret, as Docker's own secrets are. */
export const SECRETS_FOLDER = '/run/secrets';

/** Where a container's attributes say which folder of the host that is. */
export const SECRETS_SOURCE: Pointer = toPointer(['volumes', SECRETS_FOLDER, 'bind']);

/** What stands there until apply has made the folder. No path, so no folder is ever equal to it. */
export function folderText(secrets: readonly string[]): string {
  return secrets.map((secret) => templateText([{ secret }])).join(' ');
}

/**
 * Whether a variable names a file with the secret in it, and not the secret: `TOKEN_FILE: ${secret.x}`, as many images
 * take it.
 */
export function isSecretFile(pointer: Pointer, template: Template): boolean {
  return /_FILE$/.test(fromPointer(pointer).at(-1) ?? '') && secretOf(template) !== null;
}

/** The secret that is the whole of a template; null for every other template. */
export function secretOf(template: Template): string | null {
  if (typeof template === 'string' || template.length !== 1) return null;
  const [part] = template;
  return typeof part === 'object' && 'secret' in part ? part.secret : null;
}
