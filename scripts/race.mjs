// node scripts/race.mjs [--rounds N] [--client VERSION] [--scope user|local|project] [--lanes N]
//
// Real `claude mcp add` processes and a real `mcpform apply` write the same file at once; prints what was lost.
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

console.log(
  '| client | scope | rounds | ours | ours lost | refused | theirs | theirs lost | refused | reported |',
);
console.log('|---|---|--:|--:|--:|--:|--:|--:|--:|--:|');
for (const version of versions) {
  fetchClaude(version);
  for (const scope of scopes) await playAndPrint(version, scope);
}

async function playAndPrint(version, scope) {
  const counts = await race({ version, scope, rounds: Number(values.rounds), lanes: Number(values.lanes) });
  const { rounds, ours, oursLost, oursRefused, theirs, theirsLost, theirsRefused, reported } = counts;
  const cells = [
    version,
    scope,
    rounds,
    ours,
    oursLost,
    oursRefused,
    theirs,
    theirsLost,
    theirsRefused,
    reported,
  ];
  console.log(`| ${cells.join(' | ')} |`);
  for (const complaint of counts.complaints.slice(0, 3)) console.error(complaint);
  if (oursLost > 0 || (theirsLost > 0 && version === NEWEST && scope !== 'project')) process.exitCode = 1;
}
