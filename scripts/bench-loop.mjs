// A loop at rest: what it takes of a machine that nothing happens on.
import { setTimeout as pause } from 'node:timers/promises';
import { makeWorld } from './bench-worlds.mjs';
import { loadTypeScript } from './load-typescript.mjs';

const SERVERS = 100;
/** From the first pass to the rest: what was applied is looked at once more. */
const START_MS = 10_000;
const SAMPLE_MS = 5_000;
const MIB = 2 ** 20;

export const loopRows = { loop };

/** As it ships, with no option at all; long enough for a pass of the interval. CPU is a share of one processor. */
async function loop({ makeHome, minutes }) {
  const { startLoop } = await loadTypeScript('test/support/running-loop.ts');
  const { sampleProcess } = await loadTypeScript('test/support/process-sample.ts');
  const world = await makeWorld(makeHome, SERVERS);
  const running = await startLoop(world.home);
  try {
    await pause(START_MS);
    const before = running.passes.length;
    const samples = await watch(() => sampleProcess(running.pid), minutes * 60_000);
    const [first, last] = [samples[0], samples.at(-1)];
    const wallS = (last.atMs - first.atMs) / 1000;
    const cpuS = last.cpuS + last.childrenCpuS - first.cpuS - first.childrenCpuS;
    const passes = running.passes.length - before;
    return [
      {
        what: `a loop at rest, ${SERVERS} servers, ${Math.round(wallS / 60)} minutes with ${passes} passes: CPU`,
        ours: { cpuS, wallS },
        percent: (100 * cpuS) / wallS,
        budget: 0.1,
        memoryMiB: Math.max(...samples.map(({ rss }) => rss)) / MIB,
        memoryBudgetMiB: 80,
        pssMiB: Math.max(...samples.map(({ pss }) => pss)) / MIB,
      },
    ];
  } finally {
    await running.stop();
    await world.home.remove();
  }
}

async function watch(sample, durationMs) {
  const startMs = performance.now();
  const samples = [];
  for (;;) {
    const atMs = performance.now() - startMs;
    samples.push({ ...(await sample()), atMs });
    if (atMs >= durationMs) return samples;
    await pause(Math.min(SAMPLE_MS, durationMs - atMs));
  }
}
