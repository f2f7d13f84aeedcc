import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { createConceal } from '../../src/formats/conceal.ts';
import type { Context } from '../../src/model/context.ts';
import type { Event } from '../../src/model/event.ts';
import type { InventoryEntry } from '../../src/model/inventory.ts';
import type { System } from '../../src/model/system.ts';
import type { Asker } from '../../src/state/read-state.ts';

export const home = '/home/ann';
export const folders = {
  state: `${home}/.local/state/mcpform`,
  cache: `${home}/.cache/mcpform`,
  config: `${home}/.config/mcpform`,
  data: `${home}/.local/share/mcpform`,
};
export const folder = `${folders.state}/tools`;
export const asker: Asker = {
  stack: 'tools',
  source: { remote: 'https://git.example/tools', root: `${home}/tools`, files: ['mcp.yaml'] },
};

const digests = new Map<string, string>();

/** As the real one, but each text is digested once: the crash tests ask for the same few a million times. */
export function digest(text: string): string {
  const known = digests.get(text);
  if (known !== undefined) return known;
  const made = createHmac('sha256', 'test key').update(text).digest('base64url');
  digests.set(text, made);
  return made;
}

/** A context on any system; what it emits is collected. */
export function contextOn(system: System, signal = new AbortController().signal) {
  const events: Event[] = [];
  const emit = (event: Event): void => void events.push(event);
  const launcher = { command: '/usr/bin/node', args: ['/opt/mcpform/mcpform.cjs', 'exec'], ephemeral: null };
  const ctx: Context = {
    system,
    home,
    env: {},
    platform: 'linux',
    signal,
    emit,
    folders,
    launcher,
    digest,
    conceal: createConceal(),
  };
  return { ctx, events };
}

export function entryOf(address: string, value = 'v'): InventoryEntry {
  const name = address.split('/').at(-1) ?? '';
  return {
    address,
    provider: 'claude-code',
    place: { key: `x#${name}`, file: `${home}/.claude.json`, path: ['mcpServers', name], isShared: false },
    base: { '/command': digest(`/command\n"${value}"`) },
    whole: digest(value),
    protect: false,
    adopted: false,
    secrets: [],
    launchDigest: 'sha256:00',
    dependsOn: [],
    appliedRevision: null,
  };
}

const schema = JSON.parse(
  readFileSync(new URL('../../schemas/inventory.schema.json', import.meta.url), 'utf8'),
) as { readonly $id: string };
const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
ajv.addSchema(schema);

/** What the published schema says against a document; empty when it is valid. */
export function schemaErrors(value: unknown, part = ''): readonly string[] {
  const validate = ajv.getSchema(part === '' ? schema.$id : `${schema.$id}#/$defs/${part}`);
  if (validate === undefined) throw new Error(`no schema for "${part}"`);
  validate(value);
  return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}
