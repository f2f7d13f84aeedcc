import { createHash } from 'node:crypto';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { SecretValue } from '../../model/secret.ts';
import type { Listener, ListenPlace, ServedAnswer, ServedRequest } from '../../model/system.ts';
import type { Wake, WakeSource } from '../model.ts';
import { takeSocket } from './take-socket.ts';
import { isProven } from './webhook-proof.ts';

export interface WebhookSettings {
  readonly place: ListenPlace;
  readonly secret: SecretValue;
  /** Names by which others may reach it, beside those of loopback: what a proxy before it passes on. */
  readonly hosts?: readonly string[];
}

export interface Webhook extends WakeSource {
  /** Of loopback, the port it listens at, once it is started. */
  port(): number;
}

const LIMITS = { maxConnections: 64, maxBodyBytes: 1024 * 1024, requestMs: 10_000 };
const PATH = '/webhook';
/** So many deliveries are remembered: one that comes again wakes nobody. */
const MOST_REMEMBERED = 1_000;
/** Between two wakes. */
const GAP_MS = 1_000;
const MAX_ID_LENGTH = 100;
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Takes the deliveries of a Git host, on loopback or a Unix socket. All that whoever knows the secret can do with it is
 * have us look at the source, at most once a second; whoever does not learns a status. Does not start (LOOP_SOCKET) where
 * it cannot listen.
 */
export function webhookWakes(settings: WebhookSettings, ctx: Pick<Context, 'system'>): Webhook {
  const closing = new AbortController();
  let listener: Listener | null = null;
  const seen = new Set<string>();
  return {
    start: async (onWake) => {
      const offer = slowly(onWake, ctx, closing.signal);
      const answer = async (request: ServedRequest): Promise<ServedAnswer> => {
        const status = statusFor(request, settings);
        if (status !== ACCEPTED) return { status };
        const delivery = deliveryOf(request);
        if (!seen.has(delivery)) offer({ kind: 'webhook', delivery });
        remember(seen, delivery);
        return { status };
      };
      listener = await serve(settings.place, answer, ctx);
    },
    port: () => listener?.port ?? 0,
    settle: async () => undefined,
    close: async () => {
      closing.abort();
      await listener?.close();
    },
  };
}

const ACCEPTED = 202;

function statusFor(request: ServedRequest, { place, secret, hosts = [] }: WebhookSettings): number {
  const { method, target, headers } = request;
  // A page in a browser of this machine can send requests here, under a name that leads here.
  if (headers['origin'] !== undefined) return 403;
  const host = (headers['host'] ?? '').toLowerCase().replace(/:\d+$/, '');
  if (place.kind === 'loopback' && ![...LOOPBACK, ...hosts].includes(host)) return 403;
  if (target.split('?')[0] !== PATH) return 404;
  if (method !== 'POST') return 405;
  return isProven(request, secret) ? ACCEPTED : 401;
}

/** As the host calls it; a name that is none, or is missing, is made of the body. */
function deliveryOf({ headers, body }: ServedRequest): string {
  const given =
    headers['x-github-delivery'] ??
    headers['x-gitea-delivery'] ??
    headers['x-gitlab-event-uuid'] ??
    headers['x-request-uuid'] ??
    '';
  if (given.length <= MAX_ID_LENGTH && /^[\w-]+$/.test(given)) return given;
  return createHash('sha256').update(body).digest('hex').slice(0, 32);
}

function remember(seen: Set<string>, delivery: string): void {
  seen.delete(delivery);
  seen.add(delivery);
  for (const oldest of seen) {
    if (seen.size <= MOST_REMEMBERED) return;
    seen.delete(oldest);
  }
}

/** The first at once; of those that come soon after it only the last, once it is time. */
function slowly(
  onWake: (wake: Wake) => void,
  { system: { clock } }: Pick<Context, 'system'>,
  signal: AbortSignal,
): (wake: Wake) => void {
  let next: Wake | null = null;
  let isResting = false;
  const rest = async (): Promise<void> => {
    isResting = true;
    for (; next !== null; await clock.sleep(GAP_MS, signal)) {
      const wake = next;
      next = null;
      onWake(wake);
    }
    isResting = false;
  };
  return (wake) => {
    next = wake;
    // It only rejects when it was closed.
    if (!isResting) rest().catch(() => undefined);
  };
}

async function serve(
  place: ListenPlace,
  answer: (request: ServedRequest) => Promise<ServedAnswer>,
  ctx: Pick<Context, 'system'>,
): Promise<Listener> {
  const { network } = ctx.system;
  const begin = async (): Promise<Listener> => {
    if (network.serve === undefined) throw new Error('nobody may be listened to here');
    return await network.serve(place, { ...LIMITS, answer });
  };
  try {
    return place.kind === 'unix' ? await takeSocket(place.path, begin, ctx) : await begin();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    const where = place.kind === 'unix' ? `socket "${place.path}"` : `port ${place.port} of loopback`;
    throw new McpformError('LOOP_SOCKET', `cannot listen for webhooks at ${where} (${error.code})`, {
      hint: 'see who listens there, or name another place',
      cause: error,
    });
  }
}
