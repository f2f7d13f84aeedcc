import { describe, expect, it } from 'vitest';
import { findPrunable, removePruned } from '../../src/engine/images/prune-images.ts';
import { listPulled, rememberPulledBy } from '../../src/engine/images/pulled-images.ts';
import { McpformError } from '../../src/model/error.ts';
import type { Inventory } from '../../src/model/inventory.ts';
import type { ContainerSummary, ImageInfo } from '../../src/providers/docker/api.ts';
import type { Engine } from '../../src/providers/docker/engine.ts';
import { appendGeneration, type GenerationContent } from '../../src/state/generations.ts';
import { writeInventory } from '../../src/state/inventory-file.ts';
import { writeStub } from '../../src/state/lineage-stub.ts';
import { ManualClock, memorySystem } from '../../src/system/memory.ts';
import { violations } from '../cli/schemas.ts';
import { identityOf, recordingEngine } from '../engine/recording-engine.ts';
import { contextOn, entryOf, folder } from '../state/machine.ts';

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const nameOf = (letter: string): string => `ghcr.io/acme/x@${digest(letter)}`;
const DAY_MS = 86_400_000;

interface World {
  /** Letters of images that were pulled. */
  readonly pulled: string;
  /** Letters of images that the engine has. Default: all of them. */
  readonly there?: string;
  readonly infos?: Readonly<Record<string, Partial<ImageInfo>>>;
  readonly containers?: readonly ContainerSummary[];
  readonly engineId?: string;
  readonly tree?: Readonly<Record<string, string>>;
}

async function makeWorld({
  pulled,
  there = pulled,
  infos = {},
  containers = [],
  engineId = 'docker:X',
  tree = {},
}: World) {
  const clock = new ManualClock();
  const system = memorySystem({ clock, tree: { '/home/ann/': '', ...tree } });
  const { ctx, events } = contextOn(system);
  for (const letter of pulled) {
    await rememberPulledBy({ engine: 'docker', engineId: 'docker:X' }, nameOf(letter), ctx);
  }
  clock.advance(DAY_MS);
  const has = new Set(there);
  const removed: string[] = [];
  const { engine } = recordingEngine([], {
    identity: async () => identityOf(engineId),
    listContainers: async () => containers,
    inspectImage: async (name) => {
      const letter = name.at(-1) as string;
      return has.has(letter)
        ? { Id: `sha256:id${letter}`, RepoDigests: [nameOf(letter)], Size: 1000, ...infos[letter] }
        : null;
    },
    removeImage: async (name) => {
      has.delete(name.at(-1) as string);
      removed.push(name);
    },
  });
  const world = { open: async (): Promise<Engine> => engine, cwd: '/home/ann' };
  return { ctx, events, clock, world, removed, engine };
}

type Made = Awaited<ReturnType<typeof makeWorld>>;

async function keptOf({ world, ctx }: Made): Promise<Readonly<Record<string, string | null>>> {
  const { report } = await findPrunable(world, ctx);
  expect(violations('event#/$defs/pruneReport', report)).toEqual([]);
  return Object.fromEntries(report.images.map(({ image, kept }) => [image.at(-1), kept]));
}

/** Books of a stack that name some images now and others in their history. */
async function writeBooks({ ctx }: Made, now: string, before: string): Promise<void> {
  const pin = { name: 'x', digest: digest(now) };
  const entry = { ...entryOf('claude-code/user/a'), pin };
  const inventory: Inventory = {
    formatVersion: 1,
    lineage: 'one',
    serial: 1,
    appliedSeq: 0,
    stack: 'tools',
    source: { remote: null, root: '/home/ann/tools', files: ['mcp.yaml'] },
    machineId: 'machine-1',
    uid: 1000,
    configs: {},
    entries: { [entry.address]: entry },
  };
  await ctx.system.files.makeFolder(folder, 0o700);
  await writeInventory(folder, inventory, ctx);
  const content = { lock: `servers:\n  x:\n    image: ${nameOf(before)}\n` };
  await appendGeneration(folder, content as unknown as GenerationContent, ctx);
  await writeStub({ formatVersion: 1, lineage: 'one', stack: 'tools', folder, hasEntries: true }, ctx);
}

describe('images that nobody names any more', () => {
  it('are those that mcpform pulled, and no books, no generation and no lock have', async () => {
    const made = await makeWorld({
      pulled: 'abcde',
      tree: {
        '/home/ann/tools/mcp.lock.yaml': `image: ${nameOf('c')}\n`,
        '/home/ann/mcp.yaml': '',
        '/home/ann/mcp.lock.yaml': `image: ${nameOf('d')}\n`,
      },
    });
    await writeBooks(made, 'a', 'b');
    const { report } = await findPrunable(made.world, made.ctx);
    expect(report).toMatchObject({ needed: 4, unknown: 0, findings: [] });
    expect(report.images).toEqual([
      {
        engine: 'docker',
        image: nameOf('e'),
        bytes: 1000,
        pulled: '2026-01-01T00:00:00.000Z',
        kept: null,
      },
    ]);
  });

  it('stay when a container is made from them, they have a tag, or are new', async () => {
    const made = await makeWorld({
      pulled: 'abcd',
      containers: [
        { Id: 'x', ImageID: 'sha256:ida', Image: 'renamed' },
        { Id: 'y', ImageID: 'sha256:other', Image: nameOf('b') },
      ],
      // As containerd's store has it for what was pulled by digest.
      infos: { c: { RepoTags: ['mine:1'] }, d: { RepoTags: [nameOf('d')] } },
    });
    expect(await keptOf(made)).toEqual({ a: 'in-use', b: 'in-use', c: 'tagged', d: null });
    await rememberPulledBy({ engine: 'docker', engineId: 'docker:X' }, nameOf('d'), made.ctx);
    expect(await keptOf(made)).toMatchObject({ d: 'recent' });
    made.clock.advance(3_600_000);
    expect(await keptOf(made)).toMatchObject({ d: null });
  });

  it('free nothing where they stay under another name', async () => {
    const infos = { a: { RepoDigests: [nameOf('a'), `mirror.example/x@${digest('a')}`] } };
    const { world, ctx } = await makeWorld({ pulled: 'a', infos });
    expect((await findPrunable(world, ctx)).report.images[0]).toMatchObject({ kept: null, bytes: 0 });
  });

  it('are not known on an engine that is another one by now, or does not answer', async () => {
    const other = await makeWorld({ pulled: 'ab', engineId: 'docker:Y' });
    expect((await findPrunable(other.world, other.ctx)).report).toMatchObject({ images: [], unknown: 2 });
    const down = async (): Promise<never> => {
      throw new McpformError('ENGINE_UNAVAILABLE', 'nobody listens', { hint: 'start it' });
    };
    const { report } = await findPrunable({ ...other.world, open: down }, other.ctx);
    expect(report).toMatchObject({ images: [], unknown: 2 });
    expect(report.findings).toMatchObject([{ code: 'ENGINE_UNAVAILABLE', severity: 'warning' }]);
  });

  it('are not looked for where mcpform never pulled one', async () => {
    const { ctx, world } = await makeWorld({ pulled: '' });
    const nobody = async (): Promise<never> => {
      throw new Error('asked');
    };
    const { report } = await findPrunable({ ...world, open: nobody }, ctx);
    expect(report).toEqual({ formatVersion: '1.0', images: [], needed: 0, unknown: 0, findings: [] });
  });

  it.each([
    ['its books are gone', `${folder}/inventory.json`, null, 'STATE_LOST'],
    ['its books are damaged', `${folder}/inventory.json`, '{', 'STATE_CORRUPT'],
    ['a generation is damaged', `${folder}/generations/000001.json`, '{', 'STATE_HISTORY_BROKEN'],
    ['nobody knows where its books are', 'stub', '{', 'STATE_UNREADABLE'],
  ])('are none while of a stack %s', async (_, path, text, code) => {
    const made = await makeWorld({ pulled: 'a' });
    const { files } = made.ctx.system;
    await writeBooks(made, 'b', 'c');
    const lineages = `${made.ctx.folders.data}/lineages`;
    const [stub] = await files.list(lineages);
    const file = path === 'stub' ? `${lineages}/${stub}` : path;
    await files.remove(file);
    if (text !== null) await files.create(file, text, { mode: 0o600, sync: true });
    await expect(findPrunable(made.world, made.ctx)).rejects.toMatchObject({
      code,
      message: expect.stringContaining('nobody knows what is still needed: '),
      hint: expect.any(String),
    });
  });
});

describe('removing them', () => {
  it('asks for no force, and forgets them', async () => {
    const made = await makeWorld({ pulled: 'abc', there: 'ab', infos: { b: { RepoTags: ['mine:1'] } } });
    const { world, ctx, removed, events } = made;
    const found = await findPrunable(world, ctx);
    const outcomes = await removePruned(found, world, ctx);
    expect([...outcomes].map(([{ image }, outcome]) => [image, outcome])).toEqual([
      [nameOf('a'), { result: 'removed' }],
    ]);
    expect(removed).toEqual([nameOf('a')]);
    // What somebody else removed is forgotten, too.
    expect((await listPulled(ctx)).map(({ image }) => image)).toEqual([nameOf('b')]);
    expect(events.map(({ kind }) => kind)).toEqual(['prune.finished']);
  });

  it('leaves what is needed again since it was shown, or is gone', async () => {
    const made = await makeWorld({ pulled: 'abc' });
    const found = await findPrunable(made.world, made.ctx);
    await writeBooks(made, 'a', 'f');
    await made.engine.removeImage(nameOf('b'));
    made.removed.splice(0);
    const outcomes = await removePruned(found, made.world, made.ctx);
    expect([...outcomes.values()].map(({ result }) => result)).toEqual(['kept', 'gone', 'removed']);
    expect(made.removed).toEqual([nameOf('c')]);
  });

  it('goes on when one cannot be removed, and remembers that one', async () => {
    const { world, ctx, engine } = await makeWorld({ pulled: 'ab' });
    const stubborn = new Proxy(engine, {
      get: (target, name, receiver) =>
        name === 'removeImage'
          ? async (image: string) => {
              if (image === nameOf('a')) throw new McpformError('ENGINE_IN_USE', 'in use', { hint: 'see' });
            }
          : Reflect.get(target, name, receiver),
    });
    const open = async (): Promise<Engine> => stubborn;
    const outcomes = await removePruned(await findPrunable(world, ctx), { ...world, open }, ctx);
    expect([...outcomes.values()]).toEqual([
      { result: 'failed', error: { code: 'ENGINE_IN_USE', message: 'in use', hint: 'see' } },
      { result: 'removed' },
    ]);
    expect((await listPulled(ctx)).map(({ image }) => image)).toEqual([nameOf('a')]);
  });
});

describe('what was pulled', () => {
  it('is remembered once, with the time of the last', async () => {
    const { ctx, clock } = await makeWorld({ pulled: 'a' });
    await rememberPulledBy(
      { engine: 'docker', engineId: 'docker:X' },
      `ghcr.io/acme/x:9@${digest('a')}`,
      ctx,
    );
    const [record, ...others] = await listPulled(ctx);
    expect(others).toEqual([]);
    expect(record?.time).toBe(new Date(clock.now()).toISOString());
  });

  it('is not what has no digest, and not what a damaged record says', async () => {
    const { ctx } = await makeWorld({ pulled: 'a' });
    await rememberPulledBy({ engine: 'docker', engineId: 'docker:X' }, 'ghcr.io/acme/x:9', ctx);
    const images = `${ctx.folders.data}/images`;
    const [file] = await ctx.system.files.list(images);
    for (const [name, text] of [
      ['a.json', '{'],
      ['b.json', '{"formatVersion":2}'],
      ['c.json', '{"formatVersion":1,"engine":"docker","engineId":"x","image":"/","time":"now"}'],
    ] as const) {
      await ctx.system.files.create(`${images}/${name}`, text, { mode: 0o600, sync: true });
    }
    expect(await listPulled(ctx)).toHaveLength(1);
    expect(file).toMatch(/^[0-9a-f]{32}\.json$/);
  });
});
