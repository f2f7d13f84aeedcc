import type { ContainerSpec } from '../model/container.ts';
import { isImageId, parseImageReference } from '../model/image-reference.ts';
import type { Server } from '../model/manifest.ts';
import { areInTheWay, choosePorts, type Publication } from './choose-ports.ts';
import { containerSpec } from './container-spec.ts';
import { engineOf, isService } from './engine-of.ts';
import type { Reason } from './launch.ts';
import { publishOf, withPort } from './with-port.ts';
import type { World } from './world.ts';

/** The container of a server that is reached by URL. */
export interface ServiceContainer {
  readonly server: Server;
  readonly engine: string | null;
  /** With a port. */
  readonly spec: ContainerSpec;
  readonly caveats: readonly Reason[];
  /** Why no engine must be asked for it. */
  readonly problem: Reason | null;
}

/** The containers of all such servers that are switched on, by server: none is in the way of another. */
export function serviceContainers(world: World): ReadonlyMap<string, ServiceContainer> {
  const { manifest, pins, folder } = world;
  const read = manifest.servers
    .filter((server) => server.enabled && isService(server))
    .map((server): ServiceContainer => {
      const site = { manifest, pin: pins.get(server.name), folder };
      return { server, engine: engineOf(server), ...containerSpec(server, site) };
    });
  const ports = choosePorts(manifest.name, read.map(publicationOf));
  const done = new Map<string, ServiceContainer>();
  for (const each of read) {
    const problem = each.problem ?? clash(each, [...done.values()]);
    const spec = withPort(each.spec, ports.get(each.server.name) as number);
    done.set(each.server.name, { ...each, spec, problem, caveats: problem === null ? each.caveats : [] });
  }
  return done;
}

/** Which engines run on one machine is not known yet, so ports are chosen as if all did. */
function publicationOf({ server, spec }: ServiceContainer): Publication {
  return { server: server.name, machine: '', publish: publishOf(spec) };
}

/** What an earlier server of the manifest has, and no other can have. */
function clash(each: ServiceContainer, earlier: readonly ServiceContainer[]): Reason | null {
  const others = earlier.filter(({ engine, problem }) => engine === each.engine && problem === null);
  const samePort = others.find((other) => areInTheWay(publishOf(each.spec), publishOf(other.spec)));
  if (samePort !== undefined) {
    const { port } = publishOf(each.spec);
    return invalid(each, `port ${port} is that of server "${samePort.server.name}"`, 'publish it on another');
  }
  const { platform } = each.spec;
  const sameImage = others.find(
    ({ spec }) => contentOf(spec) === contentOf(each.spec) && spec.platform !== platform,
  );
  if (sameImage === undefined) return null;
  return invalid(
    each,
    `an engine has an image for one platform, and server "${sameImage.server.name}" uses it for ${sameImage.spec.platform ?? "the engine's own"}`,
    'write the same `platform` for both, or run one on another `engine`',
  );
}

function contentOf({ image }: ContainerSpec): string {
  if (isImageId(image)) return image;
  const { name, digest = '' } = parseImageReference(image);
  return `${name}@${digest}`;
}

function invalid({ server }: ServiceContainer, message: string, hint: string): Reason {
  return { code: 'GRAPH_CONTAINER_INVALID', message: `server "${server.name}": ${message}`, hint };
}
