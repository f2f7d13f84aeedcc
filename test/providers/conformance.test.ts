import { describe, expect, it } from 'vitest';
import type { Target } from '../../src/model/address.ts';
import type { Context } from '../../src/model/context.ts';
import { type JsonObject, sameJson } from '../../src/model/json.ts';
import { type Observation, type Provider, targetKey, type Work } from '../../src/model/provider.ts';
import type { DesiredEntry, EntrySpec } from '../../src/model/resource.ts';
import { loadProvider, PROVIDER_NAMES } from '../../src/providers/index.ts';
import { type Fault, type FaultySystem, faulty } from '../../src/system/faulty.ts';
import type { Loss } from '../../src/system/memory-tree.ts';
import {
  CONFIG,
  contextOver,
  create,
  desired,
  HOME,
  localIn,
  MemoryLocks,
  projectIn,
  remove,
  spec,
  USER,
  update,
} from './claude-code/world.ts';

/** What a provider must say about itself to be held to the contract. */
interface Fixture {
  /** A machine without anything of the provider's. */
  readonly empty: Readonly<Record<string, string>>;
  /** Per target: a machine that holds objects and bytes of others, and the pieces that must stay as they are. */
  readonly targets: readonly {
    readonly target: Target;
    readonly file: string;
    readonly tree: Readonly<Record<string, string>>;
    readonly foreign: readonly string[];
  }[];
  readonly specs: readonly EntrySpec[];
}

const odd = (servers: string): string =>
  `{\r\n   "big" :  12345678901234567890 ,\r\n${servers},\r\n   "tail": [ 1,2 ]\r\n}\r\n`;
const foreign = [
  '"big" :  12345678901234567890',
  '"theirs" : { "command" :"t" , "secret":"\\u0068" }',
  '"tail": [ 1,2 ]',
  '}\r\n',
];
const map = `"mcpServers": {"theirs" : { "command" :"t" , "secret":"\\u0068" }}`;

const fixtures: Readonly<Record<string, Fixture>> = {
  'claude-code': {
    empty: { [`${HOME}/`]: '', '/repo/.git/': '' },
    targets: [
      { target: USER, file: CONFIG, tree: { [CONFIG]: odd(map) }, foreign },
      {
        target: localIn('/repo'),
        file: CONFIG,
        tree: { [CONFIG]: odd(`"projects":{"/repo":{${map}}}`) },
        foreign,
      },
      { target: projectIn('/repo'), file: '/repo/.mcp.json', tree: { '/repo/.mcp.json': odd(map) }, foreign },
    ],
    specs: [
      spec({ args: ['-x'], env: { TOKEN: [{ env: 'TOKEN' }] } }),
      spec({ transport: 'http', url: 'https://a.example/mcp', timeoutMs: 9000, headers: { A: 'b' } }),
      spec({ transport: 'sse', url: 'https://a.example/sse', client: { oauth: { clientId: 'c' } } }),
      spec({ transport: 'ws', url: 'wss://a.example' }),
    ],
  },
};

/** What they change is behind a socket and not on a disk: tests on real engines hold them to the same contract. */
const ON_ENGINES: readonly string[] = ['docker'];

describe('the register', () => {
  it('has a fixture for every provider', () => {
    expect([...Object.keys(fixtures), ...ON_ENGINES].sort()).toEqual([...PROVIDER_NAMES].sort());
  });

  it('names the known clients when asked for another', async () => {
    for (const name of ['cursor', 'constructor']) {
      await expect(loadProvider(name)).rejects.toMatchObject({ code: 'CLIENT_UNKNOWN' });
    }
  });
});

interface Machine {
  readonly system: FaultySystem;
  readonly ctx: Context;
}

function machine(tree: Readonly<Record<string, string>>, fault?: (n: number) => Fault | null): Machine {
  // Root, so that the repository can be written; its owner does not matter here.
  const system = faulty({
    tree,
    identity: { uid: 0 },
    ...(fault === undefined ? {} : { fault: ({ n }) => fault(n) }),
  });
  return { system, ctx: over(system) };
}

const over = (system: FaultySystem): Context =>
  contextOver({ ...system, locks: new MemoryLocks() }, HOME).ctx;

describe.each(Object.keys(fixtures))('%s', (name) => {
  const fixture = fixtures[name] as Fixture;
  const loading = loadProvider(name);

  it('observes nothing on an empty machine, and starts and writes nothing', async () => {
    const provider = await loading;
    const { system, ctx } = machine(fixture.empty);
    for (const { target } of fixture.targets) {
      const observation = await look(provider, target, ctx);
      expect([observation.objects.size, observation.unavailable.size]).toEqual([0, 0]);
    }
    expect(system.calls.filter(({ isWrite, name: call }) => isWrite || call === 'run')).toEqual([]);
  });

  it('renders what it normalises to, and normalises once', async () => {
    const provider = await loading;
    for (const each of wanted(fixture, USER)) {
      const { attributes } = provider.render(each);
      expect(sameJson(provider.normalize(attributes), attributes)).toBe(true);
    }
  });

  describe.each(fixture.targets)('at $target.scope', ({ target, file, tree, foreign: kept }) => {
    it('creates, finds it again, does nothing twice, updates and deletes', async () => {
      const provider = await loading;
      const { system, ctx } = machine({ ...fixture.empty, ...tree });
      const resources = wanted(fixture, target);
      const created = await worksFor(provider, resources, ctx);
      expect(created.map(({ step }) => step.action)).toEqual(resources.map(() => 'create'));
      await expectDone(provider, created, ctx);
      await expectAsDesired(provider, resources, ctx);

      const before = await system.files.stat(file);
      expect(await worksFor(provider, resources, ctx)).toEqual([]);
      await expectDone(
        provider,
        resources.map((each) => unchangedWork(provider, each, created)),
        ctx,
      );
      expect(await system.files.stat(file)).toEqual(before);

      const changed = resources.map((each) => ({ ...each, spec: { ...each.spec, timeoutMs: 12_000 } }));
      await expectDone(provider, await worksFor(provider, changed, ctx), ctx);
      await expectAsDesired(provider, changed, ctx);

      await expectDone(provider, await removals(provider, changed, ctx), ctx);
      const left = await look(provider, target, ctx);
      expect([...left.objects.values()].map(({ place }) => place.path.at(-1))).toEqual(['theirs']);
      expect((await system.files.read(file)).toString()).toBe(tree[file]);
      for (const piece of kept) expect(tree[file]).toContain(piece);
    });

    it('survives the failure of every single call: nothing of others is lost, and the next run converges', async () => {
      const provider = await loading;
      const resources = wanted(fixture, target);
      const start = { ...fixture.empty, ...tree };
      const calls = await countCalls(provider, resources, start);
      expect(calls).toBeGreaterThan(10);
      for (const code of ['EIO', 'ENOSPC', 'EACCES'] as const) {
        for (let n = 1; n <= calls; n += 1) {
          const broken = machine(start, (call) => (call === n ? { kind: 'error', code } : null));
          const works = await worksFor(
            provider,
            resources,
            over(faulty({ tree: start, identity: { uid: 0 } })),
          );
          const results = await provider.perform(works, broken.ctx);
          expect(results).toHaveLength(works.length);
          await expectWhole(provider, { file, kept, resources, ctx: over(healthy(broken.system)) });
        }
      }
    });

    it.each<[Loss]>([['kill'], ['power'], ['torn']])(
      'survives the end of the process or the machine at every call (%s)',
      async (loss) => {
        const provider = await loading;
        const resources = wanted(fixture, target);
        const start = { ...fixture.empty, ...tree };
        const calls = await countCalls(provider, resources, start);
        for (const when of ['before', 'after'] as const) {
          for (let n = 1; n <= calls; n += 1) {
            const broken = machine(start, (call) => (call === n ? { kind: 'crash', when } : null));
            const works = await worksFor(
              provider,
              resources,
              over(faulty({ tree: start, identity: { uid: 0 } })),
            );
            await Promise.race([provider.perform(works, broken.ctx), broken.system.crashed]);
            const restarted = over(broken.system.restart(loss));
            await expectWhole(provider, { file, kept, resources, ctx: restarted });
          }
        }
      },
    );

    it('leaves others alone while a call hangs', async () => {
      const provider = await loading;
      const resources = wanted(fixture, target);
      const start = { ...fixture.empty, ...tree };
      const calls = await countCalls(provider, resources, start);
      for (let n = 1; n <= calls; n += 1) {
        const broken = machine(start, (call) => (call === n ? { kind: 'hang' } : null));
        const works = await worksFor(
          provider,
          resources,
          over(faulty({ tree: start, identity: { uid: 0 } })),
        );
        await Promise.race([provider.perform(works, broken.ctx), broken.system.hung]);
        await expectWhole(provider, { file, kept, resources, ctx: over(broken.system.restart('kill')) });
      }
    });
  });
});

function wanted({ specs }: Fixture, target: Target): readonly DesiredEntry[] {
  return specs.map((each, index) => desired(`s${index}`, target, each) as DesiredEntry);
}

function look(provider: Provider, target: Target, ctx: Context): Promise<Observation> {
  return provider.observe({ targets: [target], desired: [], places: [], ids: new Map(), root: null }, ctx);
}

/** The steps from what is there to what is desired. */
async function worksFor(
  provider: Provider,
  resources: readonly DesiredEntry[],
  ctx: Context,
): Promise<readonly Work[]> {
  const observation = await look(provider, (resources[0] as DesiredEntry).target, ctx);
  return resources.flatMap((resource) => {
    const place = provider.identify(resource, observation);
    const { attributes } = provider.render(resource);
    const found = observation.objects.get(place.key)?.attributes;
    if (found === undefined) return [create(place, attributes, resource.address)];
    return sameJson(found, attributes) ? [] : [update(place, found, attributes)];
  });
}

async function removals(
  provider: Provider,
  resources: readonly DesiredEntry[],
  ctx: Context,
): Promise<readonly Work[]> {
  const observation = await look(provider, (resources[0] as DesiredEntry).target, ctx);
  return resources.map((resource) => {
    const place = provider.identify(resource, observation);
    return remove(place, observation.objects.get(place.key)?.attributes as JsonObject);
  });
}

function unchangedWork(provider: Provider, resource: DesiredEntry, created: readonly Work[]): Work {
  const { attributes } = provider.render(resource);
  const { step } = created.find((work) => work.step.address === resource.address) as Work;
  return update(step.place, attributes, attributes);
}

async function expectDone(provider: Provider, works: readonly Work[], ctx: Context): Promise<void> {
  const results = await provider.perform(works, ctx);
  expect(results.map(({ result, error }) => error ?? result)).toEqual(works.map(() => 'done'));
}

async function expectAsDesired(
  provider: Provider,
  resources: readonly DesiredEntry[],
  ctx: Context,
): Promise<void> {
  const observation = await look(provider, (resources[0] as DesiredEntry).target, ctx);
  expect(observation.containers.has(targetKey((resources[0] as DesiredEntry).target))).toBe(true);
  for (const resource of resources) {
    const { key } = provider.identify(resource, observation);
    expect(observation.objects.get(key)?.attributes).toEqual(provider.render(resource).attributes);
  }
}

async function countCalls(
  provider: Provider,
  resources: readonly DesiredEntry[],
  tree: Readonly<Record<string, string>>,
): Promise<number> {
  const works = await worksFor(provider, resources, machine(tree).ctx);
  const { system, ctx } = machine(tree);
  await provider.perform(works, ctx);
  return system.calls.length;
}

/** The same disk without faults. */
function healthy(system: FaultySystem): FaultySystem {
  return faulty({ disk: system.disk, clock: system.clock, identity: { uid: 0 } });
}

interface Whole {
  readonly file: string;
  readonly kept: readonly string[];
  readonly resources: readonly DesiredEntry[];
  readonly ctx: Context;
}

/** The file parses and holds every byte of others; the next run brings it to the end and clears up. */
async function expectWhole(provider: Provider, { file, kept, resources, ctx }: Whole): Promise<void> {
  const text = (await ctx.system.files.read(file)).toString();
  expect(JSON.parse(text)).toBeTypeOf('object');
  for (const piece of kept) expect(text).toContain(piece);
  await expectDone(provider, await worksFor(provider, resources, ctx), ctx);
  await expectAsDesired(provider, resources, ctx);
}
