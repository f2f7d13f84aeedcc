import { entryAddress } from '../model/address.ts';
import type { JsonObject } from '../model/json.ts';
import type { Manifest, SecretReference, Server } from '../model/manifest.ts';
import type { ManifestDocument } from '../schema/manifest.types.ts';
import { checkDeclarations } from './check-declarations.ts';
import { checkDependencies } from './check-dependencies.ts';
import { checkCase } from './check-names.ts';
import { checkReferences } from './check-references.ts';
import type { Problems } from './problem.ts';
import type { Pruned } from './prune-wrong.ts';
import { readMoves } from './read-moves.ts';
import { readSecret } from './read-secrets.ts';
import { readServer, type ServerScope } from './read-server.ts';
import { DEFAULT_TARGETS, readTargets } from './read-targets.ts';

export interface ReadOptions {
  readonly root: string;
  readonly clientNames: readonly string[];
}

/**
 * The canonical manifest of a merged document whose texts are resolved and whose wrong parts are pruned. The
 * result means something only when there are no errors.
 */
export function readManifest(
  pruned: Pruned,
  files: readonly string[],
  options: ReadOptions,
  problems: Problems,
): Manifest {
  const { document, declared } = pruned;
  const { networks = {}, volumes = {}, defaults = {} } = document;
  const secrets = readSecrets(document, problems);
  const base = { ...options, firstFile: files[0] as string, problems };
  const defaultTargets = readTargets(defaults.targets ?? DEFAULT_TARGETS, ['defaults', 'targets'], base);
  const servers = readServers(pruned, { ...base, secrets: declared.secrets, defaultTargets });
  checkCase(Object.keys(document.servers), problems);
  checkDependencies(dependenciesOf(pruned), problems);
  checkDeclarations('networks', networks, problems);
  checkDeclarations('volumes', volumes, problems);
  const addresses = new Set(
    servers.flatMap(({ name, targets }) => targets.map((target) => entryAddress(target, name))),
  );
  const moved = readMoves(document.moved ?? [], addresses, problems);
  return {
    name: document.name,
    files,
    root: options.root,
    servers,
    secrets,
    networks: mapsOf(networks),
    volumes: mapsOf(volumes),
    moved,
  };
}

function readSecrets(
  document: ManifestDocument,
  problems: Problems,
): Readonly<Record<string, SecretReference>> {
  const secrets: Record<string, SecretReference> = {};
  for (const [name, declaration] of Object.entries(document.secrets ?? {})) {
    const secret = readSecret(declaration, ['secrets', name], problems);
    if (secret !== null) secrets[name] = secret;
  }
  return secrets;
}

function readServers(
  { document, doubtful, declared }: Pruned,
  scope: Omit<ServerScope, 'doubtful'>,
): readonly Server[] {
  const none: ReadonlySet<string> = new Set();
  return Object.entries(document.servers).flatMap(([name, declaration]) => {
    checkReferences(declaration, ['servers', name], declared, scope.problems);
    const server = readServer(name, declaration, { ...scope, doubtful: doubtful.get(name) ?? none });
    return server === null ? [] : [server];
  });
}

/** Servers that are declared but could not be read are known names that depend on nothing. */
function dependenciesOf({ document, declared }: Pruned): ReadonlyMap<string, readonly string[]> {
  const names = [...(declared.servers ?? [])];
  return new Map(names.map((name) => [name, document.servers[name]?.dependsOn ?? []]));
}

/** `tools:` with nothing behind it means a network or volume with all defaults, as in Compose. */
function mapsOf(values: Readonly<Record<string, object | null>>): Readonly<Record<string, JsonObject>> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, (value ?? {}) as JsonObject]),
  );
}
