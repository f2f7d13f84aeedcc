import { isAbsolute } from 'node:path';
import type { Target } from '../model/address.ts';
import { type ContainerSpec, LABEL_PREFIX } from '../model/container.ts';
import type { ImageLaunchRecord } from '../model/launch.ts';
import type { Manifest, Server, Template } from '../model/manifest.ts';
import { steersDocker } from '../model/steers-docker.ts';
import { containerSpec, writtenPaths } from './container-spec.ts';
import { dockerRun } from './docker-run.ts';
import { engineOf } from './engine-of.ts';
import { absentElsewhere, imageCaveats, startedDirectly } from './image-caveats.ts';
import { isDirect, type Launch, type LaunchSite, type Reason, unwritten } from './launch.ts';
import { launchId } from './launch-id.ts';
import { holdsSecret } from './secret-sources.ts';

/**
 * Over stdio: through `mcpform exec`, which attends the container and leaves none behind; or a `docker run` line. Both
 * have the locked digest and all that the manifest says of the container.
 */
export function launchImage(server: Server, site: LaunchSite): Launch {
  const { bound, target } = site;
  const { spec: container, caveats: risks, problem } = containerSpec(server, site);
  const known = problem === null ? { container } : {};
  const caveats = [...imageCaveats(server, site.pin), ...risks];
  const unfit = isDirect(server, target) ? unfitForDirect : unfitForExec;
  const blocked = problem ?? sharedLocal(server, target) ?? unfit(server, container, site);
  if (blocked !== null) return { ...known, spec: unwritten(server, bound), blocked, caveats };
  if (!isDirect(server, target)) return { ...known, ...attended(server, container, site), caveats };
  const args = dockerRun(container, { labels: directLabels(server, site.manifest), ...contextOf(server) });
  return {
    ...known,
    spec: { ...bound, command: 'docker', args },
    caveats: [startedDirectly(server), ...absentElsewhere(server, container, target), ...caveats],
  };
}

/** Resolved by the launcher, so that nothing of it is in the entry. */
function isSealed({ emit }: Server, template: Template): boolean {
  return emit !== 'plaintext' && holdsSecret(template);
}

function contextOf(server: Server): { readonly context?: string } {
  const context = engineOf(server);
  return context === null ? {} : { context };
}

/** Values that are known now are in the record; what the client expands reaches the launcher through the entry. */
function attended(
  server: Server,
  container: ContainerSpec,
  { bound, launcher }: LaunchSite,
): Pick<Launch, 'spec' | 'record'> {
  const open = Object.entries(container.env).filter(
    ([, template]) => typeof template !== 'string' && !isSealed(server, template),
  );
  const env = { ...container.env, ...Object.fromEntries(open.map(([name]) => [name, [{ env: name }]])) };
  const record: ImageLaunchRecord = {
    formatVersion: 1,
    server: server.name,
    ...contextOf(server),
    container: { ...container, env },
  };
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

/** Colleagues who share the file could not have the image. */
function sharedLocal({ name, runtime }: Server, { scope }: Target): Reason | null {
  if (runtime.kind !== 'image' || runtime.isLocal !== true || scope !== 'project') return null;
  return {
    code: 'GRAPH_IMAGE_LOCAL',
    message: `server "${name}": its image is on this machine alone, and the entry would be in a file that is shared`,
    hint: 'push the image to a registry and remove `pull: never`, or use another scope',
  };
}

/** A variable that docker obeys is hidden from it, but the entry of a client cannot hide one from the launcher. */
function unfitForExec(server: Server, { env }: ContainerSpec): Reason | null {
  const steering = Object.entries(env).find(
    ([name, template]) => steersDocker(name) && typeof template !== 'string' && !isSealed(server, template),
  )?.[0];
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

function unavailable(server: Server, message: string, hint: string): Reason {
  return { code: 'GRAPH_LAUNCH_UNAVAILABLE', message: `server "${server.name}": ${message}`, hint };
}
