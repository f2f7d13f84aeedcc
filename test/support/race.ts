import { lstatSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
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
  /** Rounds that run at once, each in its own home. Default 4: most of a round is waiting. */
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
const additions = 3;
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
  const lead = await measureLead(options);
  let started = 0;
  const counts: RaceCounts[] = [];
  const lane = async (): Promise<void> => {
    while (started < options.rounds) {
      started += 1;
      counts.push(await playRound(options, lead));
    }
  };
  await Promise.all(Array.from({ length: options.lanes ?? 4 }, lane));
  return counts.reduce(sum, zero);
}

/** How much later than a first addition apply must start, for both to write at about the same moment. */
async function measureLead({ version, scope }: RaceOptions): Promise<number> {
  const home = await setStage(scope);
  try {
    const theirs = await timeToWrite(home, scope, () => addInARow(version, scope, 'a', home, 1));
    const ours = await timeToWrite(home, scope, () =>
      mcpform(['apply', '--auto-approve'], home, { client: version }),
    );
    return theirs - ours;
  } finally {
    await home.remove();
  }
}

async function timeToWrite(home: Home, scope: Scope, start: () => Promise<unknown>): Promise<number> {
  const inode = (): number => lstatSync(configFile(home, scope)).ino;
  const [before, begin] = [inode(), performance.now()];
  const running = start();
  while (inode() === before) await pause(1);
  const ms = performance.now() - begin;
  await running;
  return ms;
}

async function playRound({ version, scope }: RaceOptions, lead: number): Promise<RaceCounts> {
  const home = await setStage(scope);
  try {
    const start = lead + (Math.random() - 0.5) * 80;
    const rows = version === LOCK_IGNORING || scope === 'project' ? ['a'] : ['a', 'b'];
    const adding = pause(-start).then(() =>
      Promise.all(rows.map((row) => addInARow(version, scope, row, home))),
    );
    await pause(start);
    const applied = await mcpform(['apply', '--auto-approve'], home, { client: version });
    const atReturn = await entriesIn(home, scope);
    const added = (await adding).flat();
    const atEnd = await entriesIn(home, scope);
    return count(applied.exitCode === 0, `${applied.stdout}\n${applied.stderr}`, added, atReturn, atEnd);
  } finally {
    await home.remove();
  }
}

async function setStage(scope: Scope): Promise<Home> {
  const home = await throwawayHome();
  const theirs = { mcpServers: { before: { command: 'theirs' } } };
  await writeFiles(home.project, { 'mcp.yaml': manifest(scope), '.mcp.json': theirs });
  await writeFiles(home.folder, { '.claude.json': { ...theirs, projects: { [home.project]: theirs } } });
  return home;
}

/** At once when the time is not positive. */
function pause(ms: number): Promise<void> {
  return ms > 0 ? new Promise((done) => setTimeout(done, ms)) : Promise.resolve();
}

interface Added {
  readonly name: string;
  readonly isSaved: boolean;
}

async function addInARow(
  version: string,
  scope: Scope,
  row: string,
  home: Home,
  length = additions,
): Promise<readonly Added[]> {
  const added: Added[] = [{ name: 'before', isSaved: true }];
  for (let i = 0; i < length; i += 1) {
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
  const config = JSON.parse(await readFile(configFile(home, scope), 'utf8'));
  const holder = scope === 'local' ? config.projects[home.project] : config;
  return holder.mcpServers as JsonObject;
}

function configFile(home: Home, scope: Scope): string {
  return scope === 'project' ? join(home.project, '.mcp.json') : join(home.folder, '.claude.json');
}

function sum(a: RaceCounts, b: RaceCounts): RaceCounts {
  const keys = Object.keys(zero).filter((key) => key !== 'complaints') as (keyof Omit<
    RaceCounts,
    'complaints'
  >)[];
  const totals = Object.fromEntries(keys.map((key) => [key, a[key] + b[key]])) as unknown as RaceCounts;
  return { ...totals, complaints: [...a.complaints, ...b.complaints] };
}
