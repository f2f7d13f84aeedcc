import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '../../../src/model/json.ts';
import type { Plan } from '../../../src/model/plan.ts';
import type { RunningEngine } from '../../support/engine-run.ts';
import { type McpImage, mcpImage } from '../../support/mcp-image.ts';
import { type PushedImage, pushMcpImage } from '../../support/mcp-image-place.ts';
import { type McpformOptions, mcpform } from '../../support/mcpform.ts';
import { type RealRegistry, startRegistry } from '../../support/registry.ts';
import type { Ran } from '../../support/run.ts';
import { type Home, throwawayHome } from '../../support/throwaway-home.ts';
import { readJson, writeFiles } from '../../support/world.ts';
import { planLines } from './plan-lines.ts';

/** A home with one stack, a real engine and a real registry with the image that starts fastest. */
export interface StackWorld<Engine extends RunningEngine = RunningEngine> {
  readonly home: Home;
  readonly engine: Engine;
  readonly registry: RealRegistry;
  readonly busybox: PushedImage;
  readonly env: Readonly<Record<string, string>>;
  readonly push: (image: McpImage) => Promise<PushedImage>;
  /** The manifest, without what all have. */
  readonly write: (stack: JsonObject) => Promise<void>;
  readonly run: (args: readonly string[], options?: McpformOptions) => Promise<Ran>;
  /** The same, and it must end so. */
  readonly expectExit: (exitCode: number, args: readonly string[], options?: McpformOptions) => Promise<Ran>;
  readonly plan: (...flags: readonly string[]) => Promise<Plan>;
  /** What the next plan would do, a line for each step; empty when that is nothing. */
  readonly planned: (...flags: readonly string[]) => Promise<readonly string[]>;
  /** Applied, after which nothing is left to be done. */
  readonly converge: (...flags: readonly string[]) => Promise<Ran>;
  /** All containers of the engine, by name: what state they are in. */
  readonly containers: () => Promise<Readonly<Record<string, string>>>;
  /** The client's entries by name. */
  readonly entries: () => Promise<JsonObject>;
  /** A new home, an engine without any container, network or volume: for the next test. */
  readonly reset: () => Promise<void>;
  readonly remove: () => Promise<void>;
}

/** `start` gets the registry's host, for engines that have to be told about it. */
export async function makeStackWorld<Engine extends RunningEngine>(
  start: (registry: string) => Promise<Engine>,
): Promise<StackWorld<Engine>> {
  const home = await throwawayHome();
  const registry = await startRegistry();
  const engine = await start(registry.host);
  const busybox = await pushMcpImage(registry, mcpImage('busybox'));
  const tmp = join(home.folder, 'tmp');
  await mkdir(tmp);
  const env = { ...home.env, ...engine.env, PATH: `${engine.env['PATH']}:${home.env['PATH']}`, TMPDIR: tmp };

  const run: StackWorld['run'] = (args, { env: more, ...options } = {}) =>
    mcpform(args, home, { timeoutMs: 200_000, ...options, env: { ...env, ...more } });
  const expectExit: StackWorld['expectExit'] = async (exitCode, args, options) => {
    const ran = await run(args, options);
    if (ran.exitCode !== exitCode) throw new Error(unexpected(exitCode, args, ran));
    return ran;
  };
  const plan: StackWorld['plan'] = async (...flags) => {
    const ran = await run(['plan', '--json', ...flags]);
    if (!ran.stdout.startsWith('{')) throw new Error(unexpected(0, ['plan'], ran));
    return JSON.parse(ran.stdout);
  };
  return {
    home,
    engine,
    registry,
    busybox,
    env,
    push: (image) => pushMcpImage(registry, image),
    write: (stack) =>
      writeFiles(home.project, {
        'mcp.yaml': { apiVersion: 'mcpform/v1', kind: 'Stack', name: 'tools', ...stack },
      }),
    run,
    expectExit,
    plan,
    planned: async (...flags) => planLines(await plan(...flags)),
    converge: async (...flags) => {
      const applied = await expectExit(0, ['apply', '--auto-approve', '--no-settle', ...flags]);
      await expectExit(0, ['plan', '--detailed-exitcode']);
      return applied;
    },
    containers: () => containersOf(engine),
    entries: async () => {
      const { mcpServers } = await readJson(join(home.folder, '.claude.json')).catch((): JsonObject => ({}));
      return (mcpServers ?? {}) as JsonObject;
    },
    reset: async () => {
      await removeObjects(engine);
      for (const name of await readdir(home.folder)) {
        if (name !== 'project' && name !== 'tmp') await rm(join(home.folder, name), { recursive: true });
      }
      for (const name of await readdir(home.project)) await rm(join(home.project, name), { recursive: true });
    },
    remove: async () => {
      await engine.stop();
      await registry.stop();
      await home.remove();
    },
  };
}

/** Not by `expect`: scripts use this, too. */
function unexpected(wanted: number, args: readonly string[], { exitCode, stdout, stderr }: Ran): string {
  return `mcpform ${args.join(' ')}: exit ${exitCode}, not ${wanted}\n${stdout}${stderr}`;
}

/** As engines want it: none takes both a tag and a digest everywhere. */
export function byDigest({ pinned }: Pick<PushedImage, 'pinned'>): string {
  return pinned.replace(/:[^:@]*(?=@)/, '');
}

export async function containersOf(engine: RunningEngine): Promise<Readonly<Record<string, string>>> {
  const { body } = await engine.ask('GET', '/containers/json?all=1');
  const containers = body as readonly { readonly Names: readonly string[]; readonly State: string }[];
  return Object.fromEntries(
    containers.map(({ Names, State }) => [Names.join().replace(/^\//, ''), State] as const).sort(),
  );
}

/** Everything that people and programs made on it, but for images. */
export async function removeObjects(engine: RunningEngine): Promise<void> {
  const ids = async (...list: readonly string[]): Promise<readonly string[]> =>
    (await engine.docker([...list, '--quiet'])).split('\n').filter((id) => id !== '');
  const containers = await ids('ps', '--all');
  if (containers.length > 0) await engine.docker(['rm', '--force', '--volumes', ...containers]);
  const networks = (await engine.docker(['network', 'ls', '--format={{.Name}}']))
    .split('\n')
    .filter((name) => name !== '' && !PREDEFINED.has(name));
  if (networks.length > 0) await engine.docker(['network', 'rm', ...networks]);
  const volumes = await ids('volume', 'ls');
  if (volumes.length > 0) await engine.docker(['volume', 'rm', ...volumes]);
}

/** Podman knows no filter for them, and makes one of its own. */
const PREDEFINED: ReadonlySet<string> = new Set(['bridge', 'host', 'none', 'podman']);
