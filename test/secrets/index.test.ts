import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BACKEND_NAMES } from '../../src/model/secret.ts';
import { loadBackend } from '../../src/secrets/index.ts';
import { BASE_VARIABLES } from '../../src/secrets/program-environment.ts';
import { TOOL_SESSION, TOOL_SETTINGS } from '../../src/secrets/tool-variables.ts';

const root = resolve(import.meta.dirname, '../..');
const schema = JSON.parse(readFileSync(join(root, 'schemas/manifest.schema.json'), 'utf8'));

/** What we read ourselves, and the programs of that backend do not. */
const OF_NO_PROGRAM = ['USERNAME'];

describe('the backends', () => {
  it('are the properties of a secret in the schema, and one of them is required', () => {
    const { properties, oneOf } = schema.$defs.secret;
    const names = Object.keys(properties).filter((name) => name !== 'description');
    expect(names.sort()).toEqual([...BACKEND_NAMES].sort());
    expect(oneOf.flatMap(({ required }: { required: string[] }) => required).sort()).toEqual(names);
  });

  it('are a folder each, and no folder is without a name', () => {
    const folders = readdirSync(join(root, 'src/secrets'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    expect(folders.map(({ name }) => name).sort()).toEqual([...BACKEND_NAMES].sort());
  });

  it.each(BACKEND_NAMES)('%s is loaded by its name', async (name) => {
    const backend = await loadBackend(name);
    expect(backend.name).toBe(name);
    expect(backend.writeHint).not.toBe('');
    expect(backend.settings.filter((variable) => backend.session.includes(variable))).toEqual([]);
  });

  it.each(BACKEND_NAMES)('gives a command of exec what %s reads from the environment', async (name) => {
    const { settings, session } = await loadBackend(name);
    const known = new Set([...TOOL_SETTINGS, ...TOOL_SESSION, ...BASE_VARIABLES, ...OF_NO_PROGRAM]);
    expect([...settings, ...session].filter((variable) => !known.has(variable))).toEqual([]);
  });
});
