import { describe, expect, it } from 'vitest';
import { McpformError } from '../../src/model/error.ts';
import { copy, FROM, openTarget, stored, TO } from './copying.ts';
import { digestOf, makeImage, makeMultiArch, publish } from './image.ts';
import { type Call, RegistryMock } from './registry-mock.ts';
import { attachTo } from './signatures.ts';

const image = makeMultiArch('x');
const refusal = (): McpformError => new McpformError('RESOLVE_DENIED', 'injected');

/** An image with a signature by tag, and one that refers to it. */
async function signedSource(): Promise<RegistryMock> {
  const source = new RegistryMock();
  await publish(source, FROM, image, '1.2.3');
  await attachTo(source, FROM, image);
  source.calls.length = 0;
  return source;
}

/** Whoever pulls the tag now must get all of the image. */
function assertWholeOrInvisible(target: RegistryMock): void {
  const { tags, manifests, blobs } = target.dump(TO);
  if (tags['1.2.3'] === undefined) return;
  expect(manifests).toEqual(expect.arrayContaining(image.manifests.map(({ digest }) => digest)));
  expect(blobs).toEqual(expect.arrayContaining(image.blobs.map(({ descriptor }) => descriptor.digest)));
  expect(tags).toHaveProperty(`${image.digest.replace(':', '-')}.sig`);
}

async function callsOfUndisturbed(): Promise<{ source: readonly Call[]; target: readonly Call[] }> {
  const [source, target] = [await signedSource(), new RegistryMock()];
  expect((await copy(source, target, image.digest)).error).toBeUndefined();
  return { source: [...source.calls], target: [...target.calls] };
}

describe('a copy that fails at any one call', async () => {
  const undisturbed = await callsOfUndisturbed();
  const whole = await (async () => {
    const [source, target] = [await signedSource(), new RegistryMock()];
    await copy(source, target, image.digest);
    return { stored: stored(target, TO), tags: target.dump(TO).tags };
  })();

  const rows = (['source', 'target'] as const).flatMap((side) =>
    undisturbed[side].flatMap(({ n }) => (['before', 'after'] as const).map((when) => ({ side, n, when }))),
  );
  it('sees dozens of calls', () => expect(rows.length).toBeGreaterThan(100));

  it.each(rows)(
    '$when call $n to the $side shows no half image, and the next run sends only the rest',
    async ({ side, n, when }) => {
      const source = await signedSource();
      const target = new RegistryMock();
      const registry = side === 'source' ? source : target;
      failAt(registry, n, when);
      const first = await copy(source, target, image.digest);
      // Which call is the n-th is a matter of luck, but one of them was.
      expect(first.error).toMatchObject({ message: 'injected' });
      assertWholeOrInvisible(target);
      registry.onCall = () => {};
      registry.afterCall = () => {};
      const sent = new Set(Object.keys(stored(target, TO)));
      target.calls.length = 0;
      const second = await copy(source, target, image.digest);
      expect(second.error).toBeUndefined();
      expect(stored(target, TO)).toEqual(whole.stored);
      expect(target.dump(TO).tags).toEqual(whole.tags);
      const again = target.calls.filter(
        ({ name, reference }) => (name === 'uploadBlob' || name === 'putManifest') && sent.has(reference),
      );
      expect(again).toEqual([]);
    },
  );

  it('never shows a half image at any moment', async () => {
    const [source, target] = [await signedSource(), new RegistryMock()];
    source.onCall = () => assertWholeOrInvisible(target);
    target.onCall = () => assertWholeOrInvisible(target);
    expect((await copy(source, target, image.digest)).error).toBeUndefined();
    assertWholeOrInvisible(target);
  });

  it('sends once more what the target lost, though its manifests are there', async () => {
    const [source, target] = [await signedSource(), new RegistryMock()];
    await copy(source, target, image.digest);
    const lost = image.blobs[1]!.descriptor.digest;
    target.lose(TO, lost);
    const { done, error } = await copy(source, target, image.digest);
    expect(error).toBeUndefined();
    expect(done.blobs.sent).toBe(1);
    expect(stored(target, TO)).toEqual(whole.stored);
  });
});

describe('a blob on its way', () => {
  const single = makeImage({ layers: ['one'] });
  const unavailable = (): McpformError => new McpformError('RESOLVE_UNAVAILABLE', 'gone');

  it.each(['streamBlob', 'uploadBlob'] as const)(
    'is sent again, a little later, when %s breaks twice',
    async (name) => {
      const [source, target] = [new RegistryMock(), new RegistryMock()];
      await publish(source, FROM, single);
      const registry = name === 'streamBlob' ? source : target;
      const tries = new Map<string, number>();
      registry.onCall = (call) => {
        const nth = (tries.get(call.reference) ?? 0) + 1;
        if (call.name !== name) return;
        tries.set(call.reference, nth);
        if (nth <= 2) throw unavailable();
      };
      const run = await copy(source, target, single.digest);
      expect(run.error).toBeUndefined();
      expect(stored(target, TO)).toEqual(stored(source, FROM));
      expect([...tries.values()]).toEqual([3, 3]);
      expect(run.clock.monotonic()).toBeGreaterThanOrEqual(5000);
    },
  );

  it('is given up after three times, and the bytes that were in vain are not counted', async () => {
    const [source, target] = [new RegistryMock(), new RegistryMock()];
    await publish(source, FROM, single);
    const upload = target.uploadBlob;
    target.uploadBlob = async (repository, descriptor, bytes) => {
      for await (const _ of bytes) break;
      await upload(repository, { ...descriptor, digest: digestOf(Buffer.from('x')) }, bytes).catch(() => {});
      throw unavailable();
    };
    const run = await copy(source, target, single.digest);
    expect(run.error).toMatchObject({ code: 'RESOLVE_UNAVAILABLE' });
    const bytes = run.progress.flatMap((each) => (each.kind === 'bytes' ? [each.bytes] : []));
    expect(bytes.some((each) => each < 0)).toBe(true);
    expect(bytes.reduce((sum, each) => sum + each, 0)).toBe(0);
    expect(run.done.bytes.sent).toBe(0);
    expect(target.dump(TO).tags).toEqual({});
  });

  it('is not sent again to a registry that took too long: that has cost its time already', async () => {
    const [source, target] = [new RegistryMock(), new RegistryMock()];
    await publish(source, FROM, single);
    target.onCall = ({ name }) => {
      const cause = Object.assign(new Error('slow'), { code: 'ETIMEDOUT' });
      if (name === 'uploadBlob') throw new McpformError('RESOLVE_UNAVAILABLE', 'took too long', { cause });
    };
    const run = await copy(source, target, single.digest, { parallel: 1 });
    expect(run.error).toMatchObject({ code: 'RESOLVE_UNAVAILABLE' });
    expect(target.calls.filter(({ name }) => name === 'uploadBlob')).toHaveLength(1);
  });

  it('is not sent again when only the answer was lost', async () => {
    const [source, target] = [new RegistryMock(), new RegistryMock()];
    await publish(source, FROM, single);
    const upload = target.uploadBlob;
    target.uploadBlob = async (...args) => {
      await upload(...args);
      throw unavailable();
    };
    const run = await copy(source, target, single.digest);
    expect(run.error).toBeUndefined();
    expect(target.calls.filter(({ name }) => name === 'uploadBlob')).toHaveLength(2);
  });

  it('gives the source its connection back when the target refuses', async () => {
    const [source, target] = [new RegistryMock(), new RegistryMock()];
    await publish(source, FROM, single);
    let open = 0;
    const stream = source.streamBlob;
    async function* counted(...args: Parameters<typeof stream>): AsyncGenerator<Uint8Array> {
      open++;
      try {
        yield* stream(...args);
      } finally {
        open--;
      }
    }
    source.streamBlob = counted;
    target.onCall = ({ name }) => {
      if (name === 'uploadBlob') throw refusal();
    };
    expect((await copy(source, target, single.digest)).error).toMatchObject({ message: 'injected' });
    expect(open).toBe(0);
  });
});

describe('an interrupted copy', () => {
  it('finishes what runs, starts nothing, and says so', async () => {
    const source = await signedSource();
    const registry = new RegistryMock();
    const controller = new AbortController();
    const target = openTarget(registry, { transfers: 1, signal: controller.signal });
    registry.onCall = ({ name }) => {
      if (name === 'uploadBlob') controller.abort(new McpformError('INTERRUPTED', 'interrupted'));
    };
    const { error, done } = await copy(source, target, image.digest, { parallel: 1 });
    expect(error).toMatchObject({ code: 'INTERRUPTED' });
    expect(done.blobs.sent).toBe(1);
    expect(registry.dump(TO)).toMatchObject({ manifests: [], tags: {} });
    expect(registry.dump(TO).blobs).toHaveLength(1);
  });

  it('leaves nothing running behind when one of several blobs fails', async () => {
    const source = await signedSource();
    const registry = new RegistryMock();
    let running = 0;
    const upload = registry.uploadBlob;
    registry.uploadBlob = async (repository, descriptor, bytes) => {
      running++;
      try {
        if (descriptor.digest === image.blobs[0]!.descriptor.digest) throw refusal();
        await new Promise((resolve) => setImmediate(resolve));
        await upload(repository, descriptor, bytes);
      } finally {
        running--;
      }
    };
    expect((await copy(source, registry, image.digest)).error).toMatchObject({ message: 'injected' });
    expect(running).toBe(0);
  });
});

function failAt(registry: RegistryMock, n: number, when: 'before' | 'after'): void {
  const fail = (call: Call): void => {
    if (call.n === n) throw refusal();
  };
  if (when === 'before') registry.onCall = fail;
  else registry.afterCall = fail;
}
