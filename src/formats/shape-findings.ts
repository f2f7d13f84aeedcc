import { closest } from 'fastest-levenshtein';
import type { Code } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { toPointer } from '../model/json.ts';
import type { SchemaError } from '../schema/schema-error.ts';

/** What a generated validator found in a lock or policy, as errors of one code with pointers. One per place. */
export function shapeFindings(
  errors: readonly SchemaError[] | null | undefined,
  { code, file }: { readonly code: Code; readonly file: string },
): readonly Finding[] {
  const findings = new Map<string, Finding>();
  for (const error of errors ?? []) {
    const { path, message, hint, part } = explain(error);
    if (findings.has(path)) continue;
    findings.set(path, { code, severity: 'error', message, hint, at: { file, pointer: path, part } });
  }
  return [...findings.values()];
}

interface Explained {
  readonly path: string;
  readonly message: string;
  readonly hint: string;
  readonly part: 'key' | 'value';
}

function explain(error: SchemaError): Explained {
  const { instancePath: path, params, parentSchema = {} } = error;
  const value = (message: string, hint: string): Explained => ({ path, message, hint, part: 'value' });
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(params['additionalProperty']);
      const known = Object.keys((parentSchema['properties'] ?? {}) as object);
      const hint = `did you mean "${closest(key, known)}"? Known here: ${known.join(', ')}`;
      return { path: path + toPointer([key]), message: `unknown key "${key}"`, hint, part: 'key' };
    }
    case 'required':
      return value(`\`${String(params['missingProperty'])}\` is missing`, 'add it');
    case 'const':
      return value(
        `expected "${String(params['allowedValue'])}"`,
        `write "${String(params['allowedValue'])}"`,
      );
    case 'enum':
      return value(`expected one of ${list(params['allowedValues'])}`, 'write one of these');
    case 'type':
      return value(
        `expected ${nouns[String(params['type'])] ?? String(params['type'])}`,
        'correct the value',
      );
    case 'pattern':
      return value(
        String(parentSchema['patternErrorMessage'] ?? 'the text has another form'),
        'correct the value',
      );
    case 'uniqueItems':
      return value('the list has something twice', 'remove one of the two');
    case 'minLength':
      return value('the text is empty', 'write something, or remove it');
    default:
      return value(error.keyword, 'correct the value');
  }
}

const nouns: Readonly<Record<string, string>> = {
  object: 'a mapping',
  array: 'a list',
  string: 'text',
  boolean: 'true or false',
};

function list(values: unknown): string {
  return (values as readonly unknown[]).map((value) => `"${String(value)}"`).join(', ');
}
