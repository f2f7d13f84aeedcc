import { toPointer } from '../model/json.ts';
import type { Server, Template } from '../model/manifest.ts';
import type { SecretUse } from '../model/resource.ts';
import { environmentName, type Secrets, secretNamed, secretsIn } from './bind-template.ts';
import { isService } from './engine-of.ts';
import type { Reason } from './launch.ts';

/**
 * Where secrets go in the manifest's server, whatever program it is launched with. What a container of ours gets is no
 * part of the entry.
 */
export function secretUses(server: Server, secrets: Secrets): readonly SecretUse[] {
  const { runtime } = server;
  const uses = [
    ...(runtime.kind === 'command' ? secretsIn(runtime.command, '/command', secrets) : []),
    ...(runtime.kind === 'url' ? secretsIn(runtime.url, '/url', secrets) : []),
    ...(isService(server) ? [] : server.args.flatMap((arg) => secretsIn(arg, '/args', secrets))),
    ...(isService(server) ? [] : fieldsIn('env', server.env, secrets)),
    ...fieldsIn('headers', server.headers, secrets),
  ];
  const byKey = new Map(uses.map((use) => [`${use.pointer}\n${use.locator}\n${use.name ?? ''}`, use]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, use]) => use);
}

function fieldsIn(
  field: 'env' | 'headers',
  templates: Readonly<Record<string, Template>>,
  secrets: Secrets,
): readonly SecretUse[] {
  return Object.entries(templates).flatMap(([name, template]) =>
    secretsIn(template, toPointer([field, name]), secrets),
  );
}

/** A secret that the client cannot get from its own environment; undefined when there is none. */
export function unreadable(server: Server, uses: readonly SecretUse[], secrets: Secrets): Reason | undefined {
  const name = uses.find(
    (use) => use.name !== undefined && environmentName(secretNamed(use.name, secrets)) === null,
  )?.name;
  if (name === undefined) return undefined;
  return {
    code: 'GRAPH_SECRET_UNAVAILABLE',
    message: `server "${server.name}": secret "${name}" comes from "${secretNamed(name, secrets).backend}", which this release cannot read`,
    hint: `export it before the client starts and declare \`${name}: { env: NAME }\``,
  };
}

/** What an engine starts nobody hands a secret yet; undefined when it needs none. */
export function unexpanded(server: Server): Reason | undefined {
  const parts = [...Object.values(server.env), ...server.args].flatMap((template) =>
    typeof template === 'string' ? [] : template.filter((part) => typeof part !== 'string'),
  );
  const [first] = parts;
  if (first === undefined) return undefined;
  const what = 'secret' in first ? `secret "${first.secret}"` : `"\${${first.env}}"`;
  return {
    code: 'GRAPH_SECRET_UNAVAILABLE',
    message: `server "${server.name}": ${what} cannot reach its container: containers receive secrets with the secret backends, which this release does not have`,
    hint: 'run the image over stdio, where the client hands it on; or start the container yourself and declare its `url`',
  };
}
