import { parseImageReference } from '../model/image-reference.ts';
import type { Runtime, Server } from '../model/manifest.ts';
import { isDirect, type Launch, type LaunchSite, type Reason, unlocked, unwritten } from './launch.ts';

type Image = Extract<Runtime, { kind: 'image' }>;

/** Over stdio: a `docker run` line with the locked digest. */
export function launchImage(server: Server, runtime: Image, site: LaunchSite): Launch {
  const { bound, target } = site;
  const isLocked = site.pin?.kind === 'image';
  const image = site.pin?.kind === 'image' ? site.pin.image : runtime.image;
  const caveats = [
    ...(isLocked ? [] : [unlocked(server, runtime.image)]),
    ...(isLatest(runtime.image) ? [moving(server, runtime.image)] : []),
  ];
  if (server.transport !== 'stdio') {
    const spec = { ...bound, args: [], url: serviceUrl(server) };
    return { spec, blocked: needsEngine(server, runtime), caveats };
  }
  if (!isDirect(server, target))
    return { spec: unwritten(server, bound), blocked: needsVerified(server, image), caveats };
  if (!/^[a-z0-9][a-z0-9._:/-]*@sha256:[0-9a-f]{64}$/i.test(image)) {
    return { spec: unwritten(server, bound), blocked: unlocked(server, runtime.image), caveats: [] };
  }
  const problem = fieldProblem(server);
  if (problem !== null) return { spec: unwritten(server, bound), blocked: problem, caveats };
  const passed = Object.keys(bound.env).flatMap((name) => ['-e', name]);
  return {
    spec: {
      ...bound,
      command: 'docker',
      args: ['run', '-i', '--rm', '--init', ...passed, image, ...bound.args],
    },
    caveats: [startedDirectly(server), ...caveats],
  };
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

function fieldProblem(server: Server): Reason | null {
  const fields = Object.keys(server.engine);
  if (fields.length === 0) return null;
  return {
    code: 'GRAPH_LAUNCH_UNAVAILABLE',
    message: `server "${server.name}": ${fields.map((field) => `"${field}"`).join(', ')} cannot be given to a directly launched image`,
    hint: `remove ${fields.length === 1 ? 'it' : 'them'}, or write the whole \`docker run\` line as a \`command\``,
  };
}

function startedDirectly(server: Server): Reason {
  return {
    code: 'GRAPH_LAUNCH_DIRECT',
    message: `server "${server.name}" is started directly by docker: the digest pins the image, no signature is checked at start and no limits are set`,
    hint: 'allow only registries you trust in the machine policy',
  };
}

function needsVerified(server: Server, image: string): Reason {
  return {
    code: 'GRAPH_LAUNCH_UNAVAILABLE',
    message: `server "${server.name}": image "${image}" needs \`launch: verified\`, which this release has for packages only`,
    hint: 'add `launch: direct` to start it with docker by its digest, or write it as a `command`',
  };
}

function needsEngine(server: Server, { image }: Image): Reason {
  return {
    code: 'GRAPH_LAUNCH_UNAVAILABLE',
    message: `server "${server.name}": running "${image}" as a service needs the Docker provider, which this release does not have`,
    hint: 'start the container yourself and declare its `url`',
  };
}

function serviceUrl({ engine }: Server): string {
  const { port, path } = engine as { port?: unknown; path?: unknown };
  return `http://127.0.0.1:${typeof port === 'number' ? port : 80}${typeof path === 'string' ? path : '/mcp'}`;
}
