import { nearest } from '../formats/yaml-schema.ts';
import type { Runtime, Template, Transport } from '../model/manifest.ts';
import type { ServerDocument } from '../schema/manifest.types.ts';
import type { Path, Problems } from './problem.ts';
import { readImage } from './read-image.ts';
import { readPackage } from './read-package.ts';

export const RUNTIMES = ['command', 'package', 'image', 'url'] as const;
export type RuntimeKind = (typeof RUNTIMES)[number];

interface Scope {
  readonly problems: Problems;
  /** Fields that were wrong and are left out, unknown keys included: one of them may be what was meant. */
  readonly doubtful: ReadonlySet<string>;
}

/** The one runtime of a server; none or several is one error, and null. */
export function findRuntime(
  document: ServerDocument,
  path: Path,
  { problems, doubtful }: Scope,
): RuntimeKind | null {
  const kinds = RUNTIMES.filter((kind) => document[kind] !== undefined);
  if (kinds.length === 1) return kinds[0] as RuntimeKind;
  if (kinds.length === 0 && [...doubtful].some(isAlmostRuntime)) return null;
  const message =
    kinds.length === 0
      ? 'has none of command, package, image and url'
      : `has ${kinds.slice(0, -1).join(', ')} and ${kinds.at(-1)}`;
  problems.error('MANIFEST_RUNTIME', path, `${message}; exactly one says what runs`, {
    part: 'key',
    hint: kinds.length === 0 ? 'add one of them' : 'keep one of them (in a later file, `null` removes a key)',
  });
  return null;
}

function isAlmostRuntime(field: string): boolean {
  return nearest(field, RUNTIMES) !== null;
}

export function readRuntime(
  kind: RuntimeKind,
  document: ServerDocument,
  template: (text: string, field: string) => Template,
  path: Path,
  problems: Problems,
): Runtime {
  const place = [...path, kind];
  const text = document[kind] as string;
  switch (kind) {
    case 'command':
      return { kind, command: template(text, kind) };
    case 'url':
      return { kind, url: template(text, kind) };
    case 'package':
      return { kind, ...readPackage(text, place, problems) };
    case 'image':
      return { kind, ...readImage(text, document.pull === 'never', place, problems) };
  }
}

/** How client and server talk, checked against what runs. */
export function readTransport(
  kind: RuntimeKind,
  document: ServerDocument,
  path: Path,
  { problems, doubtful }: Scope,
): Transport {
  const transport = document.transport ?? (kind === 'url' ? 'http' : 'stdio');
  const place = [...path, 'transport'];
  if (kind === 'url' && transport === 'stdio') {
    problems.error('MANIFEST_TRANSPORT', place, 'a url cannot speak stdio', {
      hint: 'write http, sse or ws, or leave it out',
    });
  }
  if ((kind === 'command' || kind === 'package') && transport !== 'stdio') {
    problems.error(
      'MANIFEST_TRANSPORT',
      place,
      `a ${kind} speaks stdio: nobody would start it as a ${transport} server`,
      {
        hint: 'leave transport out, or start the server yourself and give its url',
      },
    );
  }
  if (kind === 'image' && transport !== 'stdio' && document.port === undefined && !doubtful.has('port')) {
    problems.error(
      'MANIFEST_MISSING_KEY',
      path,
      `"port" is missing: an image over ${transport} needs the port it listens on`,
      {
        part: 'key',
        hint: 'write the port inside the container, such as port: 3001',
      },
    );
  }
  return transport;
}
