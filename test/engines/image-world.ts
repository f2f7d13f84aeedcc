import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { prepareImage } from '../../src/launch/image/prepare-image.ts';
import type { ContainerSpec } from '../../src/model/container.ts';
import type { Context } from '../../src/model/context.ts';
import { realSystem } from '../../src/system/real.ts';
import { contextIn } from '../launch/world.ts';
import { imageRecord } from '../support/container-spec.ts';
import { type Engine, startEngine } from '../support/engine.ts';
import { type McpImageName, mcpImage } from '../support/mcp-image.ts';
import { type PushedImage, pushMcpImage } from '../support/mcp-image-place.ts';
import { MCPFORM } from '../support/mcpform.ts';
import { type RealRegistry, startRegistry } from '../support/registry.ts';
import { assertContained, type Home, throwawayHome } from '../support/throwaway-home.ts';

/** A home, an engine and a registry of their own, with images of real programs. */
export interface ImageWorld {
  readonly home: Home;
  readonly engine: Engine;
  readonly registry: RealRegistry;
  readonly ctx: Context;
  readonly image: (name: McpImageName) => PushedImage;
  /** All that a launcher is started with; its own temporary folder is `tmp` in the home. */
  readonly env: Readonly<Record<string, string>>;
  /** Prepares a launch of an image, and gives its id. */
  readonly prepare: (name: McpImageName, changes?: Partial<ContainerSpec>) => Promise<string>;
  readonly start: (id: string, options?: StartOptions) => ChildProcess;
  /** What was started and still runs, should a test have failed. */
  readonly killAll: () => void;
  /** Folders of launchers whose reapers were killed too. */
  readonly removeTemporary: () => Promise<void>;
  readonly remove: () => Promise<void>;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
}

const NAMES: readonly McpImageName[] = ['everything', 'busybox'];

export async function makeImageWorld(kind: Pick<Engine, 'version' | 'store'>): Promise<ImageWorld> {
  const home = await throwawayHome();
  const engine = await startEngine(kind);
  const registry = await startRegistry();
  const images = new Map<McpImageName, PushedImage>();
  for (const name of NAMES) images.set(name, await pushMcpImage(registry, mcpImage(name)));
  const image = (name: McpImageName): PushedImage => images.get(name) as PushedImage;
  const started: ChildProcess[] = [];
  const tmp = join(home.folder, 'tmp');
  await mkdir(tmp);
  const env = { ...home.env, ...engine.env, PATH: `${engine.env['PATH']}:${home.env['PATH']}`, TMPDIR: tmp };
  const system = realSystem();
  const { run } = system.processes;
  const processes: typeof system.processes = {
    ...system.processes,
    run: (command, args, options) => run(command, args, { ...options, env: { ...env, ...options?.env } }),
  };
  const ctx = { ...contextIn(home), system: { ...system, processes } };
  return {
    home,
    engine,
    registry,
    ctx,
    image,
    env,
    prepare: async (name, changes = {}) => {
      const record = imageRecord({ image: image(name).pinned, ...changes });
      return (await prepareImage({ record }, ctx)).id;
    },
    start: (id, { env: more } = {}) => {
      const all = { ...env, ...more };
      assertContained(home.project, all);
      const options = { cwd: home.project, env: all, stdio: 'pipe' } as const;
      const child = spawn(process.execPath, [MCPFORM, 'exec', id], options);
      started.push(child);
      return child;
    },
    killAll: () => {
      for (const child of started.splice(0)) child.kill('SIGKILL');
    },
    removeTemporary: async () => {
      await rm(tmp, { recursive: true });
      await mkdir(tmp);
    },
    remove: async () => {
      await registry.stop();
      await engine.stop();
      await home.remove();
    },
  };
}

/** What is there of launches: containers, reapers and temporary folders. */
export async function remainsIn({ engine, home }: ImageWorld): Promise<readonly string[]> {
  const { body } = await engine.ask('GET', '/containers/json?all=1');
  const containers = (body as { Names: string[]; State: string }[]).map(
    ({ Names, State }) => `${Names} ${State}`,
  );
  return [
    ...containers,
    ...reapersOf(home).map((pid) => `reaper ${pid}`),
    ...readdirSync(join(home.folder, 'tmp')),
  ];
}

/** The reapers of launches in this home. */
function reapersOf(home: Home): readonly number[] {
  return processes()
    .filter(({ line }) => line.includes('mcpform-reaper') && line.includes(home.folder))
    .map(({ pid }) => pid);
}

export function reaperOf(home: Home): number | undefined {
  return reapersOf(home)[0];
}

export function processes(): readonly { readonly pid: number; readonly line: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => ({ pid: Number(pid), line: lineOf(Number(pid)) }));
}

export function lineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/** Number of the `docker` that a launcher runs; null while there is none. */
export function dockerOf(launcher: number): number | null {
  try {
    const children = readFileSync(`/proc/${launcher}/task/${launcher}/children`, 'utf8').trim().split(' ');
    return children.map(Number).find((pid) => /docker (?:container )?run /.test(lineOf(pid))) ?? null;
  } catch {
    return null;
  }
}

/** Asks until it holds, at most so long. */
export async function until<Value>(
  ask: () => Value | null | false | undefined | Promise<Value | null | false | undefined>,
  { withinMs = 20_000, what = 'it' } = {},
): Promise<Value> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const value = await ask();
    if (value !== null && value !== false && value !== undefined) return value;
    if (performance.now() > deadline) throw new Error(`${what} did not come within ${withinMs} ms`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

/** Waits until nothing is left; gives what stayed. */
export async function settled(world: ImageWorld, withinMs = 30_000): Promise<readonly string[]> {
  let left: readonly string[] = [];
  const look = async (): Promise<boolean> => {
    left = await remainsIn(world);
    return left.length === 0;
  };
  await until(look, { withinMs }).catch(() => undefined);
  return left;
}

export const exitOf = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
};
