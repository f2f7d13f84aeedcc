// Rows about containers: what an engine takes by itself, at the same parallelism, is what we are measured beside. Wall
// time, because the engine does the work; each row says so.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { fetchEngine } from './fetch-engine.mjs';
import { loadTypeScript } from './load-typescript.mjs';

const program = resolve(import.meta.dirname, '../dist/mcpform.cjs');
const COUNT = 50;
const PARALLEL = 10;

export const containerRows = {
  'containers-20': (options) => containers(options, { version: 'debian', store: 'overlay2' }),
  'containers-28': (options) => containers(options, { version: '28', store: 'overlay2' }),
};

async function containers({ runs }, kind) {
  const { makeBenchContainers } = await loadTypeScript('test/engines/bench-containers.ts');
  const bench = await makeBenchContainers(kind, COUNT);
  const { world, project } = bench;
  const compose = composeIn(project, world.env);
  const ours =
    (...args) =>
    () =>
      run([process.execPath, program, ...args], project, world.env);
  const few = Math.min(runs, 5);
  try {
    await ours('lock')();
    const up = await interleave(
      {
        ours: ours('apply', '--auto-approve', '--no-settle'),
        raw: () => bench.rawUp(PARALLEL),
        compose: compose?.('up', '-d'),
      },
      few,
      async (name) => {
        if (name === 'ours') await ours('destroy', '--auto-approve', '--no-settle')();
        await bench.clear();
      },
    );
    await ours('apply', '--auto-approve', '--no-settle')();
    const observed = await interleave({ ours: () => bench.observe(), raw: () => bench.rawObserve(8) }, runs);
    const planned = await interleave({ ours: ours('plan', '--detailed-exitcode') }, few);
    await ours('destroy', '--auto-approve', '--no-settle')();
    await compose?.('up', '-d')();
    const idle = await interleave({ compose: compose?.('up', '-d') }, few);
    const engine = `Docker ${kind.version === 'debian' ? '20.10' : kind.version}`;
    return [
      row(
        `observe ${COUNT} containers on ${engine}, beside one list and ${COUNT} inspects of the bare API`,
        observed.ours,
        observed.raw,
        1.5,
      ),
      row(
        `apply of ${COUNT} containers on ${engine}, beside create and start of the bare API, ${PARALLEL} at a time`,
        up.ours,
        up.raw,
        1.2,
      ),
      row(`the same, beside \`docker compose up\``, up.ours, up.compose),
      row(
        `plan of ${COUNT} running containers on ${engine}, beside a no-op \`docker compose up\``,
        planned.ours,
        idle.compose,
      ),
    ];
  } finally {
    await world.remove();
  }
}

/** Undefined where Compose is not fetched: `node scripts/fetch-engine.mjs docker-compose`. */
function composeIn(cwd, env) {
  const plugin = resolve(fetchEngine(['docker-compose'], 'docker-compose'), 'usr/bin/docker-compose');
  const file = existsSync(plugin) ? plugin : undefined;
  return file === undefined
    ? undefined
    : (...args) =>
        () =>
          run([file, '--progress', 'quiet', ...args], cwd, env);
}

/** Without blocking: an engine whose log nobody reads stands still. */
async function run([command, ...args], cwd, env) {
  try {
    await promisify(execFile)(command, args, { cwd, env, maxBuffer: 1 << 26 });
  } catch ({ code, stdout, stderr }) {
    throw new Error(`${command} ${args.join(' ')}: exit ${code}\n${`${stdout}${stderr}`.slice(-2000)}`);
  }
}

/** Medians of the wall time, in seconds; `after` runs unmeasured after each. */
async function interleave(candidates, runs, after = async () => {}) {
  const samples = Object.fromEntries(Object.keys(candidates).map((name) => [name, []]));
  for (let i = 0; i < runs; i += 1) {
    for (const [name, candidate] of Object.entries(candidates)) {
      if (candidate === undefined) continue;
      const start = performance.now();
      await candidate();
      samples[name].push((performance.now() - start) / 1000);
      await after(name);
    }
  }
  return Object.fromEntries(Object.entries(samples).map(([name, list]) => [name, median(list)]));
}

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function row(what, ours, beside, budget) {
  const measured = (wallS) => (wallS === undefined ? undefined : { cpuS: wallS, wallS });
  return {
    what: `${what} (wall time)`,
    ours: measured(ours),
    beside: measured(beside),
    ratio: beside === undefined ? undefined : ours / beside,
    budget,
  };
}
