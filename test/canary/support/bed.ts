import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { stringify } from 'yaml';
import type { Json, JsonObject } from '../../../src/model/json.ts';
import { environmentWith, MCPFORM } from '../../support/mcpform.ts';
import { type Ran, run } from '../../support/run.ts';
import { type Home, throwawayHome } from '../../support/throwaway-home.ts';
import type { Keeper, OpenKeeper } from './keeper.ts';
import { isKept, type KEPT } from './kept.ts';
import { type Hit, type Search, searchFor } from './search.ts';
import { SERVER, secretOf, serversOf } from './servers.ts';
import { newMark, type ValueKind } from './values.ts';
import { watchArguments } from './watch-arguments.ts';

type Use = keyof typeof KEPT;

export interface Asked {
  readonly args: readonly string[];
  readonly ran: Ran;
}

/** One home, some who keep secrets, and a stack whose servers get one of each in every way there is. */
export interface Bed {
  readonly home: Home;
  readonly keepers: readonly Keeper[];
  /** Marks of values that must not be anywhere, and of those with `emit: plaintext`. */
  readonly marks: Readonly<Record<Use, string>>;
  /** The names of servers whose secret could be kept. */
  readonly servers: readonly string[];
  /** Runs the built program; what it says and leaves is searched. */
  ask(args: readonly string[], options?: { input?: string; env?: Record<string, string> }): Promise<Asked>;
  /** What was asked until now. */
  readonly asked: readonly Asked[];
  /** Everybody has another value from now on. */
  keepOther(kind: ValueKind): Promise<void>;
  /** The value of a server's secret as it was kept first. */
  firstValueOf(server: string): string | Uint8Array;
  /** How a client starts an entry, or asks for its headers. */
  launches(): Promise<ReadonlyMap<string, string>>;
  /** What was found until now, in the arguments of processes too. */
  figures(): Promise<Figures>;
  end(): Promise<void>;
}

export interface Figures {
  readonly hits: readonly Hit[];
  /** Texts and files that were searched. */
  readonly searches: number;
  /** Command lines of processes that were seen. */
  readonly commandLines: number;
  /** Servers, of which each has a backend and a way, times commands. */
  readonly cells: number;
  /** Who kept the values: real tools, and doubles of others. */
  readonly keepers: readonly string[];
}

/** Does something on a bed, and says what was found when all of it has ended. */
export async function onBed<Result>(
  open: readonly OpenKeeper[],
  kind: ValueKind,
  work: (bed: Bed) => Promise<Result>,
): Promise<{ readonly result: Result; readonly figures: Figures }> {
  const bed = await openBed(open, kind);
  try {
    const result = await work(bed);
    return { result, figures: await bed.figures() };
  } finally {
    await bed.end();
  }
}

async function openBed(open: readonly OpenKeeper[], kind: ValueKind): Promise<Bed> {
  const home = await throwawayHome();
  const keepers: Keeper[] = [];
  for (const [index, each] of open.entries()) {
    const folder = join(home.folder, 'store', String(index));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    keepers.push(await each(home, folder));
  }
  const marks = { hidden: newMark(), clear: newMark() };
  const searches: Record<Use, Search> = { hidden: searchFor(marks.hidden), clear: searchFor(marks.clear) };
  const watch = watchArguments(searchFor(marks.hidden, marks.clear));
  const hits: Hit[] = [];
  const asked: Asked[] = [];
  const values = new Map<string, string | Uint8Array>();
  const secrets: Record<string, Json> = {};
  const keepAll = async (next: ValueKind): Promise<void> => {
    for (const keeper of keepers) {
      for (const use of ['hidden', 'clear'] as const) {
        const name = `${keeper.backend}-${use}`;
        const value = next(marks[use], keeper.backend);
        const argument = await keeper.keep(name, Buffer.from(value));
        if (argument === null) continue;
        secrets[name] = { [keeper.backend]: argument };
        if (!values.has(name)) values.set(name, value);
      }
    }
  };
  await keepAll(kind);
  await writeFile(join(home.folder, 'server.mjs'), SERVER);
  const servers = serversOf(secrets, join(home.folder, 'server.mjs'));
  const manifest = { apiVersion: 'mcpform/v1', kind: 'Stack', name: 'canary', secrets, servers };
  await writeFile(join(home.project, 'mcp.yaml'), stringify(manifest));
  const folders = keepers.flatMap(({ programs }) => programs ?? []);
  const through = keepers.flatMap((keeper) => keeper.through ?? []);

  const searchTree = async (use: Use): Promise<void> => {
    hits.push(...(await searches[use].tree(home.folder, (path) => isKept(use, path))));
  };
  /** Doubles note how they were called. */
  const searchCalls = async (search: Search): Promise<readonly Hit[]> => {
    const notes = keepers.map((_, index) => join(home.folder, 'store', String(index), 'calls.jsonl'));
    const texts = await Promise.all(notes.map((path) => readFile(path, 'utf8').catch(() => '')));
    const calls = texts.flatMap((text) => text.split('\n').filter((line) => line !== ''));
    return calls.flatMap((call) => search.text('the arguments of a double', String(JSON.parse(call).args)));
  };
  const ask: Bed['ask'] = async (args, { input, env } = {}) => {
    const path = [...folders, environmentWith(home)['PATH']].join(delimiter);
    const own = Object.assign({ PATH: path }, ...keepers.map((keeper) => keeper.env()), env);
    const [program = '', ...line] = [...through, process.execPath, MCPFORM, ...args];
    const ran = await run(program, line, {
      cwd: home.project,
      env: { ...environmentWith(home), ...own },
      timeoutMs: 120_000,
      ...(input === undefined ? {} : { input }),
    });
    const one = { args, ran };
    asked.push(one);
    const isHelper = args[0] === 'exec' && ran.stdout.startsWith('{');
    for (const use of ['hidden', 'clear'] as const) {
      // The headers are what the client asks its helper for.
      if (!isHelper) hits.push(...searches[use].text(`stdout of ${args.join(' ')}`, ran.stdout));
      hits.push(...searches[use].text(`stderr of ${args.join(' ')}`, ran.stderr));
      await searchTree(use);
    }
    return one;
  };
  return {
    home,
    keepers,
    marks,
    servers: Object.keys(servers),
    ask,
    asked,
    keepOther: keepAll,
    firstValueOf: (server) => values.get(secretOf(server)) ?? '',
    launches: async () => {
      const text = await readFile(join(home.folder, '.claude.json'), 'utf8').catch(() => '{}');
      const { mcpServers = {} } = JSON.parse(text);
      return new Map(
        Object.entries<JsonObject>(mcpServers).flatMap(([name, entry]) => {
          const id = /\bexec["', ]+([\w.-]+-[0-9a-f]{32})/.exec(JSON.stringify(entry))?.[1];
          return id === undefined ? [] : [[name, id] as const];
        }),
      );
    },
    end: async () => {
      watch.stop();
      await Promise.all(keepers.map((keeper) => keeper.close?.()));
      await home.remove();
    },
    figures: async () => {
      hits.push(...watch.stop(), ...(await searchCalls(searchFor(marks.hidden, marks.clear))));
      const count = searches.hidden.searches() + searches.clear.searches();
      const cells = asked.length * Object.keys(servers).length;
      return {
        hits: onePerPlace(hits),
        searches: count,
        commandLines: watch.seen(),
        cells,
        keepers: keepers.map(({ what }) => what),
      };
    },
  };
}

function onePerPlace(hits: readonly Hit[]): readonly Hit[] {
  return hits.filter(({ where }, index) => hits.findIndex((hit) => hit.where === where) === index);
}
