import { parseYaml } from '../formats/yaml-parse.ts';
import { readPlainBytes } from '../formats/yaml-plain.ts';
import type { Finding } from '../model/finding.ts';
import { isJsonObject, type Json } from '../model/json.ts';
import type { Lock, OfferPin, Pin, SharedOwnership } from '../model/lock.ts';
import type { LockDocument, OfferDocument, SharedOwnershipDocument } from '../schema/lock.types.ts';
import { checkShape } from './check-shape.ts';
import { offerFacts, ownershipFacts } from './entry-facts.ts';
import { locateProblems, type Problem } from './lock-problems.ts';
import { mixed, readPin } from './read-pin.ts';

/**
 * Text → lock, or null and located errors. Top-level fields this release does not know are kept. What would be
 * lost or misread on rewriting is refused: a newer `apiVersion`, unknown fields inside an entry, lines that do not
 * belong together, unsolved merge conflicts (`conflicted-lock.ts` reads those).
 */
export function parseLock(
  bytes: Uint8Array,
  file: string,
): { lock: Lock | null; findings: readonly Finding[] } {
  const conflict = findConflict(bytes, file);
  if (conflict !== null) return { lock: null, findings: [conflict] };
  // What mcpform prints is plain, and six times as fast to read without positions, which only faults need.
  const plain = readPlainBytes(bytes);
  const sound = plain === undefined ? null : readValue(plain).lock;
  if (sound !== null) return { lock: sound, findings: [] };
  const parsed = parseYaml(bytes, file);
  const unreadable = parsed.findings.filter(({ severity }) => severity === 'error');
  if (unreadable.length > 0) return { lock: null, findings: unreadable };
  const { lock, problems } = readValue(parsed.value ?? null);
  if (lock === null) return { lock, findings: locateProblems(problems, parsed, file) };
  return { lock, findings: parsed.findings };
}

function readValue(value: Json): { lock: Lock | null; problems: readonly Problem[] } {
  const newer = findNewer(value);
  if (newer !== null) return { lock: null, problems: [newer] };
  const document = checkShape(value);
  if (Array.isArray(document)) return { lock: null, problems: document };
  return readLock(document as LockDocument);
}

function readLock(document: LockDocument): { lock: Lock | null; problems: readonly Problem[] } {
  const { apiVersion: _version, kind: _kind, ...sections } = document;
  const { ownership: owned = {}, servers: pinned, offers: offered, ...unknown } = sections;
  const problems: Problem[] = [];
  const servers: Record<string, Pin> = {};
  for (const [server, pinDocument] of Object.entries(pinned ?? {})) {
    const pin = readPin(server, pinDocument);
    if ('kind' in pin) servers[server] = pin;
    else problems.push(...pin);
  }
  const ownership: Record<string, SharedOwnership> = {};
  for (const [address, entry] of Object.entries(owned)) {
    const read = readOwnership(entry);
    ownership[address] = read;
    if (entry.seal !== ownershipFacts(address, read)['seal']) problems.push(mixed(['ownership', address]));
  }
  const offers: Record<string, OfferPin> = {};
  for (const [server, entry] of Object.entries(offered ?? {})) {
    const read = readOffer(entry);
    offers[server] = read;
    if (entry.seal !== offerFacts(server, read)['seal']) problems.push(mixed(['offers', server]));
  }
  const lock = { servers, ownership, offers, unknown: unknown as Readonly<Record<string, Json>> };
  return { lock: problems.length === 0 ? lock : null, problems };
}

function readOwnership({ digest, adopted = false, protect }: SharedOwnershipDocument): SharedOwnership {
  return { digest, adopted, ...(protect === true ? { protect } : {}) };
}

function readOffer({ instructions, prompts = {}, tools = {} }: OfferDocument): OfferPin {
  return { ...(instructions === undefined ? {} : { instructions }), prompts, tools };
}

/** The first line that Git left in an unfinished merge. */
function findConflict(bytes: Uint8Array, file: string): Finding | null {
  const text = new TextDecoder().decode(bytes);
  const match = /^(?:<{7}|>{7}|\|{7})(?: .*)?\r?$/m.exec(text);
  if (match === null) return null;
  const excerpt = match[0].replace(/\r$/, '');
  const line = text.slice(0, match.index).split('\n').length;
  return {
    code: 'LOCK_CONFLICT',
    severity: 'error',
    message: `the lock has an unsolved Git conflict: "${excerpt.slice(0, 7)}"`,
    hint: 'run `mcpform lock`, which merges what both sides wrote and names what it cannot merge',
    at: { file, line, column: 1, excerpt },
  };
}

function findNewer(value: Json): Problem | null {
  const version = isJsonObject(value) ? value['apiVersion'] : undefined;
  const number = typeof version === 'string' ? /^mcpform\/v(\d+)/.exec(version)?.[1] : undefined;
  if (number === undefined || version === 'mcpform/v1' || Number(number) < 1) return null;
  return {
    code: 'LOCK_NEWER',
    path: ['apiVersion'],
    part: 'value',
    message: `the lock is of "${version as string}", which is newer than this mcpform`,
    hint: 'update mcpform: `npm install -g mcpform`',
  };
}
