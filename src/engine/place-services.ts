import { choosePorts, fixedPort, type Publication } from '../graph/choose-ports.ts';
import { serviceUrl } from '../graph/service-url.ts';
import { publishOf, withPort } from '../graph/with-port.ts';
import { withUrl } from '../graph/with-url.ts';
import { engineName } from '../model/address.ts';
import type { Launcher } from '../model/context.ts';
import type { Finding } from '../model/finding.ts';
import { isServiceEntry } from '../model/is-service-entry.ts';
import { isJsonObject } from '../model/json.ts';
import type { EngineFacts, Observation, Provider } from '../model/provider.ts';
import type { Desired, DesiredObject } from '../model/resource.ts';
import type { Resource } from './expansion.ts';
import { renderDesired } from './render-desired.ts';

/** What was seen of the engines that services run on. */
export interface Seen {
  readonly providers: ReadonlyMap<string, Provider>;
  readonly observations: ReadonlyMap<string, Observation>;
  /** How a client starts mcpform: what prints the headers for a URL goes with it. */
  readonly launcher: Launcher;
  readonly platform: NodeJS.Platform;
  /** Ports of this machine that programs have. Looked at only where `wantsPort`. */
  readonly listening?: ReadonlySet<number>;
}

/** Whether a port of this machine is to be chosen: none of those that stay. */
export function wantsPort(resources: readonly Resource[], seen: Seen): boolean {
  return resources.some(
    ({ desired }) =>
      isContainer(desired) &&
      fixedPort(publishOf(desired.container)) === null &&
      factsOf(desired.engine, seen)?.host === null &&
      presentPort(desired, seen) === undefined,
  );
}

/**
 * Gives each service the port that it can have on its engine, and its entries the URL that leads there: what the texts
 * alone do not say. A port that we chose once stays, as long as there is a container that has it; a new one is none
 * that another container or a program has. What a client of this machine cannot reach comes out blocked.
 */
export function placeServices(resources: readonly Resource[], seen: Seen): readonly Resource[] {
  const services = resources.flatMap(({ desired }) => (isContainer(desired) ? [desired] : []));
  if (services.length === 0) return resources;
  const ports = portsOf(services, seen);
  const placed = new Map(
    services.flatMap((service): readonly (readonly [string, Placed])[] => {
      const facts = factsOf(service.engine, seen);
      if (facts === undefined) return [];
      const container = withPort(service.container, ports.get(service.server) as number);
      const { service: endpoint } = container;
      const url = endpoint === null ? null : serviceUrl(endpoint, facts.host);
      return [[service.server, { container, url, host: facts.host }]];
    }),
  );
  const called = new Set(
    resources.flatMap(({ desired }) => (isServiceEntry(desired) ? [desired.server] : [])),
  );
  return resources.map((resource) => {
    const desired = moved(resource.desired, { placed, called }, seen);
    return desired === resource.desired ? resource : renderAgain(desired, seen);
  });
}

type Service = Extract<DesiredObject, { kind: 'container' }>;

interface Placed {
  readonly container: Service['container'];
  /** Null: nobody here reaches it. */
  readonly url: string | null;
  readonly host: string | null;
}

function isContainer(desired: Desired): desired is Service {
  return desired.kind === 'container';
}

function portsOf(services: readonly Service[], seen: Seen): ReadonlyMap<string, number> {
  const stack = services[0]?.name.split('.', 1)[0] ?? '';
  const publications = services.map((service): Publication => {
    const present = presentPort(service, seen);
    return {
      server: service.server,
      // Where an engine is that did not answer nobody knows, and nothing is placed there.
      machine: machineOf(factsOf(service.engine, seen) ?? { host: engineName(service.engine) }),
      publish: publishOf(service.container),
      ...(present === undefined ? {} : { present }),
    };
  });
  const engines = [...(seen.observations.get('docker')?.engines ?? [])];
  return choosePorts(stack, publications, (machine) => [
    ...(machine === HERE ? (seen.listening ?? []) : []),
    ...engines
      .filter(([, facts]) => machineOf(facts) === machine)
      .flatMap(([name, { ports }]) => {
        const own = services.filter(({ engine }) => engineName(engine) === name);
        return [...ports].flatMap(([port, container]) =>
          own.some((service) => isOf(container, service)) ? [] : [port],
        );
      }),
  ]);
}

const HERE = '';

function machineOf({ host }: Pick<EngineFacts, 'host'>): string {
  return host ?? HERE;
}

/** Under its name, or put aside while another took its place. */
function isOf(container: string, { name }: Service): boolean {
  return container === name || container.startsWith(`${name}.`);
}

/** Where the container of the service is published now, running or not; undefined when there is none. */
function presentPort(service: Service, { providers, observations }: Seen): number | undefined {
  const observation = observations.get(service.provider);
  const place = observation && providers.get(service.provider)?.identify(service, observation);
  const ports = place && observation.objects.get(place.key)?.attributes['ports'];
  if (!isJsonObject(ports)) return undefined;
  const published = ports[`${service.container.service?.port}/tcp`] ?? Object.values(ports)[0];
  const port = Number(/:(\d+)$/.exec(String(published))?.[1]);
  return port > 0 ? port : undefined;
}

function factsOf(engine: string | null, { observations }: Seen): EngineFacts | undefined {
  return observations.get('docker')?.engines?.get(engineName(engine));
}

function moved(
  desired: Desired,
  { placed, called }: { placed: ReadonlyMap<string, Placed>; called: ReadonlySet<string> },
  seen: Seen,
): Desired {
  const place = placed.get(desired.server ?? '');
  if (place === undefined) return desired;
  if (isServiceEntry(desired)) {
    const { url } = place;
    return url === null || url === desired.spec.url ? desired : withUrl(desired, url, seen);
  }
  if (!isContainer(desired)) return desired;
  if (place.url === null && called.has(desired.server) && desired.blocked === undefined) {
    return { ...desired, container: place.container, blocked: unreachable(desired, place) };
  }
  const isThere = publishOf(place.container).port === publishOf(desired.container).port;
  return isThere ? desired : { ...desired, container: place.container };
}

function unreachable({ server, engine, address, at }: Service, { container, host }: Placed): Finding {
  const { address: published, port } = publishOf(container);
  return {
    code: 'ENGINE_UNREACHABLE_PORT',
    severity: 'error',
    message: `server "${server}": its port is published on ${published} of "${host}", where ${engineName(engine)} runs, and no client of this machine reaches it there`,
    hint: `publish it on an address that this machine reaches, such as \`publish: 0.0.0.0:${port}\`, and see who else does`,
    address,
    at,
  };
}

function renderAgain(desired: Desired, { providers }: Seen): Resource {
  const provider = providers.get(desired.provider);
  if (provider === undefined) throw new Error(`provider "${desired.provider}" was not asked`);
  // What it finds wrong with it was said when the texts were read.
  return { desired, attributes: renderDesired(desired, provider).attributes };
}
