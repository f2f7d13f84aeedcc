import type { Code } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { toPointer } from '../model/json.ts';
import type { SchemaError } from '../schema/schema-error.ts';
import { describeSchemaErrors } from './yaml-schema.ts';

/** What a generated validator found in a lock or policy: errors of one code, with pointers and a next step. */
export function shapeFindings(
  errors: readonly SchemaError[] | null | undefined,
  { code, file }: { readonly code: Code; readonly file: string },
): readonly Finding[] {
  return describeSchemaErrors(errors ?? []).map(({ path, part, message, hint }) => ({
    code,
    severity: 'error',
    message,
    hint: hint ?? 'correct it as the message says',
    at: { file, pointer: toPointer(path), part },
  }));
}
