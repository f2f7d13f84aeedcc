import type { Target } from '../model/address.ts';
import type { Launcher } from '../model/context.ts';
import { toPointer } from '../model/json.ts';
import {
  type AnyLaunchRecord,
  type CommandLaunchRecord,
  type HeadersLaunchRecord,
  isImageLaunch,
  isPackageLaunch,
} from '../model/launch.ts';
import { isLoaderVariable } from '../model/loader-variables.ts';
import type { Server, Template } from '../model/manifest.ts';
import type { EntrySpec, Fill } from '../model/resource.ts';
import { templateText } from '../model/template.ts';
import type { Secrets } from './bind-template.ts';
import { helperLine } from './helper-line.ts';
import type { Launch, Reason } from './launch.ts';
import { launchId } from './launch-id.ts';
import { holdsSecret, sourcesOf } from './secret-sources.ts';

export interface EmitSite {
  readonly target: Target;
  readonly launcher: Launcher;
  readonly platform: NodeJS.Platform;
  readonly secrets: Secrets;
}

/** A launch whose entry holds no secret that its client cannot expand, and what apply has to fill in. */
export interface Emitted extends Launch {
  readonly fills: readonly Fill[];
}

/**
 * Takes what only mcpform can resolve out of an entry: variables into the record of what `mcpform exec` starts,
 * headers into that of a header helper. With `emit: plaintext` they stay, for apply to fill in.
 */
export function emitSecrets(launch: Launch, server: Server, site: EmitSite): Emitted {
  const kept = { ...launch, fills: [] };
  if (launch.blocked !== undefined) return kept;
  if (server.emit === 'plaintext') return inPlainText(launch, server, site);
  const env = sealed(variablesOf(launch));
  const headers = sealed(launch.spec.headers);
  const isInUrl = launch.spec.url !== undefined && holdsSecret(launch.spec.url);
  const isStarted = Object.keys(env).length > 0 || filesOf(launch).length > 0;
  if (!isInUrl && !isStarted && Object.keys(headers).length === 0) return kept;
  const blocked = isInUrl ? urlOnly(server) : whyNotWrapped({ env, headers }, launch, server, site);
  if (blocked !== null) return { ...kept, blocked };
  const started = isStarted ? withExposure(throughExec(env, launch, server, site), env, server) : launch;
  const asked = Object.keys(headers).length === 0 ? started : throughHelper(headers, started, server, site);
  return { ...asked, fills: [] };
}

/** What a container has in its environment, whoever may use its engine can read. */
function withExposure(launch: Launch, env: Templates, server: Server): Launch {
  const [name] = Object.keys(env);
  if (launch.container === undefined || name === undefined) return launch;
  const caveat: Reason = {
    code: 'SECRET_EXPOSED',
    message: `server "${server.name}": \`docker inspect\` shows "${name}" to whoever may use the engine, for as long as the container runs`,
    hint: 'if the image reads secrets from files, name the variable with `_FILE` at its end',
  };
  return { ...launch, caveats: [...launch.caveats, caveat] };
}

type Templates = Readonly<Record<string, Template>>;

/** Of a container, its variables are in its record, and not in the entry. */
function variablesOf({ spec, record }: Launch): Templates {
  return record !== undefined && isImageLaunch(record) ? { ...spec.env, ...record.container.env } : spec.env;
}

/** Secrets that a container over stdio has as files. One that an engine keeps is no part of the entry. */
function filesOf({ container }: Launch): readonly string[] {
  return container?.service === null ? (container.secretFiles ?? []) : [];
}

function sealed(templates: Templates): Templates {
  return Object.fromEntries(Object.entries(templates).filter(([, template]) => holdsSecret(template)));
}

function without(templates: Templates, left: Templates): Templates {
  return Object.fromEntries(Object.entries(templates).filter(([name]) => !Object.hasOwn(left, name)));
}

function throughExec(
  env: Templates,
  launch: Launch,
  server: Server,
  { launcher, secrets }: EmitSite,
): Launch {
  const files = filesOf(launch).map((secret) => [{ secret }]);
  const sources = sourcesOf([...Object.values(env), ...files], secrets);
  const record = withSecrets(launch, { server, env, sources });
  return {
    ...launch,
    record,
    spec: {
      ...launch.spec,
      command: launcher.command,
      args: [...launcher.args, launchId(record)],
      env: without(launch.spec.env, env),
    },
  };
}

function withSecrets(
  { spec, record }: Launch,
  { server, env, sources }: { server: Server; env: Templates; sources: CommandLaunchRecord['secrets'] },
): AnyLaunchRecord {
  if (record !== undefined && isImageLaunch(record)) return { ...record, secrets: sources };
  if (record !== undefined && isPackageLaunch(record)) return { ...record, env, secrets: sources };
  return {
    formatVersion: 1,
    server: server.name,
    command: spec.command ?? '',
    args: spec.args,
    loaderVariables: Object.keys(spec.env).filter(isLoaderVariable).sort(),
    env,
    secrets: sources,
  };
}

function throughHelper(
  headers: Templates,
  launch: Launch,
  server: Server,
  { launcher, platform, secrets }: EmitSite,
): Launch {
  const { spec } = launch;
  const record: HeadersLaunchRecord = {
    formatVersion: 1,
    server: server.name,
    url: spec.url ?? '',
    headers,
    secrets: sourcesOf(Object.values(headers), secrets),
  };
  const headersHelper = helperLine([launcher.command, ...launcher.args, launchId(record)], platform);
  return {
    ...launch,
    record,
    spec: { ...spec, headers: without(spec.headers, headers), client: { ...spec.client, headersHelper } },
  };
}

function whyNotWrapped(
  { env, headers }: { env: Templates; headers: Templates },
  launch: Launch,
  server: Server,
  { target }: EmitSite,
): Reason | null {
  const { spec, record } = launch;
  const files = filesOf(launch);
  const [name = ''] = [...Object.keys(env), ...files, ...Object.keys(headers)];
  const what = `server "${server.name}": the secret in "${name}"`;
  if (server.emit === 'reference') {
    return unavailable(
      `${what} is not in the environment, so the client has no reference for it`,
      'remove `emit: reference`, and mcpform resolves it when the server starts; or keep it in a variable',
    );
  }
  if (target.scope === 'project' && server.emit !== 'wrapper') {
    return unavailable(
      `${what} takes mcpform to resolve, and colleagues who share the file may not have it`,
      'keep it in a variable (`env: NAME`), use user or local scope, or write `emit: wrapper` where everybody has mcpform',
    );
  }
  if (Object.keys(headers).length > 0 && spec.client['headersHelper'] !== undefined) {
    return unavailable(
      `${what} takes a header helper, and the server has one of its own`,
      'let that one print this header too, or keep the secret in a variable (`env: NAME`)',
    );
  }
  if (record === undefined && files.length > 0) {
    return unavailable(
      `${what} is to be a file, and no plain \`docker run\` makes one`,
      'use `launch: verified`, or hand the secret over in a variable whose name does not end in `_FILE`',
    );
  }
  if (record !== undefined || Object.keys(env).length === 0) return null;
  const program = templateText(spec.command ?? '');
  if (!/[\\/]/.test(program) || /^(?:\/|[A-Za-z]:[\\/])/.test(program)) return null;
  return unavailable(
    `${what} would go to "${program}", which is another program wherever the client is started`,
    'write its whole path',
  );
}

function urlOnly(server: Server): Reason {
  return unavailable(
    `server "${server.name}": the secret in its URL is not in the environment, so the client has no reference for it`,
    'send it in a header, keep it in a variable (`env: NAME`), or write `emit: plaintext`',
  );
}

function inPlainText(launch: Launch, server: Server, { target }: EmitSite): Emitted {
  const fills = fillsOf(launch.spec);
  if (fills.length === 0) return { ...launch, fills };
  if (target.scope === 'project') {
    const blocked = unavailable(
      `server "${server.name}": \`emit: plaintext\` would put secrets into a file that is shared`,
      'use user or local scope, or another `emit`',
    );
    return { ...launch, fills: [], blocked };
  }
  const caveat: Reason = {
    code: 'SECRET_EXPOSED',
    message: `server "${server.name}": its secrets stand in the client's file in clear, as \`emit: plaintext\` asks`,
    hint: 'remove `emit`: the client then starts the server through mcpform, which looks them up',
  };
  return { ...launch, fills, caveats: [...launch.caveats, caveat] };
}

function fillsOf({ env, headers, url }: EntrySpec): readonly Fill[] {
  const fields: [string, Template][] = [
    ...Object.entries(env).map(([name, each]): [string, Template] => [toPointer(['env', name]), each]),
    ...Object.entries(headers).map(([name, each]): [string, Template] => [
      toPointer(['headers', name]),
      each,
    ]),
    ...(url === undefined ? [] : [['/url', url] as [string, Template]]),
  ];
  return fields
    .filter(([, template]) => holdsSecret(template))
    .map(([pointer, template]) => ({ kind: 'text', pointer, template }));
}

function unavailable(message: string, hint: string): Reason {
  return { code: 'GRAPH_SECRET_UNAVAILABLE', message, hint };
}
