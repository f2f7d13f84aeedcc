import { shapeFindings } from '../formats/shape-findings.ts';
import { parseYaml } from '../formats/yaml-parse.ts';
import type { Finding } from '../model/finding.ts';
import { isJsonObject, type Json } from '../model/json.ts';
import type { Lock } from '../model/lock.ts';
import type { LockDocument } from '../schema/lock.types.ts';
import { validateLock } from '../schema/lock.validate.js';

/**
 * Text → lock, or null and located errors. Top-level fields this release does not know are kept. What would be
 * lost or misread on rewriting is refused: a newer `apiVersion`, unknown fields inside an ownership entry,
 * unsolved merge conflicts.
 */
export function parseLock(
  bytes: Uint8Array,
  file: string,
): { lock: Lock | null; findings: readonly Finding[] } {
  const conflict = findConflict(bytes, file);
  if (conflict !== null) return { lock: null, findings: [conflict] };
  const { value, findings } = parseYaml(bytes, file);
  const unreadable = findings.filter(({ severity }) => severity === 'error');
  if (unreadable.length > 0) return { lock: null, findings: unreadable };
  const newer = findNewer(value, file);
  if (newer !== null) return { lock: null, findings: [newer] };
  if (!validateLock(value)) {
    return { lock: null, findings: shapeFindings(validateLock.errors, { code: 'LOCK_INVALID', file }) };
  }
  return { lock: readLock(value), findings };
}

function readLock({ apiVersion: _version, kind: _kind, ownership = {}, ...unknown }: LockDocument): Lock {
  const entries = Object.entries(ownership).map(([address, { digest, adopted = false, protect }]) => [
    address,
    { digest, adopted, ...(protect === true ? { protect } : {}) },
  ]);
  return {
    servers: {},
    ownership: Object.fromEntries(entries),
    unknown: unknown as Readonly<Record<string, Json>>,
  };
}

/** The first line that Git left in an unfinished merge. */
function findConflict(bytes: Uint8Array, file: string): Finding | null {
  const lines = new TextDecoder().decode(bytes).split(/\r?\n/);
  const index = lines.findIndex((line) => /^(<{7}|>{7}|\|{7})( |$)/.test(line));
  if (index === -1) return null;
  const excerpt = lines[index] as string;
  return {
    code: 'LOCK_CONFLICT',
    severity: 'error',
    message: `the lock has an unsolved Git conflict: "${excerpt.slice(0, 7)}"`,
    hint: 'keep the lines of both sides and remove the markers; for one address on both sides keep either, then run `mcpform plan`',
    at: { file, line: index + 1, column: 1, excerpt },
  };
}

function findNewer(value: unknown, file: string): Finding | null {
  const version = isJsonObject(value) ? value['apiVersion'] : undefined;
  const number = typeof version === 'string' ? /^mcpform\/v(\d+)/.exec(version)?.[1] : undefined;
  if (number === undefined || version === 'mcpform/v1' || Number(number) < 1) return null;
  return {
    code: 'LOCK_NEWER',
    severity: 'error',
    message: `the lock is of "${version as string}", which is newer than this mcpform`,
    hint: 'update mcpform: `npm install -g mcpform`',
    at: { file, pointer: '/apiVersion' },
  };
}
