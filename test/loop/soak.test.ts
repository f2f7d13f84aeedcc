import { describe, expect, it } from 'vitest';
import type { Managed, PassReport, WakeSource } from '../../src/loop/model.ts';
import { runLoop } from '../../src/loop/run-loop.ts';
import { defaultSettings } from '../../src/loop/settings.ts';
import { openSource } from '../../src/loop/source/open-source.ts';
import { errno } from '../../src/system/memory-tree.ts';
import { type FileCall, wrapFiles } from '../../src/system/wrap-files.ts';
import { CONFIG, HOME, memoryWorld } from '../providers/claude-code/world.ts';

/** `npm run soak` takes ninety. */
const DAYS = Number(process.env['MCPFORM_SOAK_DAYS'] ?? 2);
const DAY_MS = 86_400_000;
const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const MANIFEST = `${HOME}/repo/mcp.yaml`;
const STACK = `apiVersion: mcpform/v1
kind: Stack
name: tools
servers:
${NAMES.map((name) => `  ${name}: { command: node, args: [${name}.js] }`).join('\n')}
`;

const STATE = `${HOME}/.local/state/mcpform`;
const TAKES_ROOM: ReadonlySet<FileCall['name']> = new Set([
  'create',
  'append',
  'makeFolder',
  'link',
  'createLike',
  'fill',
]);

type World = ReturnType<typeof memoryWorld>;

/** What goes wrong around the loop, and comes right again after a few passes. */
const FAULTS = [
  'drift',
  'deleted',
  'foreign',
  'bad manifest',
  'no source',
  'broken config',
  'full disk',
  'clock',
] as const;

class Trouble implements WakeSource {
  readonly #world: World;
  #seed = 7;
  #pass = 0;
  /** What is still broken, until which pass. */
  #ends = 0;
  #mend: (() => Promise<void>) | null = null;
  readonly met = new Map<string, number>();
  readonly unhealed: string[] = [];
  /** The disk that the books are on takes nothing more. */
  isFull = false;
  #fault = '';

  constructor(world: World) {
    this.#world = world;
  }

  async start(): Promise<void> {}
  async close(): Promise<void> {}

  /** Before a pass: something breaks, or is mended. */
  async hold(): Promise<void> {
    this.#pass += 1;
    if (this.#mend !== null && this.#pass >= this.#ends) {
      await this.#mend();
      this.#mend = null;
      return;
    }
    if (this.#mend !== null || this.#pass < 3 || this.#random() > 0.2) return;
    this.#fault = FAULTS[Math.floor(this.#random() * FAULTS.length)] as string;
    this.met.set(this.#fault, (this.met.get(this.#fault) ?? 0) + 1);
    this.#ends = this.#pass + 1 + Math.floor(this.#random() * 4);
    this.#mend = await this.#break(this.#fault);
  }

  /** After a pass in which nothing was broken, all is as declared. */
  async settle(_: Managed): Promise<void> {
    if (this.#mend !== null || this.#pass < 2) return;
    const { mcpServers } = JSON.parse(await this.#world.text(CONFIG));
    const isSo = NAMES.every((name) => mcpServers[name]?.args?.[0] === `${name}.js`);
    if (!isSo) this.unhealed.push(`pass ${this.#pass} after ${this.#fault}`);
  }

  #random(): number {
    this.#seed = (Math.imul(this.#seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return this.#seed / 0x80000000;
  }

  async #break(fault: string): Promise<() => Promise<void>> {
    const name = NAMES[Math.floor(this.#random() * NAMES.length)] as string;
    const nothing = async (): Promise<void> => undefined;
    switch (fault) {
      case 'drift':
        await this.#edit(CONFIG, (text) => text.replace(`${name}.js`, `${name}-other.js`));
        return nothing;
      case 'deleted':
        await this.#edit(CONFIG, (text) => {
          const config = JSON.parse(text);
          delete config.mcpServers[name];
          return JSON.stringify(config, null, 2);
        });
        return nothing;
      case 'foreign':
        await this.#edit(CONFIG, (text) => {
          const config = JSON.parse(text);
          config.mcpServers.theirs = { command: `theirs-${this.#pass}` };
          return JSON.stringify(config, null, 2);
        });
        return nothing;
      case 'bad manifest':
        await this.#edit(MANIFEST, () => `${STACK}broken: [`);
        return () => this.#edit(MANIFEST, () => STACK);
      case 'no source':
        await this.#world.system.files.rename(MANIFEST, `${MANIFEST}.away`);
        return () => this.#world.system.files.rename(`${MANIFEST}.away`, MANIFEST);
      case 'broken config': {
        const before = await this.#world.text(CONFIG);
        await this.#edit(CONFIG, (text) => text.slice(0, -5));
        return () => this.#edit(CONFIG, () => before);
      }
      case 'full disk':
        this.isFull = true;
        return async () => {
          this.isFull = false;
        };
      default:
        this.#world.system.clock.advance(Math.floor(this.#random() * 3) * 3_600_000);
        return nothing;
    }
  }

  async #edit(path: string, change: (text: string) => string): Promise<void> {
    const { files } = this.#world.system;
    const text = change(await this.#world.text(path));
    await files.create(`${path}.new`, text, { mode: 0o600, sync: true });
    await files.rename(`${path}.new`, path);
  }
}

async function bytesBelow(world: World, folder: string): Promise<number> {
  const { files } = world.system;
  let sum = 0;
  for (const name of await files.list(folder)) {
    const path = `${folder}/${name}`;
    const { kind, size } = await files.stat(path);
    sum += kind === 'folder' ? await bytesBelow(world, path) : size;
  }
  return sum;
}

describe(`${DAYS} days of passes, with trouble`, () => {
  it(
    'converge after each fault, and leave memory, books and journal bounded',
    async () => {
      const world = memoryWorld({ [MANIFEST]: STACK });
      const trouble = new Trouble(world);
      const stop = new AbortController();
      const isLost = (call: FileCall): boolean =>
        trouble.isFull && TAKES_ROOM.has(call.name) && call.paths.some((path) => path.startsWith(STATE));
      const files = wrapFiles(world.system.files, async (call, run) => {
        if (isLost(call)) throw errno('ENOSPC', call.name, call.paths[0] ?? '');
        return await run();
      });
      const ctx = { ...world.ctx, system: { ...world.ctx.system, files }, signal: stop.signal };
      const startMs = ctx.system.clock.now();
      const heaps: number[] = [];
      const results = new Map<string, number>();
      const passed = (report: PassReport): void => {
        results.set(report.result, (results.get(report.result) ?? 0) + 1);
        world.events.length = 0;
        if (report.number % 200 === 0) heaps.push(process.memoryUsage().heapUsed);
        if (ctx.system.clock.now() - startMs > DAYS * DAY_MS) stop.abort(new Error('enough'));
      };
      const source = await openSource(`${HOME}/repo`, { cwd: HOME }, ctx);
      const { state } = await runLoop(
        {
          source,
          isRemote: false,
          reading: { cwd: HOME, variables: {}, ambient: [], allowedLiterals: [] },
          settings: { ...defaultSettings('soak'), jitterPercent: 5 },
          isOnce: false,
          wakeSources: [trouble],
          observers: [{ passed, changed: () => undefined, close: async () => undefined }],
          wakesOf: () => [],
        },
        ctx,
      );
      expect(trouble.unhealed).toEqual([]);
      expect([...trouble.met.keys()].sort()).toEqual([...FAULTS].sort());
      expect(state.passes).toBeGreaterThan(DAYS * 200);
      expect(state.contended).toEqual({});
      const kept = await bytesBelow(world, STATE);
      expect(kept).toBeLessThan(8 * 1024 * 1024);
      expect((await world.text(`${STATE}/tools/loop/loop.json`)).length).toBeLessThan(20_000);
      // Between two collections a heap grows by 100 MiB whatever it is used for, so what is compared is where it falls back to.
      const third = Math.ceil(heaps.length / 3);
      const grown = Math.min(...heaps.slice(-third)) - Math.min(...heaps.slice(0, third));
      expect(grown).toBeLessThan(32 * 1024 * 1024);
      console.info(
        `${DAYS} days: ${state.passes} passes ${JSON.stringify(Object.fromEntries(results))}, faults ${JSON.stringify(Object.fromEntries(trouble.met))}, state ${kept} bytes, heap ${heaps.map((bytes) => Math.round(bytes / 2 ** 20)).join(' ')} MiB`,
      );
    },
    30 * 60_000,
  );
});
