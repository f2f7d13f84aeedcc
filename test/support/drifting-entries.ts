import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../../src/model/json.ts';
import { type Driftable, timeRepair } from './drifted.ts';
import type { Home } from './throwaway-home.ts';

type Entries = Record<string, JsonObject>;

/** What somebody does to an entry, by hand or with a client. */
const KINDS: readonly (readonly [string, (entries: Entries, name: string) => void])[] = [
  ['removed', (entries, name) => void delete entries[name]],
  ['arguments', (entries, name) => replace(entries, name, { args: ['--other'] })],
  ['variable', (entries, name) => replace(entries, name, { env: { LEVEL: 'other' } })],
  ['program', (entries, name) => replace(entries, name, { command: 'somebody-elses' })],
  ['renamed', (entries, name) => renameTo(entries, name, `${name}-of-theirs`)],
  ['type and URL', (entries, name) => put(entries, name, { type: 'http', url: 'https://x.invalid/' })],
];
const URL_KINDS: readonly (readonly [string, (entries: Entries, name: string) => void])[] = [
  ['URL', (entries, name) => replace(entries, name, { url: 'https://elsewhere.invalid/mcp' })],
  ['header', (entries, name) => replace(entries, name, { headers: { 'X-Team': 'theirs' } })],
  ['removed', (entries, name) => void delete entries[name]],
];

/** So many that none is changed often enough for the loop to call it a fight. */
const PROGRAMS = 150;
const URLS = 50;
const programs = Array.from({ length: PROGRAMS }, (_, at) => `program-${at}`);
const urls = Array.from({ length: URLS }, (_, at) => `url-${at}`);

/** Of a manifest, under `servers`. */
export const DRIFTING_ENTRIES: JsonObject = {
  ...Object.fromEntries(
    programs.map((name) => [name, { command: 'ours', args: [name], env: { LEVEL: 'ours' } }]),
  ),
  ...Object.fromEntries(
    urls.map((name) => [name, { url: `https://${name}.invalid/mcp`, headers: { 'X-Team': 'ours' } }]),
  ),
};

/** Entries of Claude Code's file in the user's scope, once the loop has written them: every fourth has a URL. */
export function driftingEntries(home: Home): Driftable {
  const path = join(home.folder, '.claude.json');
  const look = async (): Promise<string> => await readFile(path, 'utf8');
  const entriesIn = (text: string): Entries => JSON.parse(text).mcpServers;
  let declared: Entries | null = null;
  return {
    disturb: async (round) => {
      const { mcpServers: entries, ...rest } = JSON.parse(await look());
      declared ??= structuredClone(entries as Entries);
      const wanted = declared;
      const isUrl = round % 4 === 3;
      const turn = Math.floor(round / 4);
      const [names, kinds] = isUrl ? [urls, URL_KINDS] : [programs, KINDS];
      const at = isUrl ? turn : round - turn;
      const name = names[at % names.length] as string;
      const [kind, change] = kinds[at % kinds.length] as (typeof kinds)[number];
      // Theirs from before: who renamed something has no more use for it.
      for (const each of Object.keys(entries)) if (wanted[each] === undefined) delete entries[each];
      change(entries, name);
      const text = JSON.stringify({ ...rest, mcpServers: entries }, null, 2);
      await writeFile(`${path}.theirs`, text, { mode: 0o600 });
      await rename(`${path}.theirs`, path);
      const took = await timeRepair({
        everyMs: 2,
        look,
        printOf: (each) => each,
        isRight: (each) => each !== text && holds(entriesIn(each)[name], wanted[name]),
      });
      return { kind: `entry: ${kind}`, address: `claude-code/user/${name}`, ...took };
    },
  };
}

function replace(entries: Entries, name: string, change: JsonObject): void {
  put(entries, name, { ...entries[name], ...change });
}

function put(entries: Entries, name: string, entry: JsonObject): void {
  entries[name] = entry;
}

function renameTo(entries: Entries, name: string, other: string): void {
  entries[other] = entries[name] as JsonObject;
  delete entries[name];
}

/** What somebody put beside what we declared is theirs. */
function holds(entry: JsonObject = {}, wanted: JsonObject = {}): boolean {
  return Object.entries(wanted).every(([key, value]) => isDeepStrictEqual(entry[key], value));
}
