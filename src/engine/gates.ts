import { serviceUrl } from '../graph/service-url.ts';
import type { HealthCheck } from '../model/container.ts';
import type { Context } from '../model/context.ts';
import type { Gate, Health, Probe, Started } from '../model/health.ts';
import type { EngineFacts } from '../model/provider.ts';
import type { DesiredObject } from '../model/resource.ts';
import { secretsGiven } from './containers/secrets-given.ts';
import { failSoon } from './gates/fail-soon.ts';
import { waitForVerdict } from './gates/wait-for-verdict.ts';
import type { Rendered } from './observe.ts';

export interface Gates {
  /** Undefined: nothing but that it runs. */
  gateOf(resource: Rendered): Gate | undefined;
}

/** How to tell whether the servers that are started work. `engines` says where those are, by `place.file`. */
export function gates(engines: ReadonlyMap<string, EngineFacts>): Gates {
  return {
    gateOf: ({ desired, place }) => {
      if (desired.kind !== 'container') return undefined;
      const { health, service } = desired.container;
      if (health === null || service === null) return undefined;
      const url = serviceUrl(service, engines.get(place.file)?.host ?? null);
      // Published where nobody here gets to, for somebody who does.
      if (url === null && health.kind !== 'command') return undefined;
      return (started, ctx) => pass(desired, { health, url: url ?? '' }, started, ctx);
    },
  };
}

type DesiredContainer = Extract<DesiredObject, { kind: 'container' }>;

interface Check {
  readonly health: HealthCheck;
  /** Of its MCP endpoint; empty where only the engine asks. */
  readonly url: string;
}

async function pass(
  { server, container }: DesiredContainer,
  { health, url }: Check,
  started: Started,
  ctx: Context,
): Promise<Health> {
  const secrets = secretsGiven(container, ctx.env);
  return await failSoon(started, { server, secrets }, ctx, async (own) => {
    if (health.kind === 'command') return await waitForVerdict(probeOf(started), health, own);
    const { waitUntilHealthy } = await import('../health/wait-until-healthy.ts');
    const probe =
      health.kind === 'http'
        ? // A WebSocket begins as HTTP, on the same port.
          await requestTo(new URL(health.path, url.replace(/^ws/, 'http')).href, health.timeoutMs, secrets)
        : await handshakeWith(url, { container, health, secrets });
    return await waitUntilHealthy(probe, health, own);
  });
}

function probeOf({ probe }: Started): Probe {
  if (probe === undefined) throw new Error('a container with a check of its own was started without it');
  return probe;
}

async function requestTo(url: string, timeoutMs: number, secrets: readonly string[]): Promise<Probe> {
  const { httpProbe } = await import('../health/http-probe.ts');
  return httpProbe(url, { timeoutMs, secrets });
}

async function handshakeWith(
  url: string,
  {
    container: { service },
    health: { timeoutMs },
    secrets,
  }: Pick<DesiredContainer, 'container'> & Pick<Check, 'health'> & { readonly secrets: readonly string[] },
): Promise<Probe> {
  const { shakeHands } = await import('../health/shake-hands.ts');
  const target = { kind: 'http', url, transport: service?.transport ?? 'http' } as const;
  return async (ctx) => await shakeHands(target, { timeoutMs, secrets }, ctx);
}
