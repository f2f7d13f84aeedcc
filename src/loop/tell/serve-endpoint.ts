import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Listener, ListenPlace, ServedAnswer, ServedRequest } from '../../model/system.ts';
import { takeSocket } from '../wake/take-socket.ts';
import type { Endpoint } from './endpoint.ts';

export interface ServeSettings {
  /** A socket that only this user can open, or a port of loopback, which every user of the machine can ask. */
  readonly place: ListenPlace;
  /** Names by which a proxy before it passes requests on, beside those of loopback. */
  readonly hosts?: readonly string[];
}

/** Nobody who monitors asks more at once, or has anything to say. */
const LIMITS = { maxConnections: 16, maxBodyBytes: 1024, requestMs: 5000 };
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** Has `/metrics` and `/healthz` answered. Throws LOOP_SOCKET where it cannot listen. */
export async function serveEndpoint(
  endpoint: Endpoint,
  settings: ServeSettings,
  ctx: Pick<Context, 'system'>,
): Promise<Listener> {
  const { place } = settings;
  const answer = async (request: ServedRequest): Promise<ServedAnswer> =>
    isWelcome(request, settings) ? endpoint.answer(request.method, request.target) : { status: 403 };
  const begin = async (): Promise<Listener> => {
    const { network } = ctx.system;
    if (network.serve === undefined) throw new Error('nobody may be listened to here');
    return await network.serve(place, { ...LIMITS, answer });
  };
  try {
    return place.kind === 'unix' ? await takeSocket(place.path, begin, ctx) : await begin();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error) || error instanceof McpformError) throw error;
    const where = place.kind === 'unix' ? `socket "${place.path}"` : `port ${place.port} of loopback`;
    throw new McpformError('LOOP_SOCKET', `cannot listen for monitors at ${where} (${error.code})`, {
      hint: 'see who listens there, or name another place',
      cause: error,
    });
  }
}

/** A page in a browser of this machine can send requests to loopback, under a name that leads here. */
function isWelcome({ headers }: ServedRequest, { place, hosts = [] }: ServeSettings): boolean {
  if (headers['origin'] !== undefined) return false;
  const host = (headers['host'] ?? '').toLowerCase().replace(/:\d+$/, '');
  return place.kind === 'unix' || [...LOOPBACK, ...hosts].includes(host);
}
