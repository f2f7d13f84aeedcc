import { hasImageLaunches } from '../launch/has-image-launches.ts';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import type { Finding } from '../model/finding.ts';
import type { Manifest } from '../model/manifest.ts';
import type { LeftContainer } from '../model/sweep.ts';
import type { Processes } from '../model/system.ts';

export interface Leaked {
  /** Null: nobody was asked, or nobody answered. */
  readonly leaked: readonly LeftContainer[] | null;
  readonly findings: readonly Finding[];
}

const PATIENCE_MS = 2000;

/**
 * What is left behind on the engine, if it answers soon. Nobody is asked where neither the manifest has images nor an
 * apply of this user has prepared one: most machines without them have no engine.
 */
export async function leakedInTime({ servers }: Pick<Manifest, 'servers'>, ctx: Context): Promise<Leaked> {
  const isNeeded = servers.some(({ runtime: { kind } }) => kind === 'image') || (await hasImageLaunches(ctx));
  if (!isNeeded) return { leaked: null, findings: [] };
  const { clock } = ctx.system;
  const asked = new AbortController();
  const tooLate = clock.sleep(PATIENCE_MS, asked.signal).then(
    () => unknownBecause(late()),
    () => unknownBecause(late()),
  );
  try {
    return await Promise.race([ask(ctx), tooLate]);
  } finally {
    asked.abort();
  }
}

async function ask(ctx: Context): Promise<Leaked> {
  const { findLeaked } = await import('./sweep.ts');
  try {
    return { leaked: await findLeaked(inTime(ctx)), findings: [] };
  } catch (error) {
    if (error instanceof McpformError)
      return unknownBecause(error.code === 'ENGINE_TIMEOUT' ? late() : error);
    throw error;
  }
}

/** Ends the programs that are asked when nobody waits for them any more. */
function inTime(ctx: Context): Context {
  const { clock, processes } = ctx.system;
  const endMs = clock.monotonic() + PATIENCE_MS;
  const run: Processes['run'] = (command, args, options = {}) => {
    const leftMs = Math.max(1, Math.ceil(endMs - clock.monotonic()));
    return processes.run(command, args, {
      ...options,
      timeoutMs: Math.min(options.timeoutMs ?? leftMs, leftMs),
    });
  };
  return { ...ctx, system: { ...ctx.system, processes: { ...processes, run } } };
}

function late(): McpformError {
  return new McpformError(
    'ENGINE_TIMEOUT',
    `the container engine did not answer within ${PATIENCE_MS / 1000} s`,
    {
      hint: 'see whether `docker ps` answers',
    },
  );
}

function unknownBecause({ code, message, hint }: McpformError): Leaked {
  const finding: Finding = {
    code,
    severity: 'warning',
    message: `containers that are left behind are not known: ${message}`,
    ...(hint === undefined ? {} : { hint }),
  };
  return { leaked: null, findings: [finding] };
}
