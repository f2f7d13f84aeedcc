import { LABEL_PREFIX } from '../../model/container.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { RunningContainer } from '../../model/running.ts';
import type { ContainerSummary } from '../../providers/docker/api.ts';
import type { Engine } from '../../providers/docker/engine.ts';
import type { OpenEngine } from './engines.ts';
import type { ServicePlace, SessionPlace, Whereabouts } from './whereabouts.ts';

/** A container of ours, and who can be asked about it. */
export interface FoundContainer extends RunningContainer {
  readonly connection: Engine;
  /** The engine's word. */
  readonly state: string;
}

export interface Found {
  /** By server, then by name. */
  readonly containers: readonly FoundContainer[];
  /** In the books, and gone from an engine that answered. */
  readonly gone: readonly ServicePlace[];
  /** By the name of the engine: why it could not be asked. */
  readonly unavailable: ReadonlyMap<string, McpformError>;
}

/**
 * The containers of a stack, or of one of its servers: services in any state, by the id that the books have or by name
 * and label; of sessions those that run, by the labels of this machine's launches. An engine where nothing of ours
 * could be is not asked.
 */
export async function findContainers(
  where: Whereabouts,
  server: string | null,
  open: OpenEngine,
  ctx: Context,
): Promise<Found> {
  const isWanted = (each: { readonly server: string }): boolean => server === null || each.server === server;
  const services = where.services.filter(isWanted);
  const sessions = where.sessions.filter(isWanted);
  const names = new Set([...services, ...sessions].map(({ engine }) => engine));
  const { machineId } = await ctx.system.processes.identity();
  const unavailable = new Map<string, McpformError>();
  const found = await Promise.all(
    [...names].map(async (engine) => {
      const there = { services: services.filter(isOn(engine)), sessions: sessions.filter(isOn(engine)) };
      try {
        const connection = await open(engine);
        const all = await connection.listContainers();
        return match(all, { ...where, ...there, connection, machineId });
      } catch (error) {
        if (!(error instanceof McpformError)) throw error;
        unavailable.set(engine, error);
        return { containers: [], gone: [] };
      }
    }),
  );
  return {
    containers: found.flatMap(({ containers }) => containers).sort(byServer),
    gone: found.flatMap(({ gone }) => gone),
    unavailable,
  };
}

const isOn =
  (engine: string) =>
  (each: { readonly engine: string }): boolean =>
    each.engine === engine;

function byServer(a: FoundContainer, b: FoundContainer): number {
  const [x, y] = [`${a.server}\n${a.name}`, `${b.server}\n${b.name}`];
  return x === y ? 0 : x < y ? -1 : 1;
}

interface There extends Whereabouts {
  readonly connection: Engine;
  readonly machineId: string;
}

function match(all: readonly ContainerSummary[], there: There): Omit<Found, 'unavailable'> {
  const containers: FoundContainer[] = [];
  const gone: ServicePlace[] = [];
  for (const service of there.services) {
    const summary = serviceAmong(all, service, there.stack);
    if (summary !== undefined)
      containers.push(foundFrom(summary, { server: service.server, kind: 'service' }, there));
    else if (service.id !== null) gone.push(service);
  }
  for (const session of there.sessions) {
    const own = all.filter((each) => isSessionOf(each, session, there));
    containers.push(
      ...own.map((each) => foundFrom(each, { server: session.server, kind: 'session' }, there)),
    );
  }
  return { containers, gone };
}

/** Somebody may have made another one under its name, which is not ours. */
function serviceAmong(
  all: readonly ContainerSummary[],
  { id, name }: ServicePlace,
  stack: string,
): ContainerSummary | undefined {
  return (
    all.find((each) => each.Id === id) ??
    all.find((each) => nameOf(each) === name && labelOf(each, 'stack') === stack)
  );
}

function isSessionOf(
  each: ContainerSummary,
  { server }: SessionPlace,
  { stack, launches, machineId }: There,
): boolean {
  if (each.State !== 'running' && each.State !== 'paused') return false;
  const launch = labelOf(each, 'launch');
  if (launch === undefined || labelOf(each, 'server') !== server) return false;
  if (launch === 'direct') return labelOf(each, 'stack') === stack;
  return launches.has(launch) && labelOf(each, 'machine') === machineId;
}

function foundFrom(
  summary: ContainerSummary,
  what: Pick<RunningContainer, 'server' | 'kind'>,
  { connection }: There,
): FoundContainer {
  const { Id: id, State: state = '' } = summary;
  return { ...what, engine: connection.name, id, name: nameOf(summary), connection, state };
}

function nameOf({ Names }: ContainerSummary): string {
  // Links give it further names, with slashes in them.
  const names = (Names ?? []).map((name) => name.replace(/^\//, ''));
  return names.find((name) => !name.includes('/')) ?? '';
}

function labelOf({ Labels }: ContainerSummary, name: string): string | undefined {
  return Labels?.[`${LABEL_PREFIX}${name}`];
}
