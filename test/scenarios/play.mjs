// node test/scenarios/play.mjs NAME...: plays scenarios by hand and prints all that is said. The throw-away home stays,
// and its path is printed, when MCPFORM_KEEP is set.
import { loadTypeScript } from '../../scripts/load-typescript.mjs';

const { play, listScenarios } = await loadTypeScript('test/scenarios/play.ts');
const names = process.argv.slice(2);
if (names.length === 0) console.log((await listScenarios()).join('\n'));
for (const name of names) {
  console.log(`\n=== ${name}`);
  await play(name, { onStep: print, keep: Boolean(process.env.MCPFORM_KEEP) });
}

function print({ step, ran, broken }) {
  console.log(`\n${step.line}: $ ${step.command}`);
  process.stdout.write(ran.stdout);
  process.stdout.write(ran.stderr);
  if (ran.exitCode !== 0) console.log(`[exit ${ran.exitCode}]`);
  for (const text of broken) {
    console.log(`!!! ${text}`);
    process.exitCode = 1;
  }
}
