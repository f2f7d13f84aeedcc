// node scripts/bench.mjs [--rows a,b] [--runs N] [--out FILE.json]
//
// What we cost beside what we are compared with, each as a ratio of CPU seconds measured in one run, interleaved,
// medians; of containers, which the engine works at, as a ratio of wall time. Prints a Markdown table. Terraform's columns are filled where `terraform` is on PATH.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { containerRows } from './bench-containers.mjs';
import { rows as programRows } from './bench-rows.mjs';
import { terraformVersion } from './bench-worlds.mjs';
import { NEWEST } from './fetch-claude.mjs';
import { loadTypeScript } from './load-typescript.mjs';

const rows = { ...programRows, ...containerRows };
const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: Object.keys(rows).join(',') },
    runs: { type: 'string', default: '15' },
    out: { type: 'string' },
  },
});
const chosen = values.rows.split(',');
const unknown = chosen.filter((name) => rows[name] === undefined);
if (unknown.length > 0)
  throw new Error(`no such row: ${unknown.join(', ')}; there are ${Object.keys(rows).join(', ')}`);

const { throwawayHome } = await loadTypeScript('test/support/throwaway-home.ts');
const machine = {
  cpu: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
  node: process.version,
  terraform: terraformVersion() ?? 'not on PATH',
  claude: NEWEST,
};
console.log(
  `${machine.cpu}, Node ${machine.node}, Terraform ${machine.terraform}, Claude Code ${machine.claude}\n`,
);
console.log('| what | mcpform | beside | ratio | budget | |');
console.log('|---|--:|--:|--:|--:|---|');

const results = [];
for (const name of chosen) {
  for (const result of await rows[name]({ makeHome: throwawayHome, runs: Number(values.runs) })) {
    results.push(result);
    print(result);
  }
}
if (values.out) writeFileSync(values.out, `${JSON.stringify({ machine, results }, null, 2)}\n`);

function print({ what, ours, beside, ratio, budget, memoryMiB, memoryBudgetMiB }) {
  const isWithin = ratio === undefined || budget === undefined ? undefined : ratio <= budget;
  console.log(
    `| ${what} | ${seconds(ours)} | ${seconds(beside)} | ${number(ratio)} | ${budget === undefined ? '' : `≤ ${number(budget)}`} | ${verdict(isWithin)} |`,
  );
  if (memoryBudgetMiB === undefined) return;
  console.log(
    `| … peak memory | ${Math.round(memoryMiB)} MiB | | | ≤ ${memoryBudgetMiB} MiB | ${verdict(memoryMiB <= memoryBudgetMiB)} |`,
  );
}

function seconds(measured) {
  return measured === undefined ? '–' : `${measured.cpuS.toFixed(3)} s`;
}

/** Ratios far below one read better as a fraction. */
function number(ratio) {
  if (ratio === undefined) return '–';
  return ratio < 0.05 ? `1/${Math.round(1 / ratio)}` : ratio.toFixed(2);
}

function verdict(isWithin) {
  if (isWithin === undefined) return 'not compared';
  return isWithin ? 'ok' : '**over**';
}
