// node scripts/kill.mjs [--rounds N] [--servers N] [--lanes N]
//
// SIGKILL at random points of a real apply, and of the recovery after it; prints everything that was not as it must be.
import { parseArgs } from 'node:util';
import { loadTypeScript } from './load-typescript.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '1000' },
    servers: { type: 'string', default: '200' },
    lanes: { type: 'string', default: '2' },
  },
});

const { kill } = await loadTypeScript('test/support/kill.ts');
const report = await kill({
  rounds: Number(values.rounds),
  servers: Number(values.servers),
  lanes: Number(values.lanes),
});
console.log('| rounds | killed | after writing | recoveries killed | broken |');
console.log('|--:|--:|--:|--:|--:|');
const { rounds, killed, killedAfterWriting, recoveriesKilled, broken } = report;
console.log(`| ${[rounds, killed, killedAfterWriting, recoveriesKilled, broken.length].join(' | ')} |`);
for (const line of broken.slice(0, 20)) console.error(line);
if (broken.length > 0) process.exitCode = 1;
