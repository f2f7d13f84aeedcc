import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

const ajv = new Ajv2020({ allErrors: true, strict: false });
(formats as unknown as (ajv: Ajv2020) => void)(ajv);
for (const name of ['plan', 'event', 'inventory']) {
  const file = resolve(import.meta.dirname, `../../schemas/${name}.schema.json`);
  ajv.addSchema(JSON.parse(readFileSync(file, 'utf8')), name);
}

/** What a published schema says against a value, as text; empty when nothing. `event`, `inventory#/$defs/journalLine`. */
export function violations(schema: string, value: unknown): readonly string[] {
  const validate = ajv.getSchema(schema);
  if (validate === undefined) throw new Error(`there is no schema ${schema}`);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
