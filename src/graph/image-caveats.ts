import type { Target } from '../model/address.ts';
import type { ContainerSpec } from '../model/container.ts';
import { parseImageReference } from '../model/image-reference.ts';
import type { Pin } from '../model/lock.ts';
import type { Server } from '../model/manifest.ts';
import { type Reason, unlocked } from './launch.ts';

/** What people should know of a server's image, however it is run. */
export function imageCaveats(server: Server, pin: Pin | undefined): readonly Reason[] {
  if (server.runtime.kind !== 'image') return [];
  const { image, isLocal } = server.runtime;
  return [
    ...(pin === undefined ? [unlocked(server, image)] : []),
    ...(isLocal === true ? [local(server, image)] : []),
    ...(isLocal !== true && isLatest(image) ? [moving(server, image)] : []),
  ];
}

function isLatest(image: string): boolean {
  const { tag, digest } = parseImageReference(image);
  return tag === 'latest' || (tag === undefined && digest === undefined);
}

function moving(server: Server, image: string): Reason {
  return {
    code: 'GRAPH_IMAGE_LATEST',
    message: `server "${server.name}": "${image}" is whatever was pushed last; the lock holds it still, but nobody can tell which version it is`,
    hint: 'write the tag of a version: `image: NAME:1.2.3`',
  };
}

function local(server: Server, image: string): Reason {
  return {
    code: 'GRAPH_IMAGE_LOCAL',
    message: `server "${server.name}": "${image}" is on its engine alone, so the lock holds for this machine, and nobody can have signed it`,
    hint: 'for others, push it to a registry and remove `pull: never`',
  };
}

/** What a `docker run` line does not guarantee. */
export function startedDirectly(server: Server): Reason {
  return {
    code: 'GRAPH_LAUNCH_DIRECT',
    message: `server "${server.name}" is started directly by docker: the digest pins the image, no signature is checked at start, and a container whose docker command is killed stays behind`,
    hint: 'allow only registries you trust in the machine policy',
  };
}

/** A shared line is read on machines where nobody has applied the stack. */
export function absentElsewhere(
  server: Server,
  { networks }: ContainerSpec,
  { scope }: Target,
): readonly Reason[] {
  const network = networks.find(({ isExternal }) => !isExternal);
  if (network === undefined || scope !== 'project') return [];
  return [
    {
      code: 'GRAPH_LAUNCH_DIRECT',
      message: `server "${server.name}" needs network "${network.network}" on every machine that shares the entry, and only \`mcpform apply\` makes it`,
      hint: 'have everybody apply the stack, or run the server without a network of its own',
    },
  ];
}
