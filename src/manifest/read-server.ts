import type { Target } from '../model/address.ts';
import { toMilliseconds } from '../model/duration.ts';
import type { JsonObject } from '../model/json.ts';
import { toPointer } from '../model/json.ts';
import type { Lifecycle, Server, Template } from '../model/manifest.ts';
import type { LifecycleDocument, ServerDocument } from '../schema/manifest.types.ts';
import { CLIENT_FIELDS, checkFields, ENGINE_FIELDS } from './check-fields.ts';
import { checkServerName } from './check-names.ts';
import { checkValues } from './check-values.ts';
import type { Path } from './problem.ts';
import { findRuntime, readRuntime, readTransport } from './read-runtime.ts';
import { readTargets, type TargetScope } from './read-targets.ts';
import { readTemplate } from './template.ts';

/** What a server is read against. */
export interface ServerScope extends TargetScope {
  /** Names under `secrets`; null when it is not known which there are. */
  readonly secrets: ReadonlySet<string> | null;
  /** Of servers without their own. */
  readonly defaultTargets: readonly Target[];
  /** Fields of this server that were wrong and are left out. */
  readonly doubtful: ReadonlySet<string>;
}

/** A server in canonical form; null when it has no one runtime, so that nothing else can be said about it. */
export function readServer(name: string, document: ServerDocument, scope: ServerScope): Server | null {
  const path = ['servers', name];
  const { problems } = scope;
  const kind = findRuntime(document, path, scope);
  if (kind === null) return null;
  const transport = readTransport(kind, document, path, scope);
  if (!scope.doubtful.has('transport')) checkFields(document, kind, transport, path, problems);
  checkValues(document, transport, path, problems);
  const isStartedByClient = kind !== 'image' || transport === 'stdio';
  const template = (place: Path, isClientBound: boolean, maySecret: boolean) => (text: string) =>
    readTemplate(text, { path: place, isClientBound, maySecret, secrets: scope.secrets }, problems);
  const targets = readServerTargets(document, kind, path, scope);
  checkServerName(name, targets, path, problems);
  return {
    name,
    ...pick(document, ['description']),
    tags: document.tags ?? [],
    enabled: document.enabled ?? true,
    runtime: readRuntime(
      kind,
      document,
      (text, field) => template([...path, field], true, field === 'url')(text),
      path,
      problems,
    ),
    transport,
    args: (document.args ?? []).map((argument, index) =>
      template([...path, 'args', String(index)], isStartedByClient, false)(argument),
    ),
    env: mapValues(document.env, (key, text) =>
      template([...path, 'env', key], isStartedByClient, true)(text),
    ),
    headers: mapValues(document.headers, (key, text) =>
      template([...path, 'headers', key], true, true)(text),
    ),
    targets,
    dependsOn: document.dependsOn ?? [],
    ...(document.timeout === undefined ? {} : { timeoutMs: toMilliseconds(document.timeout) }),
    ...pick(document, ['bin', 'launch']),
    ...(document.emit === undefined || document.emit === 'auto' ? {} : { emit: document.emit }),
    client: pick(document, CLIENT_FIELDS) as JsonObject,
    engine: pick(document, ENGINE_FIELDS) as JsonObject,
    lifecycle: readLifecycle(document.lifecycle),
    declaredIn: toPointer(path),
  };
}

function readServerTargets(
  document: ServerDocument,
  kind: string,
  path: Path,
  scope: ServerScope,
): readonly Target[] {
  if (document.targets === undefined) return scope.defaultTargets;
  if (document.targets.length === 0 && kind !== 'image') {
    scope.problems.error('MANIFEST_TARGET', [...path, 'targets'], 'the server is nowhere: it has no target', {
      hint: 'add a target, or write enabled: false',
    });
  }
  return readTargets(document.targets, [...path, 'targets'], scope);
}

function readLifecycle(document: LifecycleDocument = {}): Lifecycle {
  return {
    protect: document.protect ?? false,
    keep: document.keep ?? [],
    ignoreChanges: document.ignoreChanges ?? [],
    ...pick(document, ['onRemove']),
    adopt: document.adopt ?? false,
  };
}

function mapValues(
  values: Readonly<Record<string, string>> | undefined,
  read: (key: string, text: string) => Template,
): Readonly<Record<string, Template>> {
  if (values === undefined) return {};
  return Object.fromEntries(Object.entries(values).map(([key, text]) => [key, read(key, text)]));
}

/** Only the named fields that are there: an absent field stays absent. */
function pick<T extends object, K extends keyof T>(value: T, keys: readonly K[]): Present<Pick<T, K>> {
  const picked: Partial<Pick<T, K>> = {};
  for (const key of keys) if (value[key] !== undefined) picked[key] = value[key];
  return picked as Present<Pick<T, K>>;
}

type Present<T> = { [K in keyof T]: Exclude<T[K], undefined> };
