import { lstatSync } from 'node:fs';
import { cp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { isJsonObject, type Json, type JsonObject, sameJson } from '../../src/model/json.ts';
import { mcpform } from './mcpform.ts';
import type { Ran } from './run.ts';
import { type Home, throwawayHome } from './throwaway-home.ts';
import { writeFiles } from './world.ts';

/** Where a round of kills begins, again and again. */
export interface Stage {
  readonly home: Home;
  /** Where the home's content is kept, to start each round from the same. */
  readonly saved: string;
  readonly desired: JsonObject;
  readonly times: Times;
  /** Files of a home after such an apply, ours by name, without what differs by nature. */
  readonly leftovers: readonly string[];
}

/** Of an apply that nobody kills, from its start, in ms. */
export interface Times {
  /** The journal grew for the first time. */
  readonly begun: number;
  /** The config was replaced. */
  readonly written: number;
  readonly ended: number;
}

/** A home where a first apply has run and the manifest has moved on: a tenth to delete, half to change, the rest new. */
export async function setStage(servers: number): Promise<Stage> {
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
export function sawChange(home: Home, which: 'journal' | 'config'): () => boolean {
  const journal = join(home.env['XDG_STATE_HOME'] ?? '', 'mcpform/kill/journal.ndjson');
  const look = (): string => {
    const stat = lstatSync(which === 'journal' ? journal : join(home.folder, '.claude.json'));
    return `${stat.ino} ${stat.mtimeMs} ${stat.size}`;
  };
  const before = look();
  return () => look() !== before;
}

export const applyArguments = ['apply', '--auto-approve', '--allow-destroy'];

export function apply(home: Home): Promise<Ran> {
  return mcpform(applyArguments, home);
}

function expectOk(ran: Ran): void {
  if (ran.exitCode !== 0) throw new Error(`an undisturbed apply failed: ${said(ran)}`);
}

export function said(ran: Ran): string {
  return `exit ${ran.exitCode}\n${ran.stdout.slice(-1500)}\n${ran.stderr.slice(-1500)}`;
}

/** Every file below the home, with what differs between two good runs taken out of the names. */
export async function filesOf(home: Home): Promise<readonly string[]> {
  const files = await readdir(home.folder, { recursive: true });
  return [...new Set(files.map((file) => file.replaceAll(/[0-9a-f]{6,}|\d+/g, 'N')))].sort();
}

/** Our entries by name, or what is wrong with the text around them. */
export function oursIn(text: string): JsonObject | string {
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
  const torn = Object.entries(parsed).filter(([name, value]) => !isWhole(name, value));
  return torn.length === 0 ? parsed : `entries that are neither old nor new: ${JSON.stringify(torn)}`;
}

function isWhole(name: string, value: Json): boolean {
  return ['one', 'two'].some((version) => sameJson(value, entry(name, version)));
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
