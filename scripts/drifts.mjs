// npm run drifts [-- --count 1000] [--no-containers]
//
// Changes entries of Claude Code's file and containers beside one running `mcpform reconcile`, one change after the
// other, and prints how long each kind took to be put right. Ends with 1 when something was not.
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { fetchClaude, NEWEST } from './fetch-claude.mjs';
import { loadTypeScript } from './load-typescript.mjs';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000' },
    'no-containers': { type: 'boolean', default: false },
  },
});
const load = async (name) => await loadTypeScript(`test/${name}.ts`);
const { loopDrifts } = await load('support/loop-drifts');
const { requireEngine, startEngine } = await load('support/engine');
const kind = { version: 'debian', store: 'overlay2' };
const count = Number(values.count);
fetchClaude(NEWEST);
const before = loadavg()[0];
const result = values['no-containers'] || !requireEngine(kind) ? await withoutEngine() : await withEngine();
print(result);
console.log(
  `load of the machine: ${before.toFixed(1)} before, ${loadavg()[1].toFixed(1)} in the last 5 minutes`,
);
if (result.lost.length + result.contended > 0) process.exitCode = 1;

async function withoutEngine() {
  const { throwawayHome } = await load('support/throwaway-home');
  const home = await throwawayHome();
  try {
    return await loopDrifts({ home, count, docker: null });
  } finally {
    await home.remove();
  }
}

async function withEngine() {
  const { makeStackWorld } = await load('engines/support/stack-world');
  const world = await makeStackWorld(() => startEngine(kind));
  const { home, engine, env, busybox } = world;
  const lock = () => world.expectExit(0, ['lock']);
  try {
    return await loopDrifts({ home, count, docker: { engine, env, lock, image: busybox.tagged } });
  } finally {
    await world.remove();
  }
}

function print({ drifts, lost, passes, failures, contended, stop }) {
  const kinds = [...new Set(drifts.map((each) => each.kind))].sort();
  console.log('| | count | first write p50 | p99 | most | as declared p50 | p99 | most |');
  console.log('|---|--:|--:|--:|--:|--:|--:|--:|');
  const isEntry = (each) => each.kind.startsWith('entry');
  row('**entries**', drifts.filter(isEntry));
  row(
    '**containers**',
    drifts.filter((each) => !isEntry(each)),
  );
  for (const each of kinds)
    row(
      each,
      drifts.filter((drift) => drift.kind === each),
    );
  console.log(
    `\n${drifts.length} changes, ${lost.length} not put right, ${passes} passes, contended: ${contended}`,
  );
  for (const failure of failures) console.log(failure);
  console.log(`stopped in ${Math.round(stop.tookMs)} ms with ${stop.exitCode}`);
}

function row(name, drifts) {
  if (drifts.length === 0) return;
  const times = (of) => {
    const sorted = drifts.flatMap((each) => each[of] ?? []).sort((a, b) => a - b);
    const at = (share) => `${Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN)} ms`;
    return [at(0.5), at(0.99), at(1)];
  };
  console.log(`| ${[name, drifts.length, ...times('firstMs'), ...times('repairedMs')].join(' | ')} |`);
}
