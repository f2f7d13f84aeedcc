import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Finding } from '../../model/finding.ts';
import { inParallel } from '../../model/in-parallel.ts';
import type { ContainerUse, StatsReport } from '../../model/running.ts';
import type { OpenEngine } from './engines.ts';
import { type Found, type FoundContainer, findContainers } from './find-containers.ts';
import { measure, NOT_MEASURED } from './measure.ts';
import type { ServicePlace, Whereabouts } from './whereabouts.ts';

/** An engine takes a second or two for each, and almost all of it is waiting. */
const AT_ONCE = 50;

/** One look at the containers of a stack, or of one of its servers. An engine that does not answer is a finding. */
export async function takeStats(
  where: Whereabouts,
  server: string | null,
  open: OpenEngine,
  ctx: Context,
): Promise<{ readonly report: StatsReport; readonly found: Found }> {
  const found = await findContainers(where, server, open, ctx);
  const uses = await inParallel(found.containers, AT_ONCE, lookAt);
  const containers = [...uses, ...found.gone.map(goneFrom)].sort(byServer);
  const findings = [...found.unavailable.values()].map(asWarning);
  const now = new Date(ctx.system.clock.now()).toISOString();
  return { report: { formatVersion: '1.0', stack: where.stack, now, containers, findings }, found };
}

async function lookAt({ connection, ...container }: FoundContainer): Promise<ContainerUse> {
  const { id } = container;
  let shown: ContainerUse = { ...container, ...NOT_MEASURED };
  try {
    const info = await connection.inspectContainer(id);
    // It went while we looked.
    if (info === null) return { ...shown, state: 'gone' };
    const state = info.State.Status;
    const health = info.State.Health?.Status;
    shown = { ...shown, state, ...(isSaid(health) ? { health } : {}) };
    if (state !== 'running') return shown;
    return { ...shown, ...measure(await connection.stats(id), info) };
  } catch (error) {
    // One that ends just now, or hangs in its engine, says nothing about the others.
    if (!(error instanceof McpformError)) throw error;
    return shown;
  }
}

/** Where there is no check, engines say so in several ways. */
function isSaid(health: string | undefined): health is string {
  return health !== undefined && health !== '' && health !== 'none';
}

function goneFrom({ server, engine, name }: ServicePlace): ContainerUse {
  return { server, kind: 'service', engine, id: null, name, state: 'gone', ...NOT_MEASURED };
}

function byServer(a: ContainerUse, b: ContainerUse): number {
  const [x, y] = [`${a.server}\n${a.name}`, `${b.server}\n${b.name}`];
  return x === y ? 0 : x < y ? -1 : 1;
}

function asWarning({ code, message, hint }: McpformError): Finding {
  return { code, severity: 'warning', message, ...(hint === undefined ? {} : { hint }) };
}
