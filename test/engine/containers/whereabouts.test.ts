import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { whereaboutsOf } from '../../../src/engine/containers/whereabouts.ts';
import { declare } from '../../../src/engine/declare.ts';
import { launchId } from '../../../src/graph/launch-id.ts';
import type { Context } from '../../../src/model/context.ts';
import type { Inventory } from '../../../src/model/inventory.ts';
import { appendGeneration, type GenerationContent } from '../../../src/state/generations.ts';
import { writeInventory } from '../../../src/state/inventory-file.ts';
import { entryOf } from '../../state/machine.ts';
import { realContext } from '../../support/real-context.ts';
import { type Home, throwawayHome } from '../../support/throwaway-home.ts';
import { writeFiles } from '../../support/world.ts';

const DIGEST = `sha256:${'3f'.repeat(32)}`;
const MANIFEST = `apiVersion: mcpform/v1
kind: Stack
name: tools
servers:
  memory: { command: npx, args: [memory] }
  github:
    image: ghcr.io/acme/github:1.0.0@${DIGEST}
  off:
    image: ghcr.io/acme/off:1.0.0@${DIGEST}
    enabled: false
`;
const LOCK = `apiVersion: mcpform/v1
kind: Lock
servers:
  github:
    image: ghcr.io/acme/github:1.0.0@${DIGEST}
  off:
    image: ghcr.io/acme/off:1.0.0@${DIGEST}
`;

describe('where the containers of a stack would be', () => {
  let home: Home;
  let ctx: Context;

  beforeEach(async () => {
    home = await throwawayHome();
    ctx = realContext(home);
    await writeFiles(home.project, { 'mcp.yaml': MANIFEST, 'mcp.lock.yaml': LOCK });
  });
  afterEach(() => home.remove());

  const declared = () => declare({ files: [], cwd: home.project, variables: {} }, ctx);

  it('is told by the manifest before anything was applied', async () => {
    const { resources } = await declared();
    const github = resources.find(({ desired }) => desired.server === 'github')?.desired.launch;
    if (github === undefined) throw new Error('the image is not launched');
    expect(await whereaboutsOf(await declared(), ctx)).toEqual({
      stack: 'tools',
      services: [],
      sessions: [
        { server: 'github', engine: 'docker' },
        { server: 'off', engine: 'docker' },
      ],
      launches: new Set([launchId(github)]),
    });
  });

  it('is also told by the books, for what is no longer declared, and by what was applied before', async () => {
    const found = await declared();
    const place = {
      key: 'docker:X/container/tools.gone',
      file: 'docker@lab',
      path: ['container', 'tools.gone'],
      isShared: false,
    };
    const service = {
      ...entryOf('docker@lab/container/gone'),
      provider: 'docker',
      place,
      objectId: 'a'.repeat(64),
    };
    const started = { ...entryOf('claude-code/user/github'), launch: `github-${'01'.repeat(16)}` };
    const { machineId, uid } = await ctx.system.processes.identity();
    const inventory: Inventory = {
      formatVersion: 1,
      lineage: 'one',
      serial: 1,
      appliedSeq: 0,
      stack: 'tools',
      source: found.loaded.source,
      machineId,
      uid,
      configs: {},
      entries: { [service.address]: service, [started.address]: started },
    };
    await mkdir(found.books, { recursive: true, mode: 0o700 });
    await writeInventory(found.books, inventory, ctx);
    const earlier = [`github-${'02'.repeat(16)}`];
    await appendGeneration(found.books, { launches: earlier } as unknown as GenerationContent, ctx);
    const where = await whereaboutsOf(found, ctx);
    expect(where.services).toEqual([
      { server: 'gone', engine: 'docker@lab', name: 'tools.gone', id: 'a'.repeat(64) },
    ]);
    expect([...where.launches]).toEqual(
      expect.arrayContaining([`github-${'01'.repeat(16)}`, `github-${'02'.repeat(16)}`]),
    );
    expect(join(found.books)).toContain('tools');
  });
});
