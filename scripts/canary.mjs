// node scripts/canary.mjs [--tools]
//
// Every sort of value in every backend, handed over in every way, through every command and failure, and through plans
// between revisions and the GitHub Action, with keys that somebody wrote down besides; prints where a value was found
// that must not be there. With `--tools`, with the real pass, age, secret-tool and the others of this
// machine as well.
import { parseArgs } from 'node:util';
import { loadTypeScript } from './load-typescript.mjs';

const { values } = parseArgs({ options: { tools: { type: 'boolean', default: false } } });
const { fullRun } = await loadTypeScript('test/canary/support/full-run.ts');

const columns = ['commands', 'cells', 'searches', 'commandLines'];
const sums = Object.fromEntries([...columns, 'hits'].map((name) => [name, 0]));

let keepers = [];

console.log('| round | commands | cells | searched | command lines | hits |');
console.log('|---|--:|--:|--:|--:|--:|');
await fullRun(values.tools, (round) => {
  for (const name of columns) sums[name] += round[name];
  sums.hits += round.hits.length;
  keepers = round.keepers;
  print(round.what, { ...round, hits: round.hits.length });
  for (const hit of round.hits) console.error(JSON.stringify(hit));
});
print('all', sums);
console.log(`\nKept by ${keepers.join(', ')}.`);
if (sums.hits > 0) process.exitCode = 1;

function print(what, figures) {
  console.log(`| ${[what, ...columns.map((name) => figures[name]), figures.hits].join(' | ')} |`);
}
