import { spawn } from 'node:child_process';
import { lstatSync } from 'node:fs';
import { cp, lstat, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { isJsonObject, type JsonObject, sameJson } from '../../src/model/json.ts';
import { environmentWith, MCPFORM, mcpform } from './mcpform.ts';
import type { Ran } from './run.ts';
import { assertContained, type Home, throwawayHome } from './throwaway-home.ts';
import { writeFiles } from './world.ts';

export interface KillOptions {
  readonly rounds: number;
  /** Entries the apply creates, changes and deletes, all together. Default 200. */
  readonly servers?: number;
  /** Rounds that run at once, each in its own home. Default 2. */
  readonly lanes?: number;
}

/** What the rounds met, and each thing that was not as it must be. */
export interface KillReport {
  readonly rounds: number;
  /** Applies that were killed; the others were done before. */
  readonly killed: number;
  /** Of these: after something had been written to the config, but not all done. */
  readonly killedAfterWriting: number;
  /** Recoveries (the next apply) that were killed too. */
  readonly recoveriesKilled: number;
  readonly broken: readonly string[];
}

/**
 * SIGKILL at random points of a real apply, and of the recovery after it, over a config that also holds what is
 * not ours. Every promise is checked by looking at the files, not by believing the program.
 */
export async function kill(options: KillOptions): Promise<KillReport> {
  let started = 0;
  const reports: KillReport[] = [];
  const lane = async (): Promise<void> => {
    const stage = await setStage(options.servers ?? 200);
    try {
      while (started < options.rounds) {
        started += 1;
        reports.push(await playRound(stage));
      }
    } finally {
      await stage.home.remove();
    }
  };
  await Promise.all(Array.from({ length: options.lanes ?? 2 }, lane));
  return reports.reduce(sum);
}

interface Stage {
  readonly home: Home;
  /** Where the home's content is kept, to start each round from the same. */
  readonly saved: string;
  readonly desired: JsonObject;
  readonly times: Times;
  /** Files of a home after such an apply, ours by name, without what differs by nature. */
  readonly leftovers: readonly string[];
}

/** Of an apply that nobody kills, from its start, in ms. */
interface Times {
  /** The journal grew for the first time. */
  readonly begun: number;
  /** The config was replaced. */
  readonly written: number;
  readonly ended: number;
}

/** A home where a first apply has run and the manifest has moved on: a tenth to delete, half to change, the rest new. */
async function setStage(servers: number): Promise<Stage> {
  const home = await throwawayHome();
  const before = names(0, Math.round(servers * 0.6));
  const after = names(Math.round(servers * 0.1), servers);
  await writeFiles(home.folder, { '.claude.json': `${foreignHead}\n  }${foreignTail}` });
  await writeFiles(home.project, { 'mcp.yaml': manifest(before, 'one') });
  expectOk(await apply(home));
  await writeFiles(home.project, { 'mcp.yaml': manifest(after, 'two') });
  const saved = `${home.folder}-saved`;
  await cp(home.folder, saved, { recursive: true, preserveTimestamps: true });
  const times = await timeApply(home);
  const leftovers = await filesOf(home);
  return {
    home: {
      ...home,
      remove: () => Promise.all([home.remove(), rm(saved, { recursive: true })]).then(() => {}),
    },
    saved,
    desired: Object.fromEntries(after.map((name) => [name, entry(name, 'two')])),
    times,
    leftovers,
  };
}

async function timeApply(home: Home): Promise<Times> {
  const [journal, config] = [sawChange(home, 'journal'), sawChange(home, 'config')];
  const start = performance.now();
  let [begun, written] = [0, 0];
  const timer = setInterval(() => {
    if (begun === 0 && journal()) begun = performance.now() - start;
    if (written === 0 && config()) written = performance.now() - start;
  }, 1);
  expectOk(await apply(home));
  clearInterval(timer);
  return { begun, written, ended: performance.now() - start };
}

/** Says whether a file is another, or written to, since this was called. */
function sawChange(home: Home, which: 'journal' | 'config'): () => boolean {
  const journal = join(home.env['XDG_STATE_HOME'] ?? '', 'mcpform/kill/journal.ndjson');
  const look = (): string => {
    const stat = lstatSync(which === 'journal' ? journal : join(home.folder, '.claude.json'));
    return `${stat.ino} ${stat.mtimeMs} ${stat.size}`;
  };
  const before = look();
  return () => look() !== before;
}

/** A moment of an apply: so long after it started, or after it was first seen to write to a file. */
interface Moment {
  readonly after: 'start' | 'journal' | 'config';
  readonly ms: number;
}

/** Anywhere, but in two of three rounds while something is written: most of an apply is starting and waiting. */
function randomMoment({ begun, written, ended }: Times): Moment {
  const after = (['start', 'journal', 'config'] as const)[Math.floor(Math.random() * 3)] ?? 'start';
  const longest = { start: ended, journal: (written - begun) * 2, config: 60 }[after];
  return { after, ms: Math.random() * longest };
}

/** A recovery that finds the world as it shall be is done by the time that an apply begins to write. */
function momentOfRecovery({ begun }: Times): Moment {
  return Math.random() < 0.5 ? { after: 'start', ms: Math.random() * begun } : { after: 'journal', ms: 0 };
}

async function playRound(stage: Stage): Promise<KillReport> {
  const { home } = stage;
  await rm(home.folder, { recursive: true });
  await cp(stage.saved, home.folder, { recursive: true, preserveTimestamps: true });
  const broken: string[] = [];
  const untouched = await readFile(join(home.folder, '.claude.json'), 'utf8');

  const isKilled = await applyAndKill(home, randomMoment(stage.times));
  broken.push(...(await lookAt(home, 'after the kill')));
  const hasWritten = (await readFile(join(home.folder, '.claude.json'), 'utf8')) !== untouched;
  const isRecoveryKilled = Math.random() < 0.5 && (await applyAndKill(home, momentOfRecovery(stage.times)));
  if (isRecoveryKilled) broken.push(...(await lookAt(home, 'after the kill of the recovery')));

  broken.push(...(await converge(stage)));
  return {
    rounds: 1,
    killed: isKilled ? 1 : 0,
    killedAfterWriting: isKilled && hasWritten ? 1 : 0,
    recoveriesKilled: isRecoveryKilled ? 1 : 0,
    broken,
  };
}

/** The next apply must bring everything to where an undisturbed one does, and the one after it do nothing. */
async function converge({ home, desired, leftovers }: Stage): Promise<readonly string[]> {
  const config = join(home.folder, '.claude.json');
  const broken: string[] = [];
  const next = await apply(home);
  if (next.exitCode !== 0) broken.push(`the next apply failed: ${said(next)}`);
  broken.push(...(await lookAt(home, 'after the next apply')));
  const ours = oursIn(await readFile(config, 'utf8'));
  if (typeof ours === 'string' || !sameJson(ours, desired)) broken.push('the next apply did not converge');
  const files = await filesOf(home);
  const extra = files.filter((file) => !leftovers.includes(file));
  if (extra.length > 0) broken.push(`left behind: ${extra.join(', ')}`);
  broken.push(...(await compareBooks(home, Object.keys(desired))));

  const before = await identityOf(config);
  const again = await apply(home);
  if (again.exitCode !== 0) broken.push(`the apply after it failed: ${said(again)}`);
  const plan = await mcpform(['plan', '--detailed-exitcode'], home);
  if (plan.exitCode !== 0) broken.push(`the plan after it is not empty: ${said(plan)}`);
  if ((await identityOf(config)) !== before) broken.push('the second apply touched the config');
  return broken;
}

/** What must hold at every moment: the config parses and holds every byte that is not ours; the books can be read. */
async function lookAt(home: Home, when: string): Promise<readonly string[]> {
  const ours = oursIn(await readFile(join(home.folder, '.claude.json'), 'utf8'));
  const status = await mcpform(['status'], home);
  return [
    ...(typeof ours === 'string' ? [`${when}: ${ours}`] : []),
    ...(status.exitCode === 0 ? [] : [`${when}: status failed: ${said(status)}`]),
  ];
}

/** Our entries by name, or what is wrong with the text around them. */
function oursIn(text: string): JsonObject | string {
  if (!text.startsWith(foreignHead) || !text.endsWith(foreignTail)) return 'a foreign byte is gone';
  const middle = text.slice(foreignHead.length, text.length - foreignTail.length).trimEnd();
  let parsed: unknown;
  try {
    JSON.parse(text);
    parsed = JSON.parse(`{${middle.replace(/^,/, '').replace(/\}$/, '')}}`);
  } catch (error) {
    return `the config does not parse: ${String(error)}`;
  }
  if (!isJsonObject(parsed)) return 'the config is no object';
  const keys = middle.match(/"server-\d+"\s*:/g) ?? [];
  if (keys.length !== Object.keys(parsed).length) return 'a name is there twice';
  return parsed;
}

/** Nothing in the books that is not there, and nothing there that is not in the books. */
async function compareBooks(home: Home, desired: readonly string[]): Promise<readonly string[]> {
  const list = await mcpform(['state', 'list'], home);
  if (list.exitCode !== 0) return [`state list failed: ${said(list)}`];
  const booked = [...list.stdout.matchAll(/claude-code\/user\/(server-\d+)\b/g)].map((match) => match[1]);
  const wanted = [...desired].sort();
  return booked.sort().join() === wanted.join() ? [] : [`the books hold ${booked.length} entries, not ours`];
}

async function applyAndKill(home: Home, { after, ms }: Moment): Promise<boolean> {
  const env = environmentWith(home);
  assertContained(home.project, env);
  const hasCome = after === 'start' ? () => true : sawChange(home, after);
  const child = spawn(process.execPath, [MCPFORM, ...applyArguments], {
    cwd: home.project,
    env,
    stdio: 'ignore',
  });
  const ended = new Promise<NodeJS.Signals | null>((done) =>
    child.on('exit', (_code, signal) => done(signal)),
  );
  const watch = setInterval(() => {
    if (!hasCome()) return;
    clearInterval(watch);
    setTimeout(() => child.kill('SIGKILL'), ms);
  }, 1);
  const signal = await ended;
  clearInterval(watch);
  return signal === 'SIGKILL';
}

const applyArguments = ['apply', '--auto-approve', '--allow-destroy'];

function apply(home: Home): Promise<Ran> {
  return mcpform(applyArguments, home);
}

function expectOk(ran: Ran): void {
  if (ran.exitCode !== 0) throw new Error(`an undisturbed apply failed: ${said(ran)}`);
}

function said(ran: Ran): string {
  return `exit ${ran.exitCode}\n${ran.stdout.slice(-1500)}\n${ran.stderr.slice(-1500)}`;
}

/** Every file below the home, with what differs between two good runs taken out of the names. */
async function filesOf(home: Home): Promise<readonly string[]> {
  const files = await readdir(home.folder, { recursive: true });
  return [...new Set(files.map((file) => file.replaceAll(/[0-9a-f]{6,}|\d+/g, 'N')))].sort();
}

async function identityOf(file: string): Promise<string> {
  const { ino, mtimeMs, size } = await lstat(file);
  return `${ino} ${mtimeMs} ${size}`;
}

function names(from: number, to: number): readonly string[] {
  return Array.from({ length: to - from }, (_, i) => `server-${String(from + i).padStart(4, '0')}`);
}

function entry(name: string, version: string): JsonObject {
  return { type: 'stdio', command: 'ours', args: [name, version], env: { VERSION: version } };
}

function manifest(servers: readonly string[], version: string): string {
  const lines = servers.map(
    (name) => `  ${name}: { command: ours, args: [${name}, ${version}], env: { VERSION: ${version} } }`,
  );
  return [
    'apiVersion: mcpform/v1',
    'kind: Stack',
    'name: kill',
    'defaults: { targets: [{ client: claude-code, scope: user }] }',
    'servers:',
    ...lines,
    '',
  ].join('\n');
}

/** What a person, other tools and Claude Code itself left there: odd spacing, big integers, text in many scripts. */
const foreignHead = `{
  "numStartups": 12345678901234567890,
  "tipsHistory" : {"a":1,   "b":2.50},
  "unicode": "h\\u00e9llo w\u00f6rld \u{1f980} \u540d\u524d",
  "mcpServers": {
    "foreign-1": {"command":"x","args":[ "1",2 ],"_note":"unknown keys stay"},
    "foreign 2": {
        "type": "http", "url": "https://example.invalid/mcp"
    }`;
const foreignTail = `,
  "projects": {
    "/somewhere/else": { "mcpServers": { "server-0001": { "command": "foreign" } }, "history": [${'"a long history of prompts",'.repeat(2000)} "end"] }
  }, "last":null
}
`;

function sum(a: KillReport, b: KillReport): KillReport {
  return {
    rounds: a.rounds + b.rounds,
    killed: a.killed + b.killed,
    killedAfterWriting: a.killedAfterWriting + b.killedAfterWriting,
    recoveriesKilled: a.recoveriesKilled + b.recoveriesKilled,
    broken: [...a.broken, ...b.broken],
  };
}
