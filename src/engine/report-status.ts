import type { Context } from '../model/context.ts';
import type { AddressStatus, StatusReport } from '../report/status.ts';
import { listGenerations } from '../state/generations.ts';
import type { Declared } from './declare.ts';
import { listUnmanaged } from './list-unmanaged.ts';
import { placesOfOtherStacks } from './other-stacks.ts';
import { PLAIN, preview } from './preview.ts';
import { standingOf } from './standing.ts';
import { leakedInTime } from './sweep-status.ts';

/** How everything declared, managed or lying beside it stands. Writes nothing. */
export async function reportStatus(declared: Declared, ctx: Context): Promise<StatusReport> {
  const [{ plan, seen }, left] = await Promise.all([
    preview(declared, PLAIN, ctx),
    leakedInTime(declared.manifest, ctx),
  ]);
  const { inventory, world } = seen;
  const { generations } = await listGenerations(declared.books, ctx);
  const last = generations.at(-1);
  const entries = Object.values(inventory?.entries ?? {});
  const managed = new Set([...entries, ...world.rendered].map(({ place }) => place.key));
  const targets = declared.manifest.servers.flatMap((server) => server.targets);
  const steps = new Map(plan.steps.map((step) => [step.address, step]));
  const secrets = new Map(
    declared.resources.map(({ desired: each }) => [each.address, each.secrets.map((use) => use.locator)]),
  );
  const known = [...new Set([...plan.unchanged, ...steps.keys()])].map((address): AddressStatus => {
    const step = steps.get(address);
    return {
      address,
      state: standingOf(step),
      because: step?.because ?? null,
      secrets: [...new Set(secrets.get(address) ?? inventory?.entries[address]?.secrets ?? [])].sort(),
    };
  });
  const beside = listUnmanaged(world, targets, managed);
  const others = beside.length === 0 ? managed : await placesOfOtherStacks(declared.books, ctx);
  const unmanaged = beside
    .filter(({ address, observed }) => !steps.has(address) && !others.has(observed.place.key))
    .map(({ address }): AddressStatus => ({ address, state: 'unmanaged', because: null, secrets: [] }));
  return {
    formatVersion: '1.0',
    stack: declared.manifest.name,
    root: declared.manifest.root,
    revision: declared.loaded.git?.revision ?? null,
    lineage: inventory?.lineage ?? null,
    serial: inventory?.serial ?? 0,
    lastApply:
      last === undefined ? null : { generation: last.number, time: last.time, revision: last.revision },
    hold: inventory?.hold ?? null,
    resources: [...known, ...unmanaged].sort((a, b) => (a.address < b.address ? -1 : 1)),
    leaked: left.leaked,
    now: new Date(ctx.system.clock.now()).toISOString(),
    findings: [...plan.findings, ...left.findings],
  };
}
