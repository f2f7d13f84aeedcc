import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { validateManifest } from '../../src/schema/manifest.validate.js';

const folder = resolve(import.meta.dirname, '../../schemas');
type Schema = Readonly<Record<string, unknown>>;
const schemas = readdirSync(folder).map(
  (file) => [file, JSON.parse(readFileSync(join(folder, file), 'utf8')) as Schema] as const,
);

/** Every schema of a property inside a schema, by its path. */
function propertiesOf(schema: unknown, path = ''): readonly (readonly [string, Schema])[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) => {
    if (key !== 'properties') return propertiesOf(value, `${path}/${key}`);
    return Object.entries(value as object).flatMap(([name, each]) => [
      [`${path}/${name}`, each as Schema] as const,
      ...propertiesOf(each, `${path}/${name}`),
    ]);
  });
}

/** Knows every schema of ours, because some refer to others; the published keywords for editors included. */
function ajv(): InstanceType<typeof Ajv2020> {
  const instance = new Ajv2020({ allowUnionTypes: true, strictTypes: false, strictRequired: false });
  instance.addVocabulary(['patternErrorMessage']);
  addFormats.default(instance);
  for (const [, schema] of schemas) instance.addSchema(schema);
  return instance;
}

function compile(schema: Schema): (value: unknown) => boolean {
  const validate = ajv().getSchema(String(schema['$id']));
  if (validate === undefined) throw new Error(`no schema "${schema['$id']}"`);
  return (value) => validate(value) === true;
}

describe('published schemas', () => {
  it.each(schemas)('%s is JSON Schema 2020-12 with an id, a title and a description', (file, schema) => {
    expect(schema['$schema']).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(schema['$id']).toMatch(new RegExp(`/${file.replaceAll('.', '\\.')}$`));
    expect(schema['title']).toBeTruthy();
    expect(schema['description']).toBeTruthy();
    compile(schema);
  });

  it.each(schemas.filter(([file]) => /^(?:manifest|policy|lock)/.test(file)))(
    '%s has help for every field, in sentences',
    (_, schema) => {
      const defs = schema['$defs'] as Record<string, Schema> | undefined;
      const helpOf = (property: Schema): unknown =>
        property['description'] ?? defs?.[String(property['$ref']).replace('#/$defs/', '')]?.['description'];
      const properties = propertiesOf(schema);
      expect(properties.length).toBeGreaterThan(3);
      expect(properties.filter(([, each]) => helpOf(each) === undefined).map(([path]) => path)).toEqual([]);
      const unfinished = properties.filter(([, each]) => !/^[A-Z`].*\.$/s.test(String(helpOf(each))));
      expect(unfinished.map(([path]) => path)).toEqual([]);
    },
  );

  it.each(schemas)('%s has only examples and defaults that it accepts', (_, schema) => {
    const instance = ajv();
    for (const [path, property] of propertiesOf(schema)) {
      const reachable = JSON.parse(
        JSON.stringify(property).replaceAll('"#/', `"${schema['$id']}#/`),
      ) as Schema;
      const validate = instance.compile(reachable);
      const samples = [
        ...((property['examples'] as unknown[]) ?? []),
        ...('default' in property ? [property['default']] : []),
      ];
      for (const sample of samples) expect([path, sample, validate(sample)]).toEqual([path, sample, true]);
    }
  });

  it('tells an editor what our own rules tell: exactly one runtime', () => {
    const manifest = schemas.find(([file]) => file.startsWith('manifest'))?.[1] as Schema;
    const validate = compile(manifest);
    const stack = (server: object): object => ({
      apiVersion: 'mcpform/v1',
      kind: 'Stack',
      name: 'a',
      servers: { a: server },
    });
    expect(validate(stack({ command: 'x' }))).toBe(true);
    expect(validate(stack({ command: 'x', url: 'y' }))).toBe(false);
    expect(validate(stack({}))).toBe(false);
    expect(validateManifest(stack({}))).toBe(true);
  });
});
