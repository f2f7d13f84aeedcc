import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';
import type { RunningEngine } from '../../support/engine-run.ts';
import type { ConfigRow, Draft } from './config-row.ts';
import { makeDriftStack } from './drift-stack.ts';
import { planLines } from './plan-lines.ts';
import { makeStackWorld, type StackWorld } from './stack-world.ts';

const APPLY = ['apply', '--auto-approve', '--no-settle'];

/**
 * Whatever changes in the manifest: the plan names exactly that, whether it takes another container, and after apply
 * nothing is left to be done. One manifest, which each row takes on from where the one before left it.
 */
export function configTable(
  name: string,
  {
    start,
    rows,
  }: { readonly start: (registry: string) => Promise<RunningEngine>; readonly rows: readonly ConfigRow[] },
): void {
  describe(name, () => {
    let world: StackWorld;
    let draft: Draft;

    const write = async (): Promise<void> => {
      const { server, networks, volumes } = draft;
      await world.write({ servers: { full: server }, networks, volumes });
    };

    beforeAll(async () => {
      world = await makeStackWorld(start);
      const { servers, networks, volumes } = (await makeDriftStack(world)).manifest;
      draft = {
        server: { ...servers.full },
        networks: { ...(networks as Draft['networks']) },
        volumes: { ...(volumes as Draft['volumes']) },
      };
      await mkdir(join(world.home.project, 'files'));
      await write();
      await world.expectExit(0, ['lock']);
      await world.converge();
    }, 120_000);

    afterAll(async () => await world?.remove());

    it.each(rows)('$what', async ({ change, plan: expected, consent = [] }) => {
      // A row that fails shall not take those behind it along.
      onTestFailed(async () => void (await world.run([...APPLY, '--allow-destroy'])));
      const before = await idOf();
      const { image } = draft.server;
      await change(draft, world);
      await write();
      if (draft.server['image'] !== image) await world.expectExit(0, ['lock']);
      const plan = await world.plan('--detailed-exitcode');
      // What an entry is granted for is the container behind it, so the books of the entry change with that.
      const lines = planLines(plan).filter((line) => line !== 'record claude-code/user/full in-sync');
      expect(lines).toEqual(expected);
      await world.converge(...consent);
      expect(await world.containers()).toEqual({ 'tools.full': 'running' });
      const isAnother = plan.steps.some(
        ({ action, address }) => action === 'replace' && address === 'docker/container/full',
      );
      expect((await idOf()) !== before).toBe(isAnother);
    });

    const idOf = async (): Promise<string> =>
      (await world.engine.ask('GET', '/containers/tools.full/json')).body.Id;
  });
}
