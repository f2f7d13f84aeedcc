import type { Server, Template } from '../model/manifest.ts';
import type { EntrySpec } from '../model/resource.ts';
import type { Secrets } from './bind-template.ts';
import { bindTemplate } from './bind-template.ts';
import type { Launch, LaunchSite, Reason } from './launch.ts';
import { launchImage } from './launch-image.ts';
import { launchPackage } from './launch-package.ts';

/** How one server is started, or called, at one target. */
export function launchOf(server: Server, site: Omit<LaunchSite, 'bound'>): Launch {
  const { secrets } = site.manifest;
  const launch = launchRuntime(server, { ...site, bound: bindServer(server, secrets) }, secrets);
  const blocked = launch.blocked ?? launcherNeeded(server);
  return blocked === undefined ? launch : { ...launch, blocked };
}

function launchRuntime(server: Server, site: LaunchSite, secrets: Secrets): Launch {
  const { runtime } = server;
  const { bound } = site;
  switch (runtime.kind) {
    case 'command':
      return { spec: { ...bound, command: bindTemplate(runtime.command, secrets) }, caveats: [] };
    case 'url':
      return { spec: { ...bound, url: bindTemplate(runtime.url, secrets) }, caveats: [] };
    case 'package':
      return launchPackage(server, runtime, site);
    case 'image':
      return launchImage(server, site);
  }
}

/** What an entry holds whatever starts the server, with the secrets bound. */
export function bindServer(server: Server, secrets: Secrets): EntrySpec {
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

/** Why the server cannot be launched as `emit` says; undefined when it says nothing of the kind. */
export function launcherNeeded(server: Server): Reason | undefined {
  if (server.emit !== 'launcher') return undefined;
  return {
    code: 'GRAPH_LAUNCH_UNAVAILABLE',
    message: `server "${server.name}": \`emit: launcher\` needs secrets at launch, which this release does not have`,
    hint: "remove `emit`: secrets from the environment reach the server as the client's own variables",
  };
}
