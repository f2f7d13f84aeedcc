import { version } from '../engine/version.ts';
import { createConceal } from '../formats/conceal.ts';
import { concealBug, concealError } from '../formats/conceal-error.ts';
import { looksLikeSecret } from '../formats/redact.ts';
import type { Found } from '../launch/exec.ts';
import { hashStore, tampered } from '../launch/hash-store.ts';
import { findDocker } from '../launch/image/find-docker.ts';
import { whyNotRun as askWhyNotRun } from '../launch/image/why-not-run.ts';
import { restoreStore } from '../launch/restore-store.ts';
import type { Code } from '../model/codes.ts';
import { McpformError } from '../model/error.ts';
import type { ImageLaunchRecord } from '../model/launch.ts';
import type { Processes } from '../model/system.ts';
import { renderBug } from '../report/bug.ts';
import { renderFailure } from '../report/failure.ts';
import { realSystem } from '../system/real.ts';
import { makeContext } from './context.ts';

// What `mcpform exec` needs when something is not as it should be: hashes, the network, and words.

/**
 * Makes sure of what the cheap look at a store could not say. Throws LAUNCH_TAMPERED when a file is not what was
 * reviewed. A store that is gone is installed again, and must come out the same.
 */
export async function settleStore({ id, file, store, look }: Found): Promise<void> {
  if (look === 'gone') return await reinstall(id);
  const hashed = hashStore(store, file.content);
  if (hashed.kind === 'tampered') throw tampered(file.record.pin.package, file.content, hashed);
}

async function reinstall(id: string): Promise<void> {
  const ctx = await makeContext({
    touches: 'write',
    needsLastingKey: false,
    stateDir: undefined,
    cwd: process.cwd(),
    env: process.env,
    // A client that gives up ends us with a signal; what is left is swept by the next installation.
    signal: new AbortController().signal,
    emit: () => {},
    conceal: createConceal(),
  });
  await restoreStore(id, ctx);
}

/** Asks the engine why `docker run` did not run it. */
export async function whyNotRun(
  record: ImageLaunchRecord,
  exitCode: number | null,
  env: NodeJS.ProcessEnv,
): Promise<McpformError> {
  const system = realSystem();
  const docker = findDocker(env);
  const { run } = system.processes;
  const processes = { ...system.processes, run: (_: string, ...rest: Tail) => run(docker, ...rest) };
  return await askWhyNotRun(record, exitCode, { system: { ...system, processes } });
}

type Tail = [args: readonly string[], options?: Parameters<Processes['run']>[2]];

/**
 * The failure as one block of text, without the secrets of the environment and `secrets`, those that were resolved.
 * `exec.cjs` has its own copy of the error class, so it is known by its name.
 */
export function describe(error: unknown, secrets: readonly string[] = []): string {
  const conceal = createConceal();
  for (const value of [...secrets, ...secretsIn(process.env)]) conceal.add(value);
  if (!(error instanceof Error) || error.name !== 'McpformError') {
    return conceal.conceal(renderBug(concealBug(error, conceal), version));
  }
  const { code, message, hint } = error as Error & { code: Code; hint?: string };
  const failure = new McpformError(code, message, hint === undefined ? {} : { hint });
  const shown = concealError(failure, conceal);
  return conceal.conceal(renderFailure(shown, { color: false, width: 100, cwd: process.cwd() }));
}

/** Clients hand servers their keys there. */
function secretsIn(env: NodeJS.ProcessEnv): readonly string[] {
  return Object.entries(env).flatMap(([name, value = '']) =>
    value.length >= 8 && looksLikeSecret(name, value) !== null ? [value] : [],
  );
}
