import type { ContainerSpec } from '../model/container.ts';
import { toPointer } from '../model/json.ts';
import type { Fill } from '../model/resource.ts';
import { SECRETS_SOURCE } from './secret-files.ts';
import { holdsSecret } from './secret-sources.ts';

/**
 * What only apply knows of a container that an engine keeps: variables with a secret in them, and the folder with those
 * secrets that are files.
 */
export function containerFills({ env, secretFiles = [] }: ContainerSpec): {
  readonly fills?: readonly Fill[];
} {
  const texts = Object.entries(env).flatMap(([name, template]): readonly Fill[] =>
    holdsSecret(template) ? [{ kind: 'text', pointer: toPointer(['env', name]), template }] : [],
  );
  const folder: Fill = { kind: 'folder', pointer: SECRETS_SOURCE, secrets: secretFiles };
  const fills = secretFiles.length === 0 ? texts : [...texts, folder];
  return fills.length === 0 ? {} : { fills };
}
