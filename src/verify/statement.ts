import { isJsonObject, type Json } from '../model/json.ts';

/** What an in-toto statement must be about, and what it may say. */
export interface Expected {
  readonly predicates: ReadonlySet<string>;
  /** The digest that one of its subjects must have: lower case hex. */
  readonly digest: { readonly algorithm: 'sha256' | 'sha512'; readonly hex: string };
  /** The name of that subject; null: names are not trusted to mean anything. */
  readonly name: string | null;
}

export const PROVENANCE = ['https://slsa.dev/provenance/v1', 'https://slsa.dev/provenance/v0.2'];

/**
 * What is wrong with a statement whose signature holds; null when it is about what is expected. Libraries leave this to
 * the caller. https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
 */
export function statementObjection(bytes: Uint8Array, expected: Expected): string | null {
  const statement = parseJson(bytes);
  if (!isJsonObject(statement)) return 'its statement is not JSON';
  const { _type: type, predicateType, subject } = statement;
  if (type !== 'https://in-toto.io/Statement/v1' && type !== 'https://in-toto.io/Statement/v0.1') {
    return 'its statement is of an unknown type';
  }
  if (typeof predicateType !== 'string' || !expected.predicates.has(predicateType)) {
    return `it says something else: "${String(predicateType).slice(0, 100)}"`;
  }
  const subjects = Array.isArray(subject) ? (subject as readonly Json[]) : [];
  return subjects.some((each) => isExpected(each, expected)) ? null : 'its statement is about something else';
}

function isExpected(subject: Json, { digest, name }: Expected): boolean {
  if (!isJsonObject(subject) || !isJsonObject(subject['digest'])) return false;
  const hex = subject['digest'][digest.algorithm];
  return hex === digest.hex && (name === null || subject['name'] === name);
}

/** JSON in UTF-8, or undefined. */
export function parseJson(bytes: Uint8Array): Json | undefined {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Json;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}
