import { entryAddress } from '../model/address.ts';
import type { JsonObject } from '../model/json.ts';
import type { Manifest, SecretReference, Server } from '../model/manifest.ts';
import type { ManifestDocument } from '../schema/manifest.types.ts';
import { checkDependencies } from './check-dependencies.ts';
import { checkCase } from './check-names.ts';
import { checkReferences } from './check-references.ts';
import type { Problems } from './problem.ts';
import { readMoves } from './read-moves.ts';
import { readSecret } from './read-secrets.ts';
import { readServer, type ServerScope } from './read-server.ts';
import { DEFAULT_TARGETS, readTargets } from './read-targets.ts';

export interface ReadOptions {
  readonly root: string;
  readonly clientNames: readonly string[];
}

/**
 * The canonical manifest of a merged document whose texts are resolved. Parts that the schema found wrong are
 * left out, so that nothing is said twice; the result means something only when there are no errors.
 */
export function readManifest(
  document: ManifestDocument,
  files: readonly string[],
  options: ReadOptions,
  problems: Problems,
): Manifest | null {
  const wrong = wrongParts(problems);
  if (wrong.isHopeless) return null;
  const { networks = {}, volumes = {}, defaults = {} } = document;
  const secrets = readSecrets(document, wrong, problems);
  const base = { ...options, firstFile: files[0] as string, problems };
  const defaultTargets = wrong.has('defaults')
    ? []
    : readTargets(defaults.targets ?? DEFAULT_TARGETS, ['defaults', 'targets'], base);
  const scope = { ...base, secrets: Object.keys(document.secrets ?? {}), defaultTargets };
  const servers = readServers(document, wrong, scope);
  checkCase(Object.keys(document.servers), problems);
  checkDependencies(dependenciesOf(document, wrong), problems);
  const addresses = new Set(
    servers.flatMap(({ name, targets }) => targets.map((target) => entryAddress(target, name))),
  );
  const moved = wrong.has('moved') ? [] : readMoves(document.moved ?? [], addresses, problems);
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

interface WrongParts {
  /** The document's own frame is wrong, so that its parts cannot be read. */
  readonly isHopeless: boolean;
  /** Whether the schema found something at or below a place. */
  has(...path: readonly string[]): boolean;
}

function wrongParts({ all }: Problems): WrongParts {
  const errors = all.filter(({ severity, code }) => severity === 'error' && STRUCTURAL.has(code));
  const places = new Set<string>();
  for (const { path } of errors) {
    for (let length = 1; length <= Math.min(path.length, 2); length += 1)
      places.add(JSON.stringify(path.slice(0, length)));
  }
  const frame = ['servers', 'secrets', 'networks', 'volumes', 'variables'];
  const isHopeless = errors.some(
    ({ path, code }) =>
      (path.length === 0 && code === 'MANIFEST_MISSING_KEY') ||
      (path.length === 1 && code === 'MANIFEST_WRONG_TYPE' && frame.includes(path[0] as string)),
  );
  return { isHopeless, has: (...path) => places.has(JSON.stringify(path)) };
}

/** What the schema says; the other findings leave the shape of a document alone. */
const STRUCTURAL: ReadonlySet<string> = new Set([
  'MANIFEST_UNKNOWN_KEY',
  'MANIFEST_MISSING_KEY',
  'MANIFEST_NAME',
  'MANIFEST_WRONG_TYPE',
  'MANIFEST_WRONG_VALUE',
]);

function readSecrets(
  document: ManifestDocument,
  wrong: WrongParts,
  problems: Problems,
): Readonly<Record<string, SecretReference>> {
  const secrets: Record<string, SecretReference> = {};
  for (const [name, declaration] of Object.entries(document.secrets ?? {})) {
    if (wrong.has('secrets', name)) continue;
    const secret = readSecret(declaration, ['secrets', name], problems);
    if (secret !== null) secrets[name] = secret;
  }
  return secrets;
}

function readServers(document: ManifestDocument, wrong: WrongParts, scope: ServerScope): readonly Server[] {
  const declared = {
    networks: Object.keys(document.networks ?? {}),
    volumes: Object.keys(document.volumes ?? {}),
  };
  return Object.entries(document.servers).flatMap(([name, declaration]) => {
    if (wrong.has('servers', name)) return [];
    checkReferences(declaration, ['servers', name], declared, scope.problems);
    const server = readServer(name, declaration, scope);
    return server === null ? [] : [server];
  });
}

function dependenciesOf(
  document: ManifestDocument,
  wrong: WrongParts,
): ReadonlyMap<string, readonly string[]> {
  return new Map(
    Object.entries(document.servers).map(([name, { dependsOn = [] }]) => [
      name,
      wrong.has('servers', name) ? [] : dependsOn,
    ]),
  );
}

/** `tools:` with nothing behind it means a network or volume with all defaults, as in Compose. */
function mapsOf(values: Readonly<Record<string, object | null>>): Readonly<Record<string, JsonObject>> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, (value ?? {}) as JsonObject]),
  );
}
