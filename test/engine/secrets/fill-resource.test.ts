import { describe, expect, it } from 'vitest';
import { type Standing, withSecrets } from '../../../src/engine/secrets/fill-resource.ts';
import { folderPlacer } from '../../../src/engine/secrets/keep-folder.ts';
import type { Look } from '../../../src/engine/secrets/look.ts';
import { desire } from '../../../src/graph/desire.ts';
import { SECRETS_SOURCE } from '../../../src/graph/secret-files.ts';
import { McpformError } from '../../../src/model/error.ts';
import type { InventoryEntry } from '../../../src/model/inventory.ts';
import { fromPointer, type Json, type JsonObject } from '../../../src/model/json.ts';
import type { Step } from '../../../src/model/plan.ts';
import { SecretValue } from '../../../src/model/secret.ts';
import { docker } from '../../../src/providers/docker/index.ts';
import { memorySystem } from '../../../src/system/memory.ts';
import { server, stack } from '../../graph/stack.ts';
import { surroundings } from '../../graph/surroundings.ts';
import { contextOn, entryOf } from '../../state/machine.ts';

const IMAGE = `ghcr.io/acme/mcp:1@sha256:${'3f'.repeat(32)}`;
const LOCATOR = 'exec:["op","read","op://dev/linear/token"]';
const PRESENT: JsonObject = { status: 'exited', env: { KEY: 'old' } };

const value = (text: string): Look => ({
  kind: 'value',
  value: new SecretValue(text),
  fingerprint: `print of ${text}`,
});

async function filled(
  env: Readonly<Record<string, readonly [{ secret: string }]>>,
  look: Look,
  { step, now, before }: { step: Partial<Step>; now?: JsonObject; before?: string },
) {
  const declared = server('a', {
    ...{ runtime: { kind: 'image', image: IMAGE }, transport: 'http', args: [], engine: { port: 1 }, env },
  });
  const { desired: all } = desire(stack([declared]), surroundings({ a: { kind: 'image', image: IMAGE } }));
  const desired = all.find(({ kind }) => kind === 'container');
  if (desired === undefined) throw new Error('no container');
  const entry: InventoryEntry = {
    ...entryOf(desired.address),
    ...(before === undefined ? {} : { fingerprints: { [LOCATOR]: before } }),
  };
  const resource = { desired, place: entry.place, attributes: docker.render(desired).attributes };
  const tree = { '/proc/mounts': 'tmpfs /dev/shm tmpfs rw 0 0\n', '/dev/shm/': '' };
  const { ctx } = contextOn(memorySystem({ tree }));
  const place = await folderPlacer([resource], { lineage: 'line', entries: {} }, ctx);
  const standing: Standing = {
    step: { action: 'update', because: 'drifted', paths: [], secrets: [], ...step } as unknown as Step,
    now,
    entry,
  };
  const done = await withSecrets(resource, { looks: new Map([[LOCATOR, look]]), place, ...standing }, ctx);
  return { ...done, ctx };
}

const at = (attributes: JsonObject, pointer: string): Json | undefined =>
  fromPointer(pointer).reduce<Json | undefined>((here, key) => (here as JsonObject)[key], attributes);
const KEY = { KEY: [{ secret: 'linear' }] } as const;

describe('a container with the values of its secrets', () => {
  it('has what its variables say, whatever an engine would not expand, and the books know the value again', async () => {
    const { attributes, books } = await filled(KEY, value('a${HOME}\nb'), { step: { action: 'create' } });
    expect(attributes['env']).toEqual({ KEY: 'a${HOME}\nb' });
    expect(books?.fingerprints).toEqual({ [LOCATOR]: 'print of a${HOME}\nb' });
    expect(Object.keys(books?.filled ?? {})).toEqual(['/env/KEY']);
  });

  it('has a folder with those that are files, which is there', async () => {
    const env = { KEY_FILE: [{ secret: 'linear' }] } as const;
    const { attributes, ctx } = await filled(env, value('v'), { step: { action: 'create' } });
    const path = String(at(attributes, SECRETS_SOURCE));
    expect(path).toMatch(/^\/dev\/shm\/mcpform-1000\/secrets\/[0-9a-f]{16}\/team-tools\.a\/[0-9a-f]{32}$/);
    expect((await ctx.system.files.read(`${path}/linear`)).toString()).toBe('v');
  });

  it('keeps the value that it has where another one was not in the plan, and the books still tell', async () => {
    const step = { paths: [{ pointer: '/status', cause: 'drift' }] } as const;
    const { attributes, books } = await filled(KEY, value('new'), {
      step,
      now: PRESENT,
      before: 'old print',
    });
    expect(attributes['env']).toEqual({ KEY: 'old' });
    expect(books?.fingerprints).toEqual({ [LOCATOR]: 'old print' });
  });

  it('keeps it too where the manifest ignores such changes, and the books know the new one', async () => {
    const secrets = [
      { locator: LOCATOR, pointer: '/env/KEY', via: 'environment', isNew: false, hasChanged: true },
    ];
    const step = { action: 'record', secrets } as Partial<Step>;
    const { attributes, books } = await filled(KEY, value('new'), {
      step,
      now: PRESENT,
      before: 'old print',
    });
    expect(attributes['env']).toEqual({ KEY: 'old' });
    expect(books?.fingerprints).toEqual({ [LOCATOR]: 'print of new' });
  });

  it.each<[string, Partial<Step>]>([
    ['is replaced', { action: 'replace' }],
    ['gets the variable anew', { paths: [{ pointer: '/env/KEY', cause: 'secret' }] }],
    ['gets all of them anew', { paths: [{ pointer: '/env', cause: 'drift' }] }],
  ])('has the new one where it %s', async (_, step) => {
    const { attributes, books } = await filled(KEY, value('new'), {
      step,
      now: PRESENT,
      before: 'old print',
    });
    expect(attributes['env']).toEqual({ KEY: 'new' });
    expect(books?.fingerprints).toEqual({ [LOCATOR]: 'print of new' });
  });

  it('is not made when one cannot be had', async () => {
    const error = new McpformError('SECRET_NOT_FOUND', 'no such key', { hint: 'add it' });
    const made = filled(KEY, { kind: 'failed', error }, { step: { action: 'create' } });
    await expect(made).rejects.toBe(error);
  });
});
