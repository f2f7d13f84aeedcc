import type { Transport } from '../model/manifest.ts';
import type { ServerDocument } from '../schema/manifest.types.ts';
import type { Path, Problems } from './problem.ts';
import type { RuntimeKind } from './read-runtime.ts';

type Field = keyof ServerDocument;

/** Fields that only an engine understands. In the order of the schema. */
export const ENGINE_FIELDS = [
  'health',
  'engine',
  'port',
  'path',
  'publish',
  'entrypoint',
  'workingDirectory',
  'hostname',
  'platform',
  'resources',
  'volumes',
  'tmpfs',
  'networks',
  'security',
  'restart',
  'init',
  'stopSignal',
  'stopTimeout',
  'labels',
  'dns',
  'extraHosts',
  'devices',
  'logging',
] as const satisfies readonly Field[];

/** Fields that only a client understands. */
export const CLIENT_FIELDS = [
  'headersHelper',
  'oauth',
  'alwaysLoad',
  'tools',
] as const satisfies readonly Field[];

/** A field that fits no server of this kind: said once per field, with what it needs. */
export function checkFields(
  document: ServerDocument,
  kind: RuntimeKind,
  transport: Transport,
  path: Path,
  problems: Problems,
): void {
  for (const field of Object.keys(document) as Field[]) {
    const need = NEEDS[field];
    if (need === undefined || need.isMet(kind, transport)) continue;
    problems.error('MANIFEST_FIELD', [...path, field], `"${field}" ${need.words}`, {
      part: 'key',
      hint: 'remove it',
    });
  }
}

interface Need {
  readonly isMet: (kind: RuntimeKind, transport: Transport) => boolean;
  readonly words: string;
}

const isImage: Need = { isMet: (kind) => kind === 'image', words: 'is only for servers with `image`' };
const isServed: Need = {
  isMet: (kind, transport) => kind === 'image' && transport !== 'stdio',
  words: 'is only for an `image` with transport http, sse or ws',
};
const isRemote: Need = {
  isMet: (_, transport) => transport !== 'stdio',
  words: 'is only for servers reached by URL, not over stdio',
};
const isStarted: Need = {
  isMet: (kind) => kind !== 'url',
  words: 'means nothing for a `url`: nobody starts that server',
};

const NEEDS: Partial<Record<Field, Need>> = {
  ...Object.fromEntries(ENGINE_FIELDS.map((field) => [field, isImage])),
  pull: isImage,
  health: { isMet: () => true, words: '' },
  port: isServed,
  path: isServed,
  publish: isServed,
  args: isStarted,
  env: isStarted,
  bin: { isMet: (kind) => kind === 'package', words: 'is only for servers with `package`' },
  launch: {
    isMet: (kind, transport) => kind === 'package' || (kind === 'image' && transport === 'stdio'),
    words: 'is only for packages and for images over stdio',
  },
  headers: isRemote,
  headersHelper: isRemote,
  oauth: {
    isMet: (_, transport) => transport === 'http' || transport === 'sse',
    words: 'is only for transport http and sse',
  },
  tools: {
    isMet: (_, transport) => transport === 'http' || transport === 'sse',
    words: 'is only for transport http and sse',
  },
};
