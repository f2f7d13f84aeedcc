import { isAbsolute } from 'node:path';
import { type ContainerSpec, LABEL_PREFIX } from '../model/container.ts';
import { parseImageReference } from '../model/image-reference.ts';
import type { Manifest, Runtime, Server } from '../model/manifest.ts';
import { steersDocker } from '../model/steers-docker.ts';
import { containerSpec, writtenPaths } from './container-spec.ts';
import { dockerRun } from './docker-run.ts';
import { isDirect, type Launch, type LaunchSite, type Reason, unlocked, unwritten } from './launch.ts';
import { launchId } from './launch-id.ts';

type Image = Extract<Runtime, { kind: 'image' }>;

/**
 * Over stdio: through `mcpform exec`, which attends the container and leaves none behind; or a `docker run` line. Both
 * have the locked digest and all that the manifest says of the container.
 */
export function launchImage(server: Server, runtime: Image, site: LaunchSite): Launch {
  const { bound, target } = site;
  const { spec: container, caveats: risks, problem } = containerSpec(server, site);
  const known = problem === null ? { container } : {};
  const caveats = [
    ...(site.pin?.kind === 'image' ? [] : [unlocked(server, runtime.image)]),
    ...(isLatest(runtime.image) ? [moving(server, runtime.image)] : []),
    ...risks,
  ];
  if (server.transport !== 'stdio') {
    const spec = { ...bound, args: [], url: serviceUrl(server) };
    return { ...known, spec, blocked: needsEngine(server, runtime), caveats };
  }
  const unfit = isDirect(server, target) ? unfitForDirect : unfitForExec;
  const blocked = problem ?? missingNetwork(server, container) ?? unfit(server, container, site);
  if (blocked !== null) return { ...known, spec: unwritten(server, bound), blocked, caveats };
  if (!isDirect(server, target)) return { ...known, ...attended(server, container, site), caveats };
  const args = dockerRun(container, { labels: directLabels(server, site.manifest) });
  return {
    ...known,
    spec: { ...bound, command: 'docker', args },
    caveats: [startedDirectly(server), ...caveats],
  };
}

/** Values that are known now are in the record; what the client expands reaches the launcher through the entry. */
function attended(
  server: Server,
  container: ContainerSpec,
  { bound, launcher }: LaunchSite,
): Pick<Launch, 'spec' | 'record'> {
  const open = Object.entries(container.env).filter(([, template]) => typeof template !== 'string');
  const env = { ...container.env, ...Object.fromEntries(open.map(([name]) => [name, [{ env: name }]])) };
  const record = { formatVersion: 1, server: server.name, container: { ...container, env } } as const;
  const { command, args } = launcher;
  return {
    spec: { ...bound, command, args: [...args, launchId(record)], env: Object.fromEntries(open) },
    record,
  };
}

/** The same for everybody who shares the line. What finds leaked containers reads them. */
function directLabels(server: Server, manifest: Manifest): Readonly<Record<string, string>> {
  return {
    [`${LABEL_PREFIX}stack`]: manifest.name,
    [`${LABEL_PREFIX}server`]: server.name,
    [`${LABEL_PREFIX}launch`]: 'direct',
  };
}

function missingNetwork(server: Server, { networks }: ContainerSpec): Reason | null {
  const network = networks.find(({ isExternal }) => !isExternal);
  if (network === undefined) return null;
  return unavailable(
    server,
    `nobody has created network "${network.network}": that needs the Docker provider, which this release does not have`,
    'create it yourself, and declare it with `external: true` and its `name`',
  );
}

/** A variable that docker obeys is hidden from it, but the entry of a client cannot hide one from the launcher. */
function unfitForExec(server: Server, { env }: ContainerSpec): Reason | null {
  const steering = Object.keys(env).find((name) => steersDocker(name) && typeof env[name] !== 'string');
  if (steering === undefined) return null;
  return unavailable(
    server,
    `variable "${steering}" would reach mcpform and docker, which obey it, before it reaches the container`,
    'write its value out, or set it in the image',
  );
}

/** What a plain `docker run` line cannot do, although an engine could. */
function unfitForDirect(
  server: Server,
  container: ContainerSpec,
  { manifest, target }: Pick<LaunchSite, 'manifest' | 'target'>,
): Reason | null {
  const steering = Object.keys(container.env).find(isObeyedByDocker);
  if (steering !== undefined) {
    return unavailable(
      server,
      `variable "${steering}" would reach the docker command, which obeys it, before it reaches the container`,
      'set it in the image',
    );
  }
  const options = dockerRun({ ...container, args: [] }, { labels: directLabels(server, manifest) });
  if (options.some((option) => typeof option === 'string' && option.includes('${'))) {
    return unavailable(
      server,
      'the client would expand a "${" that is meant for the engine',
      'write it without "${"',
    );
  }
  const local = writtenPaths(server).find((path) => !isAbsolute(path));
  if (target.scope === 'project' && local !== undefined) {
    return unavailable(
      server,
      `"${local}" is somewhere else on every machine that shares the entry`,
      'write a path that is the same everywhere, or use another scope',
    );
  }
  return null;
}

/** Docker takes variables for the container from its own environment, and these decide what it does itself. */
function isObeyedByDocker(name: string): boolean {
  return /^(?:DOCKER_.*|PATH|HOME|USERPROFILE|LD_.*|DYLD_.*)$/i.test(name);
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

function startedDirectly(server: Server): Reason {
  return {
    code: 'GRAPH_LAUNCH_DIRECT',
    message: `server "${server.name}" is started directly by docker: the digest pins the image, no signature is checked at start, and a container whose docker command is killed stays behind`,
    hint: 'allow only registries you trust in the machine policy',
  };
}

function needsEngine(server: Server, { image }: Image): Reason {
  return unavailable(
    server,
    `running "${image}" as a service needs the Docker provider, which this release does not have`,
    'start the container yourself and declare its `url`',
  );
}

function unavailable(server: Server, message: string, hint: string): Reason {
  return { code: 'GRAPH_LAUNCH_UNAVAILABLE', message: `server "${server.name}": ${message}`, hint };
}

function serviceUrl({ engine }: Server): string {
  const { port, path } = engine as { port?: unknown; path?: unknown };
  return `http://127.0.0.1:${typeof port === 'number' ? port : 80}${typeof path === 'string' ? path : '/mcp'}`;
}
