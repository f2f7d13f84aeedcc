import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Wake } from '../../src/model/loop.ts';
import { type Podman, requirePodman } from '../support/engine-podman.ts';
import { mcpImage, variantOf } from '../support/mcp-image.ts';
import { type RunningLoop, startLoop } from '../support/running-loop.ts';
import { type BoxName, podmanBoxes } from './support/podman-boxes.ts';
import { makePodmanWorld } from './support/podman-world.ts';
import { byDigest, type StackWorld } from './support/stack-world.ts';

const WITHIN = { timeout: 100_000, interval: 50 };
const OFTEN = { ...WITHIN, interval: 10 };
const ENGINE = { kind: 'engine', engine: 'docker' };
const IMAGE = expect.stringMatching(/^docker\/image\/.*busybox/);
const container = (box: BoxName): string => `docker/container/${box}`;

const isRequest = ({ kind }: Wake): boolean => kind === 'request';

type Row = readonly [typed: string, ...corrected: readonly string[]];

/** None is put back three times in ten passes: that would be a fight. */
const ROWS: readonly Row[] = [
  ['stop --time=0 tools.one', container('one')],
  ['kill tools.two', container('two')],
  ['pause tools.three', container('three')],
  ['rename tools.keeper theirs', container('keeper')],
  ['rm --force tools.alone', container('alone')],
  ['network disconnect tools.inner tools.one', container('one')],
  ['network connect podman tools.two', container('two')],
  ['network rm --force tools.lone', 'docker/network/lone', container('alone')],
  ['volume rm tools.scratch', 'docker/volume/scratch'],
  ['volume rm --force tools.data', 'docker/volume/data', container('keeper')],
];

describe.runIf(requirePodman())('a running loop, of what was changed with podman', () => {
  let world: StackWorld<Podman>;
  let loop: RunningLoop;
  /** Of the image that one box has for itself. */
  let image: string;
  const repairMs: number[] = [];

  beforeAll(async () => {
    world = await makePodmanWorld();
    const other = await world.push(
      variantOf(mcpImage('busybox'), '2.0.0', (config) => ({ ...config, User: '0:0' })),
    );
    image = byDigest(other);
    await world.write(await podmanBoxes(world.busybox.tagged, other.tagged));
    await world.expectExit(0, ['lock']);
    await begin('1h');
    expect(loop.passes[0]).toMatchObject({ result: 'applied' });
  }, 180_000);

  afterAll(async () => {
    await loop?.stop();
    await world?.remove();
    const sorted = repairMs.sort((a, b) => a - b).map(Math.round);
    const p50 = sorted[Math.ceil(sorted.length / 2) - 1];
    process.stderr.write(`\nPodman: ${sorted.length} repaired, p50 ${p50} ms, most ${sorted.at(-1)} ms\n`);
  });

  async function begin(interval: string): Promise<void> {
    loop = await startLoop(world.home, { args: ['--interval', interval], env: world.env });
  }

  /** From here on a pass is made only for what somebody does. Returns how many were made. */
  async function settled(): Promise<number> {
    const before = loop.passes.length;
    await world.expectExit(0, ['reconcile', '--now']);
    const asked = () => loop.passes.slice(before).findLast(({ wakes }) => wakes.some(isRequest));
    await expect.poll(asked, OFTEN).toMatchObject({ result: 'in-sync' });
    return loop.passes.length;
  }

  const correctedSince = (passes: number) => loop.passes.slice(passes).flatMap(({ corrected }) => corrected);

  async function expectRepair(corrected: readonly unknown[], change: () => Promise<unknown>): Promise<void> {
    const before = await settled();
    await change();
    const startMs = performance.now();
    await expect.poll(() => correctedSince(before), OFTEN).toEqual(expect.arrayContaining([...corrected]));
    repairMs.push(performance.now() - startMs);
    expect(loop.passes[before]?.wakes).toContainEqual(ENGINE);
    await expect.poll(() => world.planned(), WITHIN).toEqual([]);
  }

  it.each(ROWS)(
    'puts right what was done by podman %s',
    async (typed, ...corrected) => {
      await expectRepair(corrected, () => world.engine.podman(typed.split(' ')));
    },
    120_000,
  );

  it('has an image and its container again after podman rmi --force', async () => {
    await expectRepair([IMAGE, container('imaged')], () => world.engine.podman(['rmi', '--force', image]));
  }, 120_000);

  it('has a container again whose image somebody untagged before it went', async () => {
    await expectRepair([IMAGE, container('imaged')], async () => {
      await world.engine.podman(['untag', image]);
      await world.engine.podman(['rm', '--force', 'tools.imaged']);
    });
  }, 120_000);

  it('notices and replaces what somebody made anew with another variable, label, port', async () => {
    const made: Partial<Record<BoxName, readonly [flag: string, drift: string]>> = {
      one: ['--env=LEVEL=9', '/env/LEVEL drift'],
      two: ['--label=team=theirs', '/labels/team drift'],
      three: ['--publish=127.0.0.1::9', '/ports/9~1tcp drift'],
    };
    const before = await settled();
    await world.expectExit(0, ['suspend']);
    for (const [box, [flag]] of Object.entries(made)) await runAnew(box, flag);
    const addresses = Object.keys(made).map((box) => `docker/container/${box}`);
    await expect
      .poll(() => Object.keys(loop.passes.at(-1)?.held ?? {}).sort(), WITHIN)
      .toEqual([...addresses].sort());
    expect(loop.passes.slice(before).flatMap(({ wakes }) => wakes)).toContainEqual(ENGINE);
    const planned = (await world.planned()).join('\n');
    for (const [, drift] of Object.values(made)) expect(planned).toContain(drift);
    await world.expectExit(0, ['resume']);
    await expect.poll(() => correctedSince(before), OFTEN).toEqual(expect.arrayContaining(addresses));
    await expect.poll(() => world.planned(), WITHIN).toEqual([]);
  }, 240_000);

  const runAnew = (box: string, flag: string): Promise<string> =>
    world.engine.podman([
      ...['run', '--detach', '--replace', '--name', `tools.${box}`, '--network=tools.inner', flag],
      ...['--stop-signal=KILL', byDigest(world.busybox), 'sleep', '100000'],
    ]);

  it('starts again what stopped while the service was gone, which no container needs', async () => {
    await expectRepair([container('keeper')], async () => {
      await world.engine.kill9();
      await world.engine.podman(['stop', '--time=0', 'tools.keeper']);
      await world.engine.restart();
    });
  }, 120_000);

  it('has an image by its name again at the interval, because it listens to nothing of images', async () => {
    await settled();
    expect(await loop.stop()).toMatchObject({ exitCode: 0 });
    await begin('10s');
    await world.engine.podman(['untag', image]);
    await expect.poll(() => correctedSince(0), OFTEN).toEqual([IMAGE]);
    expect(await world.planned()).toEqual([]);
  }, 240_000);
});
