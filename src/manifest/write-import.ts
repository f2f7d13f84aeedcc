import { printMembers } from '../formats/yaml-print.ts';
import type { Scope } from '../model/address.ts';
import type { Finding } from '../model/finding.ts';
import { fromPointer, type Json, type JsonObject, type Pointer, sameJson, toPointer } from '../model/json.ts';
import { type FoundLiteral, literalsAt } from './found-literals.ts';
import { parseManifest } from './parse-manifest.ts';
import { type Draft, draftServer, type Kept } from './write-draft.ts';

/** A target as a manifest writes it; `path` is relative to the first manifest file. */
export interface WrittenTarget {
  readonly client: string;
  readonly scope: Scope;
  readonly path?: string;
}

/** A server as a manifest writes it, `targets` and `lifecycle.keep` included. */
export interface ImportedServer {
  readonly name: string;
  readonly server: JsonObject;
}

export interface Import {
  /** Null when the entry cannot be declared at all; a finding says why and what to do. */
  readonly imported: ImportedServer | null;
  /** What stays in the client's file as it is: `lifecycle.keep`. Sorted. */
  readonly keep: readonly Pointer[];
  readonly findings: readonly Finding[];
  /** Those of `keep` that a reference can stand for, once their values are in a backend. */
  readonly literals: readonly FoundLiteral[];
}

/**
 * A normalised client entry as a manifest's server. Declared again it gives the same attributes, except at `keep`
 * and at keys the client does not know, so that a plan right after changes nothing. What looks like a credential is
 * never copied: its pointer goes to `keep`, and so does what no manifest can say. Arguments are one value, and stay
 * together; a URL with a credential is declared without it, and kept. `isKnown` says of a text whether it is a secret
 * in spite of its look. Never throws, whatever the entry holds.
 */
export function importEntry(
  name: string,
  target: WrittenTarget,
  attributes: JsonObject,
  isKnown: (text: string) => boolean = () => false,
): Import {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/.test(name) || name in {}) {
    return refused(
      name,
      'a manifest cannot have a server of this name',
      'give it another name in the client',
    );
  }
  const draft = draftServer(attributes);
  if (draft !== null) {
    const settled = settle(name, target, withoutKnown(draft, isKnown));
    return { ...settled, literals: literalsAt(name, attributes, settled.secretPointers) };
  }
  return refused(
    name,
    'it has no type that can be declared: stdio, http, sse or ws',
    'correct it in the client',
  );
}

type Settled = Omit<Import, 'literals'> & { readonly secretPointers: readonly Pointer[] };

function withoutKnown(draft: Draft, isKnown: (text: string) => boolean): Draft {
  const kept = ['env', 'headers', 'args'].flatMap((field) => {
    const value = draft.fields[field];
    if (typeof value !== 'object' || value === null) return [];
    const known = Object.entries(value).filter(([, text]) => typeof text === 'string' && isKnown(text));
    return known.map(
      ([key]): Kept => ({
        pointer: toPointer(field === 'args' ? [field] : [field, key]),
        isSecret: true,
        why: 'is a secret of this manifest',
      }),
    );
  });
  return kept.length === 0 ? draft : withKept(draft, kept);
}

/** Moves out of the draft, round by round, what the manifest's own rules find in it. */
function settle(name: string, target: WrittenTarget, first: Draft): Settled {
  for (let draft = first; ; ) {
    const server = serverOf(draft, target);
    const problems = problemsOf(name, target.client, server);
    if (problems.length === 0) return accepted({ name, server }, draft);
    const kept = problems.map(({ path, isSecret, message }): Kept | null => {
      const pointer = keptPointer(path);
      return pointer === null ? null : { pointer, isSecret, why: message };
    });
    const hopeless = kept.indexOf(null);
    if (hopeless !== -1) {
      const { message, hint } = problems[hopeless] as Problem;
      return refused(name, message, hint ?? 'correct it in the client');
    }
    const next = withKept(draft, kept as readonly Kept[]);
    if (sameJson(next.fields, draft.fields))
      return refused(name, problems[0]?.message ?? '', 'correct it in the client');
    draft = next;
  }
}

interface Problem {
  /** Inside the server. */
  readonly path: readonly string[];
  readonly isSecret: boolean;
  readonly message: string;
  readonly hint?: string | undefined;
}

function problemsOf(name: string, client: string, server: JsonObject): readonly Problem[] {
  const document = { apiVersion: 'mcpform/v1', kind: 'Stack', name: 'import', servers: { [name]: server } };
  const text = printMembers(document, { indent: '', step: '  ', eol: '\n' });
  const source = { path: '/mcp.yaml', bytes: new TextEncoder().encode(text) };
  const { findings } = parseManifest([source], { root: '/', variables: {}, clientNames: [client] });
  return findings
    .filter(({ code, severity }) => severity === 'error' || code === 'MANIFEST_LITERAL_SECRET')
    .map(({ code, message, hint, at }) => ({
      path: fromPointer(at?.pointer ?? '').slice(2),
      isSecret: code === 'MANIFEST_LITERAL_SECRET',
      message: message.replace(/^servers\S*: /, ''),
      hint,
    }));
}

/** What must stay behind when the manifest cannot have this place; null when the server is nothing without it. */
function keptPointer([field = '', member]: readonly string[]): Pointer | null {
  switch (field) {
    case 'env':
    case 'headers':
    case 'oauth':
      return toPointer(member === undefined ? [field] : [field, member]);
    case 'args':
    case 'headersHelper':
    case 'timeout':
    case 'alwaysLoad':
    case 'tools':
      return toPointer([field]);
    default:
      return null;
  }
}

function withKept(draft: Draft, kept: readonly Kept[]): Draft {
  const byPointer = new Map(kept.map((each) => [each.pointer, each]));
  const fields: Record<string, Json> = {};
  for (const [field, value] of Object.entries(draft.fields)) {
    if (byPointer.has(toPointer([field]))) continue;
    const members = ['env', 'headers', 'oauth'].includes(field)
      ? Object.entries(value as JsonObject).filter(([key]) => !byPointer.has(toPointer([field, key])))
      : null;
    if (members === null) fields[field] = value;
    else if (members.length > 0) fields[field] = Object.fromEntries(members);
  }
  return { ...draft, fields, kept: [...draft.kept, ...byPointer.values()] };
}

function serverOf({ fields, kept }: Draft, { client, scope, path }: WrittenTarget): JsonObject {
  const keep = keepOf(kept);
  return {
    ...fields,
    targets: [{ client, scope, ...(path === undefined ? {} : { path }) }],
    ...(keep.length === 0 ? {} : { lifecycle: { keep } }),
  };
}

function keepOf(kept: readonly Kept[]): readonly Pointer[] {
  return [...new Set(kept.map(({ pointer }) => pointer))].sort();
}

function accepted(imported: ImportedServer, { kept, unknown }: Draft): Settled {
  const prefix = `server "${imported.name}":`;
  const findings = kept.map(
    ({ pointer, isSecret, why }): Finding =>
      isSecret
        ? {
            code: 'MANIFEST_IMPORT_SECRET',
            severity: 'warning',
            message: `${prefix} "${pointer}" ${why}: it is not copied and stays in the client's file`,
            hint: hintFor(pointer),
          }
        : {
            code: 'MANIFEST_IMPORT_KEPT',
            severity: 'warning',
            message: `${prefix} "${pointer}" stays in the client's file: ${why}`,
            hint: 'it is listed under `lifecycle.keep`: neither compared nor written',
          },
  );
  const ignored = unknown.map(
    (key): Finding => ({
      code: 'MANIFEST_IMPORT_IGNORED',
      severity: 'info',
      message: `${prefix} the client does not know "${key}"; it stays where it is`,
    }),
  );
  const secretPointers = kept.filter(({ isSecret }) => isSecret).map(({ pointer }) => pointer);
  return { imported, keep: keepOf(kept), findings: [...findings, ...ignored], secretPointers };
}

function hintFor(pointer: Pointer): string {
  return /^\/(?:env|headers)\/./.test(pointer)
    ? 'import with `--secrets-to file` (or another backend) moves it; or put it somewhere safe yourself, declare that under `secrets`, write `${secret.name}` in the manifest and remove the pointer from `lifecycle.keep`'
    : 'let the server take it from `env` or `headers` instead, where the manifest can write `${secret.name}`';
}

function refused(name: string, why: string, hint: string): Settled & Import {
  const message = `"${name}" cannot be imported: ${why}`;
  const finding: Finding = { code: 'MANIFEST_IMPORT_REFUSED', severity: 'error', message, hint };
  return { imported: null, keep: [], findings: [finding], secretPointers: [], literals: [] };
}
