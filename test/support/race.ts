import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scope } from '../../src/model/address.ts';
import { isJsonObject, type Json, type JsonObject } from '../../src/model/json.ts';
import { claude, LOCK_IGNORING } from './claude.ts';
import { mcpform } from './mcpform.ts';
import { type Home, throwawayHome } from './throwaway-home.ts';
import { writeFiles } from './world.ts';

export interface RaceOptions {
  /** Of Claude Code. */
  readonly version: string;
  readonly scope: Scope;
  readonly rounds: number;
  /** Rounds that run at once, each in its own home. Default 3. */
  readonly lanes?: number;
}

/** What became of entries, over all rounds. */
export interface RaceCounts {
  readonly rounds: number;
  /** Entries of applies that said they succeeded. */
  readonly ours: number;
  /** Of these: not there, or not as declared, when apply returned or when all was quiet. */
  readonly oursLost: number;
  /** Applies that said they failed. */
  readonly oursRefused: number;
  /** Entries of `claude mcp add` that said it succeeded. */
  readonly theirs: number;
  readonly theirsLost: number;
  readonly theirsRefused: number;
  /** Rounds in which something of theirs was lost and apply did not say that it may have been. */
  readonly unreported: number;
  /** Rounds in which apply said so. */
  readonly reported: number;
  /** What the applies that failed said. */
  readonly complaints: readonly string[];
}

const servers = 10;
const additions = 4;
const zero: RaceCounts = {
  rounds: 0,
  ours: 0,
  oursLost: 0,
  oursRefused: 0,
  theirs: 0,
  theirsLost: 0,
  theirsRefused: 0,
  unreported: 0,
  reported: 0,
  complaints: [],
};

/**
 * Lets real `claude mcp add` processes and a real `mcpform apply` write the same file at once, round after round.
 * A client that ignores locks tramples on its own kind too, so it adds one after another; one that waits for
 * locks runs two such rows at once.
 */
export async function race(options: RaceOptions): Promise<RaceCounts> {
  let started = 0;
  let total = zero;
  const lane = async (): Promise<void> => {
    while (started < options.rounds) {
      started += 1;
      total = sum(total, await playRound(options));
    }
  };
  await Promise.all(Array.from({ length: options.lanes ?? 3 }, lane));
  return total;
}

async function playRound({ version, scope }: RaceOptions): Promise<RaceCounts> {
  const home = await throwawayHome();
  try {
    await writeFiles(home.project, { 'mcp.yaml': manifest(scope) });
    await writeFiles(home.folder, { '.claude.json': { mcpServers: { foreign: { command: 'foreign' } } } });
    const row = (name: string) => addInARow(version, scope, name, home);
    const rows = version === LOCK_IGNORING || scope === 'project' ? ['a'] : ['a', 'b'];
    const adding = Promise.all(rows.map(row));
    // Both need some 100 to 300 ms until they write, so any start within the row may meet a write of theirs.
    await new Promise((done) => setTimeout(done, Math.random() * 400));
    const applied = await mcpform(['apply', '--auto-approve'], home);
    const atReturn = await entriesIn(home, scope);
    const added = (await adding).flat();
    const atEnd = await entriesIn(home, scope);
    return count(applied.exitCode === 0, `${applied.stdout}\n${applied.stderr}`, added, atReturn, atEnd);
  } finally {
    await home.remove();
  }
}

interface Added {
  readonly name: string;
  readonly isSaved: boolean;
}

async function addInARow(version: string, scope: Scope, row: string, home: Home): Promise<readonly Added[]> {
  const added: Added[] = [];
  for (let i = 0; i < additions; i += 1) {
    const name = `theirs-${row}-${i}`;
    const { exitCode } = await claude(version, ['mcp', 'add', '-s', scope, name, '--', 'theirs'], home);
    added.push({ name, isSaved: exitCode === 0 });
  }
  return added;
}

function count(
  isApplied: boolean,
  output: string,
  added: readonly Added[],
  atReturn: JsonObject,
  atEnd: JsonObject,
): RaceCounts {
  const lost = ourNames.filter((name) => !isOurs(atReturn[name], name) || !isOurs(atEnd[name], name)).length;
  const saved = added.filter(({ isSaved }) => isSaved);
  const theirsLost = saved.filter(({ name }) => atEnd[name] === undefined).length;
  const isReported = output.includes('CLIENT_POSSIBLE_LOST_UPDATE');
  return {
    rounds: 1,
    ours: isApplied ? servers : 0,
    oursLost: isApplied ? lost : 0,
    oursRefused: isApplied ? 0 : 1,
    theirs: saved.length,
    theirsLost,
    theirsRefused: added.length - saved.length,
    unreported: theirsLost > 0 && !isReported ? 1 : 0,
    reported: isReported ? 1 : 0,
    complaints: isApplied ? [] : [output],
  };
}

const ourNames = Array.from({ length: servers }, (_, i) => `ours-${i}`);

function manifest(scope: Scope): string {
  const lines = ourNames.map((name) => `  ${name}: { command: ours, args: [${name}] }`);
  return [
    'apiVersion: mcpform/v1',
    'kind: Stack',
    'name: race',
    'defaults:',
    `  targets: [{ client: claude-code, scope: ${scope} }]`,
    'servers:',
    ...lines,
    '',
  ].join('\n');
}

function isOurs(entry: Json | undefined, name: string): boolean {
  return (
    isJsonObject(entry) && entry['command'] === 'ours' && JSON.stringify(entry['args']) === `["${name}"]`
  );
}

async function entriesIn(home: Home, scope: Scope): Promise<JsonObject> {
  const file = scope === 'project' ? join(home.project, '.mcp.json') : join(home.folder, '.claude.json');
  const config = JSON.parse(await readFile(file, 'utf8'));
  const holder = scope === 'local' ? config.projects[home.project] : config;
  return holder.mcpServers as JsonObject;
}

function sum(a: RaceCounts, b: RaceCounts): RaceCounts {
  const keys = Object.keys(zero).filter((key) => key !== 'complaints') as (keyof Omit<
    RaceCounts,
    'complaints'
  >)[];
  const totals = Object.fromEntries(keys.map((key) => [key, a[key] + b[key]])) as unknown as RaceCounts;
  return { ...totals, complaints: [...a.complaints, ...b.complaints] };
}
