import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Json, JsonObject } from '../../src/model/json.ts';
import { claude } from './claude.ts';
import { type RunningLoop, startLoop } from './running-loop.ts';
import { type Home, throwawayHome } from './throwaway-home.ts';
import { writeFiles } from './world.ts';

export interface LoopRaceOptions {
  /** Of Claude Code. */
  readonly version: string;
  readonly durationMs: number;
}

/** What became of entries while a real client and a running loop changed the same file. */
export interface LoopRaceCounts {
  /** `claude mcp` commands that said they succeeded. */
  readonly commands: number;
  readonly refused: number;
  /** Entries of ours that the client removed or changed. */
  readonly touched: number;
  /** Entries of ours that are not as declared once all is quiet. */
  readonly oursLost: number;
  /** Additions and removals of theirs that are not in the file once all is quiet. */
  readonly theirsLost: number;
  readonly theirs: number;
  /** Looks at the file, and how many of them could not parse it. */
  readonly looks: number;
  readonly unparsable: number;
  readonly passes: number;
  /** Passes that put something back. */
  readonly corrected: number;
  /** Passes after the last change had been repaired, in 3 seconds of quiet. */
  readonly passesInQuiet: number;
  readonly contended: number;
  /** From the end of the client's command to the entry as declared, in ms, sorted. */
  readonly repairMs: readonly number[];
  readonly stop: { readonly exitCode: number | null; readonly tookMs: number };
}

/** So many that none is changed often enough for the loop to call it a fight. */
const names = Array.from({ length: 40 }, (_, at) => `ours-${at}`);
const declared = (name: string): JsonObject => ({ type: 'stdio', command: 'ours', args: [name] });

/** Has the real client add, remove and change entries, theirs and ours, one command after another, beside a loop. */
export async function loopRace({ version, durationMs }: LoopRaceOptions): Promise<LoopRaceCounts> {
  const home = await throwawayHome();
  await writeFiles(home.project, { 'mcp.yaml': manifest() });
  await writeFiles(home.folder, { '.claude.json': { numStartups: 7, mcpServers: { kept: THEIRS } } });
  const loop = await startLoop(home, { client: version });
  const race = new Race(home, loop, version);
  try {
    await race.run(durationMs);
    return await race.count();
  } finally {
    await loop.stop();
    await home.remove();
  }
}

const THEIRS: JsonObject = { type: 'stdio', command: 'theirs', args: [], env: {} };

function manifest(): string {
  const servers = names.map((name) => `  ${name}: { command: ours, args: [${name}] }`);
  return `apiVersion: mcpform/v1\nkind: Stack\nname: race\nservers:\n${servers.join('\n')}\n`;
}

class Race {
  readonly #home: Home;
  readonly #loop: RunningLoop;
  readonly #version: string;
  readonly #theirs = new Map<string, boolean>([['kept', true]]);
  readonly #repairMs: number[] = [];
  readonly #repairs: Promise<void>[] = [];
  #commands = 0;
  #refused = 0;
  #touched = 0;
  #looks = 0;
  #unparsable = 0;

  constructor(home: Home, loop: RunningLoop, version: string) {
    this.#home = home;
    this.#loop = loop;
    this.#version = version;
  }

  async run(durationMs: number): Promise<void> {
    const watching = new AbortController();
    const watched = this.#watch(watching.signal);
    const endMs = performance.now() + durationMs;
    for (let round = 0; performance.now() < endMs; round += 1) {
      await this.#play(round);
      await pause(Math.random() * 300);
    }
    await Promise.all(this.#repairs);
    watching.abort();
    await watched;
  }

  async count(): Promise<LoopRaceCounts> {
    await pause(2_000);
    const before = this.#loop.passes.length;
    await pause(3_000);
    const entries = await this.#entries();
    const { passes, conditions } = this.#loop;
    const stop = await this.#loop.stop();
    return {
      commands: this.#commands,
      refused: this.#refused,
      touched: this.#touched,
      oursLost: names.filter((name) => !isDeclared(entries?.[name], name)).length,
      theirs: this.#theirs.size,
      theirsLost: [...this.#theirs].filter(([name, isThere]) => isThere !== (entries?.[name] !== undefined))
        .length,
      looks: this.#looks,
      unparsable: this.#unparsable,
      passes: passes.length,
      corrected: passes.filter(({ corrected }) => corrected.length > 0).length,
      passesInQuiet: passes.length - before,
      contended: conditions.filter(({ type, status }) => type === 'Contended' && status === 'True').length,
      repairMs: [...this.#repairMs].sort((a, b) => a - b),
      stop,
    };
  }

  /** Adds one of theirs; removes one of theirs; removes one of ours; puts something else in the place of one of ours. */
  async #play(round: number): Promise<void> {
    const ours = names[round % names.length] as string;
    switch (round % 4) {
      case 0:
      case 1: {
        const name = `theirs-${round}`;
        if (await this.#claude('add', '-s', 'user', name, '--', 'theirs')) this.#theirs.set(name, true);
        return;
      }
      case 2: {
        const name = `theirs-${round - 2}`;
        if (round % 8 === 2 && this.#theirs.get(name) === true && (await this.#remove(name)))
          this.#theirs.set(name, false);
        return await this.#disturb(() => this.#remove(ours), ours);
      }
      default:
        return await this.#disturb(async () => {
          await this.#remove(ours);
          return await this.#claude('add', '-s', 'user', ours, '--', 'somebody-else');
        }, ours);
    }
  }

  async #disturb(change: () => Promise<boolean>, name: string): Promise<void> {
    await change();
    this.#touched += 1;
    this.#repairs.push(this.#repaired(name, performance.now()));
  }

  async #repaired(name: string, sinceMs: number): Promise<void> {
    for (;;) {
      if (isDeclared((await this.#entries())?.[name], name)) break;
      if (performance.now() - sinceMs > 20_000) return;
      await pause(5);
    }
    this.#repairMs.push(performance.now() - sinceMs);
  }

  #remove(name: string): Promise<boolean> {
    return this.#claude('remove', '-s', 'user', name);
  }

  async #claude(...args: string[]): Promise<boolean> {
    const { exitCode } = await claude(this.#version, ['mcp', ...args], this.#home);
    if (exitCode === 0) this.#commands += 1;
    else this.#refused += 1;
    return exitCode === 0;
  }

  async #watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#looks += 1;
      if ((await this.#entries()) === null) this.#unparsable += 1;
      await pause(5);
    }
  }

  /** Null: the file is not JSON. */
  async #entries(): Promise<Readonly<Record<string, Json>> | null> {
    try {
      const config = JSON.parse(await readFile(join(this.#home.folder, '.claude.json'), 'utf8'));
      return config.numStartups === 7 ? config.mcpServers : null;
    } catch {
      return null;
    }
  }
}

function isDeclared(entry: Json | undefined, name: string): boolean {
  const { type, command, args } = (entry ?? {}) as JsonObject;
  const wanted = declared(name);
  return (
    (type === undefined || type === wanted['type']) &&
    command === wanted['command'] &&
    JSON.stringify(args) === JSON.stringify(wanted['args'])
  );
}
