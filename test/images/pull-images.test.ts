import { describe, expect, it } from 'vitest';
import { imagesOf } from '../../src/engine/images/images-of.ts';
import { pullImages, pullTargets } from '../../src/engine/images/pull-images.ts';
import { listPulled } from '../../src/engine/images/pulled-images.ts';
import { McpformError } from '../../src/model/error.ts';
import { EMPTY_LOCK, type Lock } from '../../src/model/lock.ts';
import type { ImageInfo } from '../../src/providers/docker/api.ts';
import type { Engine, PullOptions } from '../../src/providers/docker/engine.ts';
import type { ImagesEvent } from '../../src/report/images-progress.ts';
import { memorySystem } from '../../src/system/memory.ts';
import { recordingEngine } from '../engine/recording-engine.ts';
import { HEAD, manifestOf } from '../manifest/stack.ts';
import { contextOn } from '../state/machine.ts';

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const manifest = manifestOf(`${HEAD}servers:
  one: { image: "ghcr.io/acme/x:1.0" }
  twin: { image: "ghcr.io/acme/x:1.0" }
  far: { image: "ghcr.io/acme/x:1.0", engine: lab, platform: linux/arm64 }
  web: { image: redis, transport: http, port: 80 }
  open: { image: "ghcr.io/acme/y:2.0" }
  local: { image: "localhost/z:1.0", pull: never }
`);
const pin = (image: string) => ({ kind: 'image' as const, image });
const X = `ghcr.io/acme/x:1.0@${digest('a')}`;
const lock: Lock = {
  ...EMPTY_LOCK,
  servers: {
    one: pin(X),
    twin: pin(X),
    far: pin(X),
    web: pin(`redis@${digest('b')}`),
    local: { kind: 'local-image', image: 'localhost/z:1.0', id: digest('c') },
  },
};
const wanted = pullTargets(manifest, imagesOf(manifest, lock, new Set()));

const there: ImageInfo = { Id: digest('d'), Os: 'linux', Architecture: 'arm64', Variant: 'v8' };

/** An engine that has images of these names, and fetches the others unless it is told why not. */
function engineWith(
  images: Readonly<Record<string, ImageInfo>>,
  pull: (reference: string, options: PullOptions) => Promise<void> = async () => {},
): { engine: Engine; pulled: string[] } {
  const pulled: string[] = [];
  const { engine } = recordingEngine([], {
    inspectImage: async (name) => images[name] ?? null,
    pullImage: async (reference, options) => {
      await pull(reference, options);
      pulled.push(`${reference} ${options.platform}`);
    },
  });
  return { engine, pulled };
}

describe('what engines are to have', () => {
  it('is each image once per engine and platform, for all servers that it is for', () => {
    expect(wanted.map(({ target, unlocked }) => [Object.values(target), unlocked?.reason])).toEqual([
      [['docker', X, null, ['one', 'twin']], undefined],
      [['docker@lab', X, 'linux/arm64', ['far']], undefined],
      [['docker', `redis@${digest('b')}`, null, ['web']], undefined],
      [['docker', 'ghcr.io/acme/y:2.0', null, ['open']], 'missing'],
      [['docker', 'localhost/z:1.0', null, ['local']], 'local'],
    ]);
  });
});

describe('pulling', () => {
  it('has each engine fetch what it has not, and remembers what was not there before', async () => {
    const { ctx, events } = contextOn(memorySystem({ tree: { '/home/ann/': '' } }));
    const near = engineWith({});
    const lab = engineWith({ [`ghcr.io/acme/x@${digest('a')}`]: there });
    const done = await pullImages(
      wanted,
      { open: async (name) => (name === 'docker' ? near : lab).engine, onEvent: () => {} },
      ctx,
    );
    expect(done.map(({ outcome }) => outcome.result)).toEqual([
      'pulled',
      'current',
      'pulled',
      'failed',
      'local',
    ]);
    expect(done[3]?.outcome.error).toMatchObject({ code: 'LOCK_UNSATISFIED', hint: 'run `mcpform lock`' });
    expect(near.pulled).toEqual([`${X} null`, `redis@${digest('b')} null`]);
    expect(lab.pulled).toEqual([]);
    expect((await listPulled(ctx)).map(({ engine, engineId, image }) => [engine, engineId, image])).toEqual([
      ['docker', 'docker:X', `docker.io/library/redis@${digest('b')}`],
      ['docker', 'docker:X', `ghcr.io/acme/x@${digest('a')}`],
    ]);
    const kinds = events.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'pull.started')).toHaveLength(5);
    expect(kinds.filter((kind) => kind === 'pull.finished')).toHaveLength(5);
  });

  it('fetches an image that is there for another platform, and does not take it for ours', async () => {
    const { ctx } = contextOn(memorySystem({ tree: { '/home/ann/': '' } }));
    const amd = { ...there, Architecture: 'amd64', Variant: '' };
    const { engine, pulled } = engineWith({ [`ghcr.io/acme/x@${digest('a')}`]: amd });
    const far = wanted.filter(({ target }) => target.platform !== null);
    const [done] = await pullImages(far, { open: async () => engine, onEvent: () => {} }, ctx);
    expect(done?.outcome.result).toBe('pulled');
    expect(pulled).toEqual([`${X} linux/arm64`]);
    expect(await listPulled(ctx)).toEqual([]);
  });

  it('leaves the others alone when one fails, or its engine is down', async () => {
    const { ctx } = contextOn(memorySystem({ tree: { '/home/ann/': '' } }));
    const { engine, pulled } = engineWith({}, async (reference) => {
      if (reference === X) throw new McpformError('ENGINE_PULL_DENIED', 'no', { hint: 'docker login' });
    });
    const open = async (name: string): Promise<Engine> => {
      if (name === 'docker') return engine;
      throw new McpformError('ENGINE_UNAVAILABLE', 'nobody listens');
    };
    const done = await pullImages(wanted.slice(0, 3), { open, onEvent: () => {} }, ctx);
    expect(done.map(({ outcome: { error, result } }) => error?.code ?? result)).toEqual([
      'ENGINE_PULL_DENIED',
      'ENGINE_UNAVAILABLE',
      'pulled',
    ]);
    expect(done[0]?.outcome.error?.hint).toBe('docker login');
    expect(pulled).toHaveLength(1);
  });

  it('begins nothing after an interrupt', async () => {
    const stop = new AbortController();
    stop.abort(new McpformError('INTERRUPTED', 'interrupted'));
    const { ctx } = contextOn(memorySystem({ tree: { '/home/ann/': '' } }), stop.signal);
    const { engine, pulled } = engineWith({});
    const done = await pullImages(wanted, { open: async () => engine, onEvent: () => {} }, ctx);
    expect(done[0]?.outcome.error?.code).toBe('INTERRUPTED');
    expect(pulled).toEqual([]);
  });

  it('tells what is to come and what came since the last time', async () => {
    const { ctx } = contextOn(memorySystem({ tree: { '/home/ann/': '' } }));
    const { engine } = engineWith({}, async (_, { onProgress }) => {
      onProgress?.({ doneBytes: 0, totalBytes: 100 });
      onProgress?.({ doneBytes: 40, totalBytes: 100 });
      onProgress?.({ doneBytes: 40, totalBytes: 300 });
      onProgress?.({ doneBytes: 300, totalBytes: 300 });
    });
    const events: ImagesEvent[] = [];
    await pullImages(
      wanted.slice(0, 1),
      { open: async () => engine, onEvent: (event) => void events.push(event) },
      ctx,
    );
    expect(events).toEqual([
      { kind: 'image.started', image: X },
      { kind: 'found', blobs: 0, bytes: 100 },
      { kind: 'bytes', bytes: 40 },
      { kind: 'found', blobs: 0, bytes: 200 },
      { kind: 'bytes', bytes: 260 },
      { kind: 'image.finished', image: X, result: 'done' },
    ]);
  });
});
