import type { ContainerSpec } from '../model/container.ts';
import type { Finding } from '../model/finding.ts';
import { fromPointer, toPointer } from '../model/json.ts';
import type { Template } from '../model/manifest.ts';
import type { DesiredObject, SecretUse } from '../model/resource.ts';
import { containerFills } from './container-fills.ts';

type Service = Extract<DesiredObject, { kind: 'container' }>;

/** By the variable that was to name a file: the one that holds the secret instead. `TOKEN_FILE` → `TOKEN`. */
export type Renamed = ReadonlyMap<string, string>;

/**
 * The container with its secrets in its variables, for an engine that cannot have files in the memory of this machine.
 * Blocked where one of these variables is there already.
 */
export function secretsAsVariables(desired: Service): {
  readonly desired: Service;
  readonly renamed: Renamed;
} {
  const renamed = new Map(
    desired.secrets
      .filter(({ via }) => via === 'file')
      .map((use) => [variableOf(use), variableOf(use).replace(/_FILE$/, '')] as const),
  );
  const { secretFiles: _, ...spec } = desired.container;
  const container: ContainerSpec = { ...spec, env: renamedIn(desired, renamed) };
  const { fills: __, ...rest } = desired;
  const taken = [...renamed.values()].find((name) => Object.hasOwn(desired.container.env, name));
  const blocked = taken === undefined ? {} : { blocked: isTaken(desired, taken) };
  const secrets = desired.secrets.map((use) => asVariable(use, renamed));
  return { desired: { ...rest, container, secrets, ...containerFills(container), ...blocked }, renamed };
}

function variableOf({ pointer }: SecretUse): string {
  return fromPointer(pointer).at(-1) ?? '';
}

function renamedIn({ container, secrets }: Service, renamed: Renamed): Readonly<Record<string, Template>> {
  const secretIn = new Map(secrets.map((use) => [variableOf(use), use.name]));
  const env = Object.entries(container.env).map(([name, template]): readonly [string, Template] => {
    const other = renamed.get(name);
    const secret = secretIn.get(name);
    return other === undefined || secret === undefined ? [name, template] : [other, [{ secret }]];
  });
  return Object.fromEntries(env);
}

function asVariable(use: SecretUse, renamed: Renamed): SecretUse {
  const name = use.via === 'file' ? renamed.get(variableOf(use)) : undefined;
  return name === undefined ? use : { ...use, pointer: toPointer(['env', name]), via: 'environment' };
}

function isTaken({ server, address, at }: Service, name: string): Finding {
  return {
    code: 'GRAPH_SECRET_UNAVAILABLE',
    severity: 'error',
    message: `server "${server}": the secret of "${name}_FILE" can be no file on its engine, and the variable "${name}" is there already`,
    hint: `remove one of them`,
    address,
    at,
  };
}
