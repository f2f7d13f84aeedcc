import type { YamlDocument } from '../formats/yaml-compose.ts';
import { placeFinder } from '../formats/yaml-position.ts';
import type { YamlText } from '../formats/yaml-text.ts';
import type { At, Finding } from '../model/finding.ts';
import { fromPointer, toPointer } from '../model/json.ts';
import type { PolicyDocument } from '../schema/policy.types.ts';
import type { Policy } from './policy.ts';

interface Written {
  readonly file: string;
  readonly document: YamlDocument | null;
  readonly source: YamlText;
}

/** `exceptions` of a policy that has the right shape, each with its line, or those that end on no day. */
export function readExceptions(
  { exceptions }: PolicyDocument,
  written: Written,
): { readonly read: Pick<Policy, 'exceptions'>; readonly findings: readonly Finding[] } {
  if (exceptions === undefined || exceptions.length === 0) return { read: {}, findings: [] };
  const locate = locator(written);
  const findings = exceptions.flatMap(({ until }, index): readonly Finding[] =>
    isDay(until) ? [] : [noDay(until, locate(['exceptions', String(index), 'until']))],
  );
  const read = exceptions.map(({ rule, servers, reason, until }, index) => {
    const at = locate(['exceptions', String(index)]);
    return { rule, servers, reason, until, at };
  });
  return { read: { exceptions: read }, findings };
}

function locator({ file, document, source }: Written): (path: readonly string[]) => At {
  const find = document === null ? null : placeFinder(document);
  return (path) => {
    const at: At = { file, pointer: toPointer(path) };
    return find === null
      ? at
      : { ...at, ...source.locate(find(fromPointer(at.pointer ?? ''), 'value').offset) };
  };
}

/** The 30th of February is none, although a clock would take it for one. */
function isDay(text: string): boolean {
  const ms = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}

function noDay(until: string, at: At): Finding {
  return {
    code: 'POLICY_INVALID',
    severity: 'error',
    message: `"${until}" is no day`,
    hint: 'write the last day on which the exception holds: 2026-12-31',
    at,
  };
}
