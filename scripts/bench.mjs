// node scripts/bench.mjs [--rows a,b] [--runs N] [--minutes N] [--out FILE.json]
//
// What we cost beside what we are compared with, each as a ratio of CPU seconds measured in one run, interleaved,
// medians; of containers, which the engine works at, as a ratio of wall time; of a loop at rest for so many minutes
// (6), as a share of one processor. Prints a Markdown table. Terraform's columns are filled where `terraform` is on PATH.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { actionRows } from './bench-action.mjs';
import { containerRows } from './bench-containers.mjs';
import { loopRows } from './bench-loop.mjs';
import { rows as programRows } from './bench-rows.mjs';
import { terraformVersion } from './bench-worlds.mjs';
import { NEWEST } from './fetch-claude.mjs';
import { loadTypeScript } from './load-typescript.mjs';

const rows = { ...programRows, ...containerRows, ...loopRows, ...actionRows };
const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: Object.keys(rows).join(',') },
    runs: { type: 'string', default: '15' },
    minutes: { type: 'string', default: '6' },
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
  const options = {
    makeHome: throwawayHome,
    runs: Number(values.runs),
    minutes: Number(values.minutes),
  };
  for (const result of await rows[name](options)) {
    results.push(result);
    print(result);
  }
}
if (values.out) writeFileSync(values.out, `${JSON.stringify({ machine, results }, null, 2)}\n`);

function print({ what, ours, beside, ratio, percent, budget, memoryMiB, memoryBudgetMiB, pssMiB }) {
  const measured = percent ?? ratio;
  const isWithin = measured === undefined || budget === undefined ? undefined : measured <= budget;
  const shown = percent === undefined ? number : (share) => `${share.toFixed(3)} %`;
  console.log(
    `| ${what} | ${seconds(ours)} | ${seconds(beside)} | ${shown(measured)} | ${budget === undefined ? '' : `≤ ${shown(budget)}`} | ${verdict(isWithin)} |`,
  );
  if (memoryBudgetMiB === undefined) return;
  const shared =
    pssMiB === undefined ? '' : `, ${Math.round(pssMiB)} MiB with its share of what others have too`;
  console.log(
    `| … peak memory | ${Math.round(memoryMiB)} MiB${shared} | | | ≤ ${memoryBudgetMiB} MiB | ${verdict(memoryMiB <= memoryBudgetMiB)} |`,
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
