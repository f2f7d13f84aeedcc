import type { ContainerSpec, Service } from '../../model/container.ts';
import type { Server } from '../../model/manifest.ts';
import type { Reason } from '../launch.ts';
import { holdsSecret } from '../secret-sources.ts';

/** What people should know of a container before it runs: each names the server and what it may do. */
export function containerCaveats(server: Server, spec: ContainerSpec): readonly Reason[] {
  return [
    ...privileges(server, spec),
    ...writes(server, spec),
    ...(spec.service === null
      ? []
      : [...published(server, spec.service), ...open(server), ...exposed(server, spec)]),
  ];
}

function privileges({ name }: Server, spec: ContainerSpec): readonly Reason[] {
  const asked = [
    ...(spec.privileged ? ['all power over the host (`privileged`)'] : []),
    ...spec.addedCapabilities.map((capability) => `capability ${capability}`),
    ...spec.networks.filter(({ network }) => network === 'host').map(() => "the host's own network"),
    ...spec.devices.map(({ source }) => `device "${source}"`),
    ...(spec.seccomp === 'unconfined' ? ['no seccomp profile'] : []),
    ...(spec.apparmor === 'unconfined' ? ['no AppArmor profile'] : []),
    ...spec.mounts.flatMap((mount) =>
      mount.kind === 'volume' && Object.keys(mount.driverOptions).length > 0
        ? [`options for the driver of volume "${mount.volume}"`]
        : [],
    ),
  ];
  if (asked.length === 0) return [];
  return [
    {
      code: 'GRAPH_CONTAINER_PRIVILEGES',
      message: `server "${name}": its container asks for ${asked.join(', ')}`,
      hint: 'remove what it can do without; most MCP servers need none of it',
    },
  ];
}

function writes({ name }: Server, { mounts }: ContainerSpec): readonly Reason[] {
  const sources = mounts.flatMap((mount) =>
    mount.kind === 'bind' && !mount.isReadOnly ? [`"${mount.source}"`] : [],
  );
  if (sources.length === 0) return [];
  return [
    {
      code: 'GRAPH_CONTAINER_WRITES',
      message: `server "${name}": its container can change ${sources.join(', ')} on the host`,
      hint: 'remove `readOnly: false` (or `:rw`) where reading is enough',
    },
  ];
}

function published({ name }: Server, { publish }: Service): readonly Reason[] {
  if (/^127\.|^::1$/.test(publish.address)) return [];
  return [
    {
      code: 'GRAPH_CONTAINER_PUBLISHED',
      message: `server "${name}": its port is published on "${publish.address}", so other machines reach it, past most firewalls of the host`,
      hint: 'publish on 127.0.0.1, or put something in front that asks who is there',
    },
  ];
}

/** Who reaches the port uses the secrets behind it: other users and programs of the machine, at least. */
function open({ name, env, headers, client }: Server): readonly Reason[] {
  const hasSecrets = Object.values(env).some(holdsSecret);
  const asks = Object.keys(headers).length > 0 || 'oauth' in client || 'headersHelper' in client;
  if (!hasSecrets || asks) return [];
  return [
    {
      code: 'GRAPH_CONTAINER_OPEN',
      message: `server "${name}" receives secrets, and the client shows it none: whoever reaches its port can use them`,
      hint: 'add the header that the server asks for under `headers`, or run the image over stdio',
    },
  ];
}

/** An engine keeps the variables of a container for as long as it has the container. */
function exposed({ name }: Server, { env }: ContainerSpec): readonly Reason[] {
  const names = Object.entries(env).flatMap(([variable, value]) => (holdsSecret(value) ? [variable] : []));
  return names.length === 0 ? [] : [secretsShown(name, names)];
}

/** `variables`: those that a secret is handed over in. */
export function secretsShown(server: string, variables: readonly string[]): Reason {
  const quoted = variables.map((each) => `"${each}"`).join(', ');
  const one = variables.length === 1;
  return {
    code: 'SECRET_EXPOSED',
    message: `server "${server}": ${one ? 'the secret' : 'the secrets'} in ${quoted} ${one ? 'is' : 'are'} shown by \`docker inspect\` to whoever may talk to the engine`,
    hint: `if the image reads secrets from files, name the variable so: \`${variables[0]}_FILE\``,
  };
}
