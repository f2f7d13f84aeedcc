import type { RunningEngine } from '../../support/engine-run.ts';
import { MCPFORM, type McpformOptions } from '../../support/mcpform.ts';
import { type Ran, run } from '../../support/run.ts';
import type { StackWorld } from './stack-world.ts';

/**
 * Runs the built program where the engine runs: both see the same folders in memory, as on a machine with one engine,
 * and what is in there goes with the engine's bed.
 */
export function mcpformInside(
  { engine, home, env }: Pick<StackWorld, 'engine' | 'home' | 'env'>,
  args: readonly string[],
  { env: more, killAfterMs, ...options }: McpformOptions & { readonly killAfterMs?: number } = {},
): Promise<Ran> {
  const enter = [...engine.inside, 'sh', '-c', 'cd "$0" && exec "$@"', home.project];
  // Who is killed from outside is what entered, and not what it started.
  const kill = killAfterMs === undefined ? [] : ['timeout', '--signal=KILL', String(killAfterMs / 1000)];
  const [program = '', ...rest] = [...enter, ...kill, process.execPath, MCPFORM, ...args];
  return run(program, rest, {
    cwd: home.project,
    timeoutMs: 200_000,
    ...options,
    env: { ...env, ...more },
  });
}

/** What a command prints there; empty when it fails. */
export async function insideBed(
  { engine, home, env }: { engine: RunningEngine } & Pick<StackWorld, 'home' | 'env'>,
  command: readonly string[],
): Promise<string> {
  const [program = '', ...args] = [...engine.inside, ...command];
  return (await run(program, args, { cwd: home.project, env })).stdout.trim();
}
