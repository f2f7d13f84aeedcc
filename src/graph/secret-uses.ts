import { toPointer } from '../model/json.ts';
import type { Server, Template } from '../model/manifest.ts';
import type { Emission, SecretUse } from '../model/resource.ts';
import { environmentName, type Secrets, secretNamed, secretsIn } from './bind-template.ts';
import { isService } from './engine-of.ts';
import { isSecretFile } from './secret-files.ts';

/**
 * Where secrets go in the manifest's server, whatever program it is launched with: what its client's entry has, or the
 * launch that the entry starts. What a container of ours gets is no part of the entry.
 */
export function secretUses(server: Server, secrets: Secrets): readonly SecretUse[] {
  const { runtime } = server;
  const find = finder(server, secrets, () => entryVia(server));
  return eachOnce([
    ...(runtime.kind === 'command' ? find('/command', runtime.command) : []),
    ...(runtime.kind === 'url' ? find('/url', runtime.url) : []),
    ...(isService(server) ? [] : server.args.flatMap((arg) => find('/args', arg))),
    ...(isService(server) ? [] : fieldsIn('env', server.env, find)),
    ...fieldsIn('headers', server.headers, find),
  ]);
}

/** What the container of a server that is reached by URL gets. */
export function containerSecretUses(server: Server, secrets: Secrets): readonly SecretUse[] {
  const find = finder(server, secrets, (pointer, template) =>
    isSecretFile(pointer, template) ? 'file' : 'environment',
  );
  return eachOnce(fieldsIn('env', server.env, find));
}

type Find = (pointer: string, template: Template) => readonly SecretUse[];

function finder(
  { emit }: Server,
  secrets: Secrets,
  viaOf: (pointer: string, template: Template) => Emission,
): Find {
  return (pointer, template) => {
    const via = viaOf(pointer, template);
    return secretsIn(template, { pointer, via, secrets }).map((use) =>
      isReference(use) ? { ...use, via: 'reference' } : use,
    );
  };

  function isReference({ name, via }: SecretUse): boolean {
    if (name === undefined) return true;
    if (via !== 'wrapper' || emit === 'wrapper') return false;
    return environmentName(secretNamed(name, secrets)) !== null;
  }
}

function entryVia({ emit }: Server): Emission {
  return emit === 'plaintext' ? 'plaintext' : 'wrapper';
}

function eachOnce(uses: readonly SecretUse[]): readonly SecretUse[] {
  const byKey = new Map(uses.map((use) => [`${use.pointer}\n${use.locator}\n${use.name ?? ''}`, use]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, use]) => use);
}

function fieldsIn(
  field: 'env' | 'headers',
  templates: Readonly<Record<string, Template>>,
  find: Find,
): readonly SecretUse[] {
  return Object.entries(templates).flatMap(([name, template]) => find(toPointer([field, name]), template));
}
