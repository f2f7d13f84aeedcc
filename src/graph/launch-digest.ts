import { hash } from 'node:crypto';
import type { ObjectKind } from '../model/address.ts';
import type { ContainerSpec } from '../model/container.ts';
import { canonicalJson, type Json, type JsonObject } from '../model/json.ts';
import { isCommandLaunch } from '../model/launch.ts';
import { isLoaderVariable } from '../model/loader-variables.ts';
import type { Pin } from '../model/lock.ts';
import type { Runtime, Server } from '../model/manifest.ts';
import type { EntrySpec, SecretUse } from '../model/resource.ts';
import { knownUrl, templateText } from '../model/template.ts';
import { bindTemplate, type Secrets } from './bind-template.ts';
import { engineOf } from './engine-of.ts';
import type { Launch } from './launch.ts';

/**
 * Digest of what would run: command line or pin with its arguments, or a URL's origin with the program that makes
 * its headers. Variables that choose the code a program loads count; every other variable and header does not. Of a
 * container, everything counts that says which program runs and what it can reach.
 */
export function launchDigest(server: Server, launch: Launched, site: Site): string {
  const { container } = launch;
  const entry = { ...entryOf(server, launch, site), ...handedOver(server, site) };
  if (container === undefined) return digestOf(entry);
  const engine = engineOf(server);
  return digestOf({ ...entry, container: reachOf(container), ...(engine === null ? {} : { engine }) });
}

/** Of what nothing runs in. */
export function specDigest(kind: ObjectKind, spec: object): string {
  return digestOf({ kind, spec: spec as JsonObject });
}

function digestOf(identity: JsonObject): string {
  return `sha256:${hash('sha256', canonicalJson(identity))}`;
}

type Launched = Pick<Launch, 'spec' | 'record' | 'container'>;

function entryOf(server: Server, launch: Launched, site: Site): JsonObject {
  const { spec, container } = launch;
  // Where a container of ours is reached follows from what it is, and may be found out on the engine only.
  if (container !== undefined && container.service !== null)
    return endpointOf(server.runtime, null, { spec, ...site });
  if (spec.url === undefined) return programOf(server, launch, site);
  return endpointOf(server.runtime, originOf(templateText(spec.url)), { spec, ...site });
}

function handedOver({ env, emit }: Server, { uses }: Site): JsonObject {
  if (uses.length === 0) return {};
  const texts = Object.entries(env).map(([name, each]) => [name, templateText(each)]);
  return {
    ...(texts.length === 0 ? {} : { env: Object.fromEntries(texts) }),
    ...(emit === 'plaintext' ? { inClear: true } : {}),
  };
}

interface Site {
  readonly secrets: Secrets;
  /**
   * What it receives: where that is something, every variable counts, because one may say where the secret is sent,
   * and whether it is written down in clear.
   */
  readonly uses: readonly SecretUse[];
  /** What the lock says runs; undefined where it says nothing. */
  readonly pin: Pin | undefined;
}

/** Without how much it gets, how long it lives, and which port it has. */
function reachOf(container: ContainerSpec): JsonObject {
  const {
    args,
    env,
    limits,
    service,
    restart,
    init,
    stopSignal,
    stopTimeoutSeconds,
    labels,
    health,
    ...rest
  } = container;
  const reach = { ...rest, args: args.map(templateText), address: service?.publish.address ?? null };
  return reach as unknown as JsonObject;
}

function programOf(server: Server, { spec, record }: Launched, { secrets, pin }: Site): JsonObject {
  const isCommand = server.runtime.kind === 'command';
  // The command of an entry that goes through `mcpform exec` is mcpform, whatever that starts.
  const { command } = record !== undefined && isCommandLaunch(record) ? record : spec;
  return {
    runtime: pinOf(server.runtime, pin),
    bin: server.bin ?? null,
    command: isCommand && command !== undefined ? templateText(command) : null,
    // What a package or image is started with may choose another program inside it (`sh -c`, `--config`).
    args: server.args.map((arg) => templateText(bindTemplate(arg, secrets))),
    loader: loaderVariables(spec),
  };
}

function endpointOf(
  runtime: Runtime,
  origin: string | null,
  { spec, pin }: Site & { readonly spec: EntrySpec },
): JsonObject {
  return {
    runtime: pinOf(runtime, pin),
    origin,
    headersHelper: spec.client['headersHelper'] ?? null,
  };
}

function pinOf(runtime: Runtime, pin: Pin | undefined): Json {
  if (pin?.kind === 'image') return `image:${pin.image}`;
  if (pin?.kind === 'local-image') return `image:${pin.image} ${pin.id}`;
  if (pin?.kind === 'package') {
    return { package: pin.package, integrity: pin.integrity ?? null, tree: pin.tree ?? null };
  }
  switch (runtime.kind) {
    case 'package':
      return `${runtime.ecosystem}:${runtime.name}@${runtime.version ?? ''}`;
    case 'image':
      return `image:${runtime.image}`;
    default:
      return runtime.kind;
  }
}

function originOf(text: string): string {
  const url = knownUrl(text);
  return url === null ? text : `${url.protocol}//${url.host}`;
}

function loaderVariables(spec: EntrySpec): Json {
  const names = Object.keys(spec.env).filter(isLoaderVariable);
  return Object.fromEntries(names.map((name) => [name, templateText(spec.env[name] ?? '')]));
}
