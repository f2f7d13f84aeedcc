import { readFile, stat } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { launchId } from '../../../src/graph/launch-id.ts';
import { findLaunch } from '../../../src/launch/exec.ts';
import { prepareImage, pullFailure } from '../../../src/launch/image/prepare-image.ts';
import { isPrepared } from '../../../src/launch/is-prepared.ts';
import { launchFiles } from '../../../src/launch/places.ts';
import { pruneStore } from '../../../src/launch/prune.ts';
import type { Context } from '../../../src/model/context.ts';
import { IMAGE, imageRecord } from '../../support/container-spec.ts';
import { type Home, throwawayHome } from '../../support/throwaway-home.ts';
import { contextIn } from '../world.ts';

let home: Home;
const asked: string[] = [];

beforeEach(async () => {
  home = await throwawayHome();
  asked.length = 0;
});
afterEach(() => home.remove());

/** An engine that answers so: the real ones are asked in test/engines. */
function answering(
  answers: Readonly<Record<string, { exitCode?: number; stdout?: string; stderr?: string }>>,
): Context {
  const ctx = contextIn(home);
  const run: Context['system']['processes']['run'] = async (_docker, args) => {
    const [noun, verb] = args;
    asked.push(args.join(' '));
    return { exitCode: 0, stdout: '', stderr: '', ...answers[`${noun} ${verb}`] };
  };
  return { ...ctx, system: { ...ctx.system, processes: { ...ctx.system.processes, run } } };
}

const LACKS = { exitCode: 1, stderr: `Error: No such image: ${IMAGE}\n` };
const record = imageRecord();
const id = launchId(record);

describe('preparing an image', () => {
  it('writes the record, which hashes to its name and is read back', async () => {
    const ctx = answering({ 'image inspect': { stdout: 'linux/amd64\n' } });
    expect(await prepareImage({ record }, ctx)).toEqual({ id, pulled: false });
    const path = launchFiles(ctx.folders.data, id).record;
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ record });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(findLaunch(id, home.env)).toEqual({ id, record });
    expect(await isPrepared(id, ctx)).toBe(true);
    expect(asked).toHaveLength(1);
  });

  it('writes nothing the second time', async () => {
    const ctx = answering({});
    await prepareImage({ record }, ctx);
    const before = await stat(launchFiles(ctx.folders.data, id).record);
    await prepareImage({ record }, ctx);
    expect((await stat(launchFiles(ctx.folders.data, id).record)).ino).toBe(before.ino);
  });

  it('pulls by the digest what the engine lacks', async () => {
    const ctx = answering({ 'image inspect': LACKS });
    expect(await prepareImage({ record }, ctx)).toEqual({ id, pulled: true });
    expect(asked.at(-1)).toBe(`image pull --quiet ${IMAGE}`);
  });

  it('pulls no image that is known by an id, and says what to do when it is not there', async () => {
    const local = imageRecord({ image: `sha256:${'5a'.repeat(32)}`, platform: 'linux/arm64' });
    const there = answering({ 'image inspect': { stdout: 'linux/amd64\n' } });
    expect(await prepareImage({ record: local }, there)).toEqual({ id: launchId(local), pulled: false });
    await expect(
      prepareImage({ record: local }, answering({ 'image inspect': LACKS })),
    ).rejects.toMatchObject({
      code: 'ENGINE_IMAGE_LOCAL',
      hint: expect.stringContaining('mcpform lock'),
    });
    expect(asked.filter((line) => line.startsWith('image pull'))).toEqual([]);
  });

  it('pulls what the engine has for another platform', async () => {
    const arm = imageRecord({ platform: 'linux/arm64' });
    await prepareImage({ record: arm }, answering({ 'image inspect': { stdout: 'linux/amd64\n' } }));
    expect(asked.at(-1)).toBe(`image pull --quiet --platform=linux/arm64 ${IMAGE}`);
  });

  it('asks the engine of a Docker context, which is part of the launch', async () => {
    const far = { ...imageRecord({ platform: 'linux/arm64' }), context: 'lab' };
    const amd = { stdout: 'linux/amd64\n' };
    const { id: other } = await prepareImage({ record: far }, answering({ '--context lab': amd }));
    expect(asked.map((each) => each.split(' ').slice(0, 4).join(' '))).toEqual([
      '--context lab image inspect',
      '--context lab image pull',
    ]);
    const { context: _, ...near } = far;
    expect(other).not.toBe(launchId(near));
    expect(findLaunch(other, home.env)).toEqual({ id: other, record: far });
  });

  it('writes no record when the pull fails, or there is no engine', async () => {
    const failing = answering({
      'image inspect': LACKS,
      'image pull': { exitCode: 1, stderr: 'manifest unknown' },
    });
    await expect(prepareImage({ record }, failing)).rejects.toMatchObject({ code: 'LAUNCH_IMAGE' });
    const down = answering({
      'image inspect': { exitCode: 1, stderr: 'Cannot connect to the Docker daemon' },
    });
    await expect(prepareImage({ record }, down)).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
    expect(await isPrepared(id, down)).toBe(false);
  });

  it('is refused by exec when anything in the record is changed', async () => {
    const ctx = answering({});
    await prepareImage({ record }, ctx);
    const { record: path } = launchFiles(ctx.folders.data, id);
    const { writeFile } = await import('node:fs/promises');
    await writeFile(path, JSON.stringify({ record: imageRecord({ privileged: true }) }));
    expect(() => findLaunch(id, home.env)).toThrow(expect.objectContaining({ code: 'LAUNCH_REFUSED' }));
    expect(await isPrepared(id, ctx)).toBe(false);
  });

  it('is pruned like any other launch, and keeps no store from being pruned', async () => {
    const ctx = answering({});
    await prepareImage({ record }, ctx);
    expect(await pruneStore(new Set([id]), ctx)).toEqual({ launches: [], stores: [] });
    // What is new may be another apply's.
    const clock = { ...ctx.system.clock, now: () => Date.now() + 7 * 24 * 3_600_000 };
    const later = { ...ctx, system: { ...ctx.system, clock } };
    expect(await pruneStore(new Set(), later)).toMatchObject({ launches: [id] });
  });

  // The words of engines 20.10, 26.1 and 28.5.
  it.each([
    ['manifest for 127.0.0.1:5200/bb@sha256:0 not found: manifest unknown: manifest unknown', 'mcpform lock'],
    ['Head "http://127.0.0.1:5201/v2/bb/manifests/1": no basic auth credentials', 'docker login'],
    ['unauthorized: authentication required', 'docker login'],
    ['toomanyrequests: You have reached your pull rate limit.', 'fewer pulls'],
    [
      'Get "http://127.0.0.1:5999/v2/": dial tcp 127.0.0.1:5999: connect: connection refused',
      'does not reach',
    ],
    ['failed to register layer: write /x: no space left on device', 'make room'],
    ['received unexpected HTTP status: 503 Service Unavailable', 'docker pull'],
  ])('says what to do when the engine says "%s"', (words, hint) => {
    const failure = pullFailure(IMAGE, `Error response from daemon: ${words}\n`);
    expect(failure).toMatchObject({ code: 'LAUNCH_IMAGE', hint: expect.stringContaining(hint) });
    expect(failure.message).toContain(words);
  });
});
