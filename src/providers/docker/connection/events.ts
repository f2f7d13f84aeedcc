import { isJsonObject, type Json } from '../../../model/json.ts';
import { type Call, type Caller, open } from './call.ts';
import { startDeadline } from './deadline.ts';
import { noAnswer } from './no-answer.ts';
import { readJsonLines } from './read-answer.ts';

/** Something that an engine says it did. */
export interface EngineEvent {
  readonly kind: 'container' | 'network' | 'volume';
  /** `die`, `destroy`, `disconnect`, `health_status: unhealthy`. */
  readonly action: string;
  /** Of a volume, its name. */
  readonly id: string;
  /** Of a container its labels, too, and `name`; of a network `name`, and which `container` it is about. */
  readonly attributes: Readonly<Record<string, string>>;
}

const KINDS = ['container', 'network', 'volume'] as const;

/** Not among them: `exec_*`, of which each check of health makes three, and what only looks. */
const ACTIONS = [
  'create',
  'start',
  'die',
  'stop',
  'kill',
  'oom',
  'pause',
  'unpause',
  'rename',
  'update',
  'health_status',
  'connect',
  'disconnect',
  'destroy',
  'remove',
] as const;

/**
 * What happens on an engine from now on, of whomever, until the engine or `signal` ends it. Resolves when nothing is
 * missed any more. Engines keep a few hundred events and none over a restart, so whoever comes late must look around.
 */
export async function listenForEvents(
  caller: Caller,
  signal: AbortSignal,
): Promise<AsyncGenerator<EngineEvent, void, void>> {
  const request: Call = {
    operation: 'read',
    doing: 'tell what happens',
    method: 'GET',
    path: '/events',
    query: { filters: JSON.stringify({ type: KINDS, ...(caller.isPodman ? {} : { event: ACTIONS }) }) },
    timeoutMs: Number.POSITIVE_INFINITY,
    isLong: true,
  };
  const deadline = startDeadline(caller.clock, request.timeoutMs, [signal]);
  const answer = await open(caller, request, deadline).catch((error: unknown) => {
    deadline.end();
    throw noAnswer(error, { caller, request, deadline });
  });
  return (async function* () {
    try {
      for await (const line of readJsonLines(answer)) {
        const event = toEvent(line as Json);
        if (event !== null) yield event;
      }
    } catch (error) {
      throw noAnswer(error, { caller, request, deadline });
    } finally {
      answer.close();
      deadline.end();
    }
  })();
}

/** Docker and Podman write both an old form and this one. */
function toEvent(line: Json): EngineEvent | null {
  if (!isJsonObject(line)) return null;
  const { Type, Action, Actor } = line;
  const kind = KINDS.find((each) => each === Type);
  if (kind === undefined || typeof Action !== 'string' || !isJsonObject(Actor ?? null)) return null;
  const { ID, Attributes } = Actor as Readonly<Record<string, Json>>;
  // Podman cannot be asked for some alone.
  if (typeof ID !== 'string' || !ACTIONS.some((each) => Action.startsWith(each))) return null;
  const attributes = isJsonObject(Attributes ?? null) ? (Attributes as Record<string, Json>) : {};
  return {
    kind,
    action: Action,
    id: ID,
    attributes: Object.fromEntries(
      Object.entries(attributes).flatMap(([name, value]) =>
        typeof value === 'string' ? [[name, value]] : [],
      ),
    ),
  };
}
