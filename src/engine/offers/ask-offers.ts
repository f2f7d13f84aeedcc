import { isOfferName } from '../../lock/offer-name.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Failure } from '../../model/event.ts';
import type { Health, HealthTarget, Offer } from '../../model/health.ts';
import { inParallel } from '../../model/in-parallel.ts';
import type { Inventory } from '../../model/inventory.ts';
import type { OfferPin } from '../../model/lock.ts';
import type { Plan } from '../../model/plan.ts';
import type { Rendered, World } from '../observe.ts';

/** What came of asking one server. */
export type Asked =
  | { readonly kind: 'told'; readonly offer: OfferPin }
  | { readonly kind: 'failed'; readonly error: Failure }
  /** Nothing was started: no entry of it is here as it is declared, and applied by this machine. */
  | { readonly kind: 'not-applied' };

export interface AskRequest {
  readonly servers: readonly string[];
  readonly timeoutMs: number;
}

/** What this machine applied, as `preview` found it. */
export interface Applied {
  readonly plan: Pick<Plan, 'unchanged'>;
  readonly world: World;
  readonly inventory: Inventory | null;
}

/** Each is a program, or a connection to one, and a machine is busy with few of them. */
const PARALLEL = 4;

/**
 * Greets each server as its client would, and asks what it offers. Only what was applied on this machine, and is still
 * as it was then, is started: neither a manifest nor an entry in a file that came with a repository is enough. By the
 * server's name.
 */
export async function askOffers(
  { servers, timeoutMs }: AskRequest,
  applied: Applied,
  ctx: Context,
): Promise<ReadonlyMap<string, Asked>> {
  const asked = new Map<string, Asked>();
  await inParallel(servers, PARALLEL, async (server) => {
    asked.set(server, await askOne(server, timeoutMs, applied, ctx));
  });
  ctx.signal.throwIfAborted();
  return asked;
}

async function askOne(server: string, timeoutMs: number, applied: Applied, ctx: Context): Promise<Asked> {
  try {
    const target = await targetOf(server, applied, ctx);
    if (target === null) return { kind: 'not-applied' };
    const { shakeHands } = await import('../../health/shake-hands.ts');
    const health = await shakeHands(target, { timeoutMs, lists: true, digests: true }, ctx);
    return read(server, health);
  } catch (error) {
    if (!(error instanceof McpformError)) throw error;
    const { code, message, hint } = error;
    return { kind: 'failed', error: { code, message, ...(hint === undefined ? {} : { hint }) } };
  }
}

/** By the first of its entries that may be started; all of them are of one server. */
async function targetOf(server: string, applied: Applied, ctx: Context): Promise<HealthTarget | null> {
  for (const resource of applied.world.rendered) {
    if (resource.desired.server !== server || !isApplied(resource, applied)) continue;
    const { providers, observations, objects } = applied.world;
    const { desired, attributes, place } = resource;
    const observed = objects.get(place.key)?.attributes;
    const observation = observations.get(desired.provider);
    if (desired.kind !== 'entry' || observed === undefined || observation === undefined) continue;
    const filled = (desired.fills ?? []).map(({ pointer }) => pointer);
    const entry = { server, target: desired.target, observed, declared: attributes, filled };
    const target = await providers.get(desired.provider)?.reach?.(entry, observation, ctx);
    if (target !== undefined && target !== null) return target;
  }
  return null;
}

function isApplied({ desired }: Rendered, { plan, inventory }: Applied): boolean {
  const known = inventory?.entries[desired.address];
  return plan.unchanged.includes(desired.address) && known?.launchDigest === desired.launchDigest;
}

function read(server: string, { state, failure, instructions, tools, prompts }: Health): Asked {
  if (failure !== undefined || state !== 'healthy') {
    if (failure === undefined) throw new Error(`server "${server}" is ${state}, and nothing says why`);
    return { kind: 'failed', error: failure };
  }
  const offer: OfferPin = {
    ...(instructions === undefined ? {} : { instructions }),
    tools: digestsOf(tools),
    prompts: digestsOf(prompts),
  };
  const odd = [...Object.keys(offer.tools), ...Object.keys(offer.prompts)].find((name) => !isOfferName(name));
  if (odd === undefined) return { kind: 'told', offer };
  const message = `server "${server}" has a tool or a prompt whose name no lock can hold: ${JSON.stringify(odd.slice(0, 80))}`;
  return {
    kind: 'failed',
    error: { code: 'HEALTH_NOT_MCP', message, hint: 'tell whoever makes the server' },
  };
}

function digestsOf(offer: Offer | undefined): OfferPin['tools'] {
  return offer?.digests ?? {};
}
