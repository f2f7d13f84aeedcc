// node scripts/race.mjs [--rounds N] [--client VERSION] [--scope user|local|project] [--lanes N]
//
// Real `claude mcp add` processes and a real `mcpform apply` write the same file at once; prints what was lost.
// Reported: rounds in which apply said that something of theirs may be lost; unreported: it was, and apply did not.
// Without --client and --scope: the newest client and the one that ignores locks, in every scope.
import { parseArgs } from 'node:util';
import { fetchClaude, LOCK_IGNORING, NEWEST } from './fetch-claude.mjs';
import { loadTypeScript } from './load-typescript.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '60' },
    client: { type: 'string' },
    scope: { type: 'string' },
    lanes: { type: 'string', default: '4' },
  },
});

const { race } = await loadTypeScript('test/support/race.ts');
const versions = values.client ? [values.client] : [NEWEST, LOCK_IGNORING];
const scopes = values.scope ? [values.scope] : ['user', 'local', 'project'];

const columns = {
  rounds: 'rounds',
  ours: 'ours',
  oursLost: 'ours lost',
  oursRefused: 'refused',
  theirs: 'theirs',
  theirsLost: 'theirs lost',
  theirsRefused: 'refused',
  reported: 'reported',
  unreported: 'unreported',
};

console.log(`| client | scope | ${Object.values(columns).join(' | ')} |`);
console.log(`|---|---|${'--:|'.repeat(Object.keys(columns).length)}`);
for (const version of versions) {
  fetchClaude(version);
  for (const scope of scopes) await playAndPrint(version, scope);
}

async function playAndPrint(version, scope) {
  const counts = await race({ version, scope, rounds: Number(values.rounds), lanes: Number(values.lanes) });
  const cells = Object.keys(columns).map((key) => counts[key]);
  console.log(`| ${[version, scope, ...cells].join(' | ')} |`);
  for (const complaint of counts.complaints.slice(0, 3)) console.error(complaint);
  if (counts.oursLost > 0 || (counts.theirsLost > 0 && version === NEWEST && scope !== 'project'))
    process.exitCode = 1;
}
