// node scripts/kill.mjs [--rounds N] [--servers N] [--lanes N]
// node scripts/kill.mjs --containers [--rounds N] [--servers N] [--engine debian|28] [--store overlay2|containerd]
//
// SIGKILL at random points of a real apply, and of the recovery after it; prints everything that was not as it must be.
// With `--containers`, of containers on a real engine: 100 rounds of 20.
import { parseArgs } from 'node:util';
import { loadTypeScript } from './load-typescript.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    servers: { type: 'string' },
    lanes: { type: 'string', default: '2' },
    containers: { type: 'boolean', default: false },
    engine: { type: 'string', default: 'debian' },
    store: { type: 'string', default: 'overlay2' },
  },
});

const report = await (values.containers ? killContainers() : killEntries());

async function killEntries() {
  const { kill } = await loadTypeScript('test/support/kill.ts');
  const { rounds = '1000', servers = '200', lanes } = values;
  return kill({ rounds: Number(rounds), servers: Number(servers), lanes: Number(lanes) });
}

async function killContainers() {
  const { killContainers } = await loadTypeScript('test/engines/support/kill-containers.ts');
  const { rounds = '100', servers = '20', engine, store } = values;
  const kind = { version: engine, store };
  return killContainers({ rounds: Number(rounds), servers: Number(servers), kind });
}

console.log('| rounds | killed | after writing | recoveries killed | broken |');
console.log('|--:|--:|--:|--:|--:|');
const { rounds, killed, killedAfterWriting, recoveriesKilled, broken } = report;
console.log(`| ${[rounds, killed, killedAfterWriting, recoveriesKilled, broken.length].join(' | ')} |`);
for (const line of broken.slice(0, 20)) console.error(line);
if (broken.length > 0) process.exitCode = 1;
