import type { Target } from '../model/address.ts';
import type { JsonObject } from '../model/json.ts';
import type { Runtime, Server, Template } from '../model/manifest.ts';
import type { EntrySpec } from '../model/resource.ts';
import { bindTemplate, type Secrets } from './bind-template.ts';
import { packageCommand } from './package-command.ts';

/** The entry of one server at one target, and what people should know of how it is launched. */
export interface Launch {
  readonly spec: EntrySpec;
  /** Why this server cannot be launched on this machine by this release, and what to do. */
  readonly blocked?: Reason;
  /** What a direct launch does not guarantee. */
  readonly caveat?: Reason;
}

export interface Reason {
  readonly message: string;
  readonly hint: string;
}

type Image = Extract<Runtime, { kind: 'image' }>;
type Package = Extract<Runtime, { kind: 'package' }>;

export function launchOf(server: Server, target: Target, secrets: Secrets): Launch {
  const launch = launchRuntime(server, target, secrets);
  return server.emit === 'launcher' && launch.blocked === undefined
    ? { spec: launch.spec, blocked: needsLauncher(server) }
    : launch;
}

function launchRuntime(server: Server, target: Target, secrets: Secrets): Launch {
  const { runtime } = server;
  const bound = bind(server, secrets);
  switch (runtime.kind) {
    case 'command':
      return { spec: { ...bound, command: bindTemplate(runtime.command, secrets) } };
    case 'url':
      return { spec: { ...bound, url: bindTemplate(runtime.url, secrets) } };
    case 'package':
      return launchPackage(server, runtime, { target, bound });
    case 'image':
      return server.transport === 'stdio'
        ? launchImage(server, runtime, { target, bound })
        : {
            spec: { ...bound, args: [], url: serviceUrl(server.engine) },
            blocked: needsEngine(server, runtime),
          };
  }
}

function bind(server: Server, secrets: Secrets): EntrySpec {
  return {
    transport: server.transport,
    args: server.args.map((arg) => bindTemplate(arg, secrets)),
    env: bindAll(server.env, secrets),
    headers: bindAll(server.headers, secrets),
    ...(server.timeoutMs === undefined ? {} : { timeoutMs: server.timeoutMs }),
    client: server.client,
  };
}

function bindAll(
  templates: Readonly<Record<string, Template>>,
  secrets: Secrets,
): Readonly<Record<string, Template>> {
  return Object.fromEntries(
    Object.entries(templates).map(([name, template]) => [name, bindTemplate(template, secrets)]),
  );
}

/** Colleagues who read a project file may not have mcpform, so there the default is `direct`. */
function isDirect(server: Server, target: Target): boolean {
  return (server.launch ?? (target.scope === 'project' ? 'direct' : 'verified')) === 'direct';
}

interface Where {
  readonly target: Target;
  readonly bound: EntrySpec;
}

function launchPackage(server: Server, runtime: Package, { target, bound }: Where): Launch {
  const pin = `${runtime.ecosystem}:${runtime.name}${runtime.version === undefined ? '' : `@${runtime.version}`}`;
  if (!isDirect(server, target))
    return { spec: verified(server, bound), blocked: needsVerified(server, pin) };
  const line = packageCommand(runtime, server.bin);
  if (typeof line === 'string') {
    return {
      spec: verified(server, bound),
      blocked: { message: `server "${server.name}": ${line}`, hint: hints.package },
    };
  }
  return {
    spec: { ...bound, command: line.command, args: [...line.args, ...bound.args] },
    caveat: {
      message: `server "${server.name}" is started directly by ${line.command}: its version is pinned, what it depends on is not, and nothing is verified`,
      hint: 'review the package as you would a dependency, or run it from an image with a digest',
    },
  };
}

function launchImage(server: Server, runtime: Image, { target, bound }: Where): Launch {
  if (!isDirect(server, target)) {
    return { spec: verified(server, bound), blocked: needsVerified(server, runtime.image) };
  }
  const problem = imageProblem(server, runtime);
  if (problem !== null) return { spec: verified(server, bound), blocked: problem };
  const passed = Object.keys(bound.env).flatMap((name) => ['-e', name]);
  return {
    spec: {
      ...bound,
      command: 'docker',
      args: ['run', '-i', '--rm', '--init', ...passed, runtime.image, ...bound.args],
    },
    caveat: {
      message: `server "${server.name}" is started directly by docker: the digest pins the image, no signature is checked and no limits are set`,
      hint: 'allow only registries you trust in the machine policy',
    },
  };
}

function imageProblem(server: Server, { image }: Image): Reason | null {
  const name = `server "${server.name}"`;
  if (!/^[a-z0-9][a-z0-9._:/-]*@sha256:[0-9a-f]{64}$/i.test(image)) {
    return { message: `${name}: image "${image}" is not pinned by digest`, hint: hints.image };
  }
  const fields = Object.keys(server.engine);
  if (fields.length === 0) return null;
  return {
    message: `${name}: ${fields.map((field) => `"${field}"`).join(', ')} cannot be given to a directly launched image`,
    hint: `remove ${fields.length === 1 ? 'it' : 'them'}, or write the whole \`docker run\` line as a \`command\``,
  };
}

const hints = {
  package: 'write `npm:NAME@1.2.3` or `pypi:NAME@1.2.3` with the exact version, or use `command`',
  image: 'add the digest: `image: NAME:TAG@sha256:…`',
} as const;

/** What a verified entry will look like. Only ever part of a blocked resource: never written. */
function verified(server: Server, bound: EntrySpec): EntrySpec {
  return { ...bound, transport: 'stdio', command: 'mcpform', args: ['exec', server.name] };
}

function needsVerified(server: Server, pin: string): Reason {
  return {
    message: `server "${server.name}": "${pin}" needs \`launch: verified\`, which this release does not have`,
    hint: 'add `launch: direct` to start it without verification, or write it as a `command`',
  };
}

function needsLauncher(server: Server): Reason {
  return {
    message: `server "${server.name}": \`emit: launcher\` needs \`mcpform exec\`, which this release does not have`,
    hint: "remove `emit`: secrets from the environment reach the server as the client's own variables",
  };
}

function needsEngine(server: Server, { image }: Image): Reason {
  return {
    message: `server "${server.name}": running "${image}" as a service needs the Docker provider, which this release does not have`,
    hint: 'start the container yourself and declare its `url`',
  };
}

function serviceUrl(engine: JsonObject): string {
  const { port, path } = engine as { port?: unknown; path?: unknown };
  return `http://127.0.0.1:${typeof port === 'number' ? port : 80}${typeof path === 'string' ? path : '/mcp'}`;
}
