import { type Declared, declare } from '../../../src/engine/declare.ts';
import { draftPlan } from '../../../src/engine/draft-plan.ts';
import { assemble, type Rendered, type World } from '../../../src/engine/observe.ts';
import { PLAIN } from '../../../src/engine/preview.ts';
import { filledDigest, withValue } from '../../../src/engine/secrets/fills.ts';
import { grantsOf } from '../../../src/engine/secrets/grants.ts';
import type { SecretStanding } from '../../../src/engine/secrets/standing.ts';
import { toWork } from '../../../src/engine/to-work.ts';
import { ownershipDigest } from '../../../src/lock/ownership-digest.ts';
import { engineName } from '../../../src/model/address.ts';
import type { Context } from '../../../src/model/context.ts';
import type { Inventory, InventoryEntry } from '../../../src/model/inventory.ts';
import { digestWhole } from '../../../src/model/leaves.ts';
import type { SharedOwnership } from '../../../src/model/lock.ts';
import type { Plan } from '../../../src/model/plan.ts';
import type { Observation, Performed, Provider, Work } from '../../../src/model/provider.ts';
import type { DesiredObject } from '../../../src/model/resource.ts';
import { observeOn } from '../../../src/providers/docker/observe-engine.ts';
import { perform } from '../../../src/providers/docker/perform.ts';
import { loadProvider } from '../../../src/providers/index.ts';
import { memoryWorld } from '../../providers/claude-code/world.ts';
import { fakeEngine } from '../../providers/docker/perform/fake-engine.ts';
import { emptyWorld } from '../../providers/docker/perform/fake-world.ts';

export interface StackTexts {
  readonly manifest: string;
  /** Null: none. */
  readonly lock: string | null;
}

/** A machine in memory with Claude Code's files and an engine, on which a stack is planned and applied as ever. */
export interface Machine {
  plan(texts: StackTexts): Promise<Plan>;
  /** Everything that the plan says, and as it says it. */
  apply(texts: StackTexts): Promise<void>;
}

const ROOT = '/repo';
const mounts = 'tmpfs /dev/shm tmpfs rw 0 0\n';

export function machine(): Machine {
  const tree = { [`${ROOT}/.git/`]: '', [`${ROOT}/conf/`]: '', '/proc/mounts': mounts, '/dev/shm/': '' };
  // Set, so that no literal is kept for want of what would take its place.
  const env = Object.fromEntries(['ONE', 'OTHER', 'FROM_CLIENT'].map((name) => [name, `value of ${name}`]));
  const { ctx } = memoryWorld(tree, { identity: { uid: 0 }, env });
  const engine = fakeEngine(emptyWorld());
  let inventory: Inventory | null = null;
  let secrets: SecretStanding = { grants: [], looks: new Map() };
  let ownership: Readonly<Record<string, SharedOwnership>> = {};
  let runs = 0;

  return { plan: async (texts) => (await look(texts)).plan, apply };

  async function look(texts: StackTexts) {
    await write(`${ROOT}/mcp.yaml`, texts.manifest, ctx);
    await write(`${ROOT}/mcp.lock.yaml`, texts.lock, ctx);
    const read = await declare({ files: [], cwd: ROOT, variables: {} }, ctx);
    const declared: Declared = { ...read, lock: { ...read.lock, ownership } };
    const world = await observe(declared);
    const plan = await draftPlan(declared, inventory, { world, secrets }, PLAIN, ctx);
    return { declared, world, plan };
  }

  async function observe({ resources }: Declared): Promise<World> {
    const known = Object.values(inventory?.entries ?? {});
    const names = new Set([
      ...resources.map(({ desired }) => desired.provider),
      ...known.map((e) => e.provider),
    ]);
    const providers = new Map<string, Provider>();
    const observations = new Map<string, Observation>();
    for (const name of names) {
      const provider = await loadProvider(name);
      const own = resources.map(({ desired }) => desired).filter((desired) => desired.provider === name);
      const remembered = known.filter((entry) => entry.provider === name);
      const places = remembered.map(({ place }) => place);
      const ids = new Map(
        remembered.flatMap(({ place, objectId }) => (objectId ? [[place.key, objectId]] : [])),
      );
      // What the lock owns is looked at too, declared or not.
      const project = { client: name, scope: 'project', folder: ROOT } as const;
      const targets = [project, ...own.flatMap((each) => (each.kind === 'entry' ? [each.target] : []))];
      providers.set(name, provider);
      observations.set(
        name,
        name === 'docker'
          ? await observeEngine(own as readonly DesiredObject[], places, ids)
          : await provider.observe({ targets, desired: own, places, ids, root: ROOT }, ctx),
      );
    }
    return await assemble(resources, { providers, observations }, ctx);
  }

  async function observeEngine(
    desired: readonly DesiredObject[],
    places: readonly InventoryEntry['place'][],
    ids: ReadonlyMap<string, string>,
  ): Promise<Observation> {
    const seen = await observeOn(engine, { context: null, desired, places, ids });
    const facts = { ...(seen.facts ?? { host: null, ports: new Map() }), sharesFolders: true };
    const name = engineName(null);
    const { objects, findings } = seen;
    return {
      ...{ objects, findings, containers: new Map(), unavailable: new Map(), config: null },
      engines: new Map([[name, facts]]),
      facts: { engines: new Map([[name, { ...seen, facts }]]) },
    };
  }

  async function apply(texts: StackTexts): Promise<void> {
    const { declared, world, plan } = await look(texts);
    const rendered = await Promise.all(world.rendered.map((resource) => filledIn(resource, ctx)));
    const entries = inventory?.entries ?? {};
    const { lock } = declared;
    const facts = { rendered, entries, lock, revision: null, digest: ctx.digest, lineage: 'lineage-1' };
    const next = { ...entries };
    const owned = { ...ownership };
    for (const work of toWork(plan, { ...facts, gateOf: () => undefined })) {
      const { address, action, place, previousAddress } = work.step;
      if (action === 'conflict') continue;
      const performed = await performOne(work);
      if (performed.result !== 'done') throw new Error(`${address}: ${performed.error?.message}`);
      delete next[previousAddress ?? address];
      delete owned[previousAddress ?? address];
      const { observed } = performed;
      if (work.record === null || observed === null) continue;
      const { attributes, id } = observed;
      const entry = { ...work.record, whole: digestWhole(attributes, ctx.digest) };
      next[address] = id === undefined ? entry : { ...entry, objectId: id };
      const protect = entry.protect;
      if (place.isShared) owned[address] = { digest: ownershipDigest(attributes), adopted: false, protect };
    }
    ownership = owned;
    const applied = world.rendered.filter(({ desired }) => next[desired.address] !== undefined);
    const grants = applied.flatMap(({ desired }) => grantsOf(desired));
    secrets = { ...secrets, grants: grants.map((grant) => ({ ...grant, grantedAt: '', by: 'apply' })) };
    inventory = booksOf(declared, next, world);
  }

  async function performOne(work: Work): Promise<Performed> {
    runs += 1;
    const works = [{ ...work, operation: `run-${runs}` }];
    const [performed] =
      work.step.provider === 'docker'
        ? work.step.action === 'forget' || work.step.action === 'record'
          ? [looked(work)]
          : await perform(works, ctx, async () => engine)
        : await (await loadProvider(work.step.provider)).perform(works, ctx);
    return performed as Performed;
  }
}

/** Nothing is done to the world: it is as it was planned. */
function looked({ step, attributes }: Work): Performed {
  const observed = attributes === null ? null : { place: step.place, attributes, unknown: [] };
  return { address: step.address, result: 'done', observed, findings: [] };
}

/** With a value for each secret, which nobody needs to know. */
async function filledIn(resource: Rendered, ctx: Context): Promise<Rendered> {
  const { desired } = resource;
  if (desired.fills === undefined) return resource;
  let { attributes } = resource;
  const filled: Record<string, string> = {};
  for (const fill of desired.fills) {
    filled[fill.pointer] = filledDigest(fill, desired, ctx.digest);
    const folder = `/dev/shm/mcpform-0/secrets/${filled[fill.pointer]}`;
    if (fill.kind === 'folder') await ctx.system.files.makeFolder(folder, 0o700);
    const value = fill.kind === 'folder' ? folder : `value ${filled[fill.pointer]}`;
    attributes = withValue(attributes, fill.pointer, value);
  }
  return { ...resource, attributes, books: { filled } };
}

function booksOf(
  { manifest, loaded }: Declared,
  entries: Inventory['entries'],
  { configs }: World,
): Inventory {
  return {
    ...{ formatVersion: 1, lineage: 'lineage-1', serial: 1, appliedSeq: 0, stack: manifest.name },
    ...{ source: loaded.source, machineId: 'machine', uid: 0, configs, entries },
  };
}

async function write(path: string, text: string | null, { system: { files } }: Context): Promise<void> {
  await files.remove(path).catch(() => undefined);
  if (text !== null) await files.create(path, text, { mode: 0o644, sync: false });
}
