// npm run race:loop [-- --minutes 10] [--client VERSION]
//
// A real Claude Code adds, removes and changes entries beside a running `mcpform reconcile`; prints what became of them.
import { parseArgs } from 'node:util';
import { fetchClaude, NEWEST } from './fetch-claude.mjs';
import { loadTypeScript } from './load-typescript.mjs';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, client: { type: 'string', default: NEWEST } },
});
const { loopRace } = await loadTypeScript('test/support/loop-race.ts');
fetchClaude(values.client);
const counts = await loopRace({ version: values.client, durationMs: Number(values.minutes) * 60_000 });
const { repairMs, stop, ...rest } = counts;
for (const [name, value] of Object.entries(rest)) console.log(`${name}: ${value}`);
const at = (share) => `${Math.round(repairMs[Math.ceil(share * repairMs.length) - 1] ?? Number.NaN)} ms`;
console.log(`repaired: ${repairMs.length}, p50 ${at(0.5)}, p99 ${at(0.99)}, most ${at(1)}`);
console.log(`stopped in ${Math.round(stop.tookMs)} ms with ${stop.exitCode}`);
if (counts.oursLost + counts.theirsLost + counts.unparsable > 0) process.exitCode = 1;
