import type { Server, Template } from '../model/manifest.ts';
import type { EntrySpec } from '../model/resource.ts';
import type { Secrets } from './bind-template.ts';
import { type Binder, binderOf, bindTemplate } from './bind-template.ts';
import { borrowedLaunch } from './borrowed-launch.ts';
import { type Emitted, emitSecrets } from './emit-secrets.ts';
import type { Launch, LaunchSite } from './launch.ts';
import { launchImage } from './launch-image.ts';
import { launchPackage } from './launch-package.ts';

/** How one server is started, or called, at one target. */
export function launchOf(server: Server, site: Omit<LaunchSite, 'bound'>): Emitted {
  const { secrets } = site.manifest;
  const launch = launchRuntime(server, { ...site, bound: bindServer(server, secrets) }, secrets);
  const blocked = launch.blocked ?? borrowedLaunch(server);
  return emitSecrets(blocked === undefined ? launch : { ...launch, blocked }, server, { ...site, secrets });
}

function launchRuntime(server: Server, site: LaunchSite, secrets: Secrets): Launch {
  const { runtime } = server;
  const { bound } = site;
  switch (runtime.kind) {
    case 'command':
      return { spec: { ...bound, command: bindTemplate(runtime.command, secrets) }, caveats: [] };
    case 'url':
      return { spec: { ...bound, url: binderOf(server, secrets)(runtime.url) }, caveats: [] };
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
    env: bindAll(server.env, binderOf(server, secrets)),
    headers: bindAll(server.headers, binderOf(server, secrets)),
    ...(server.timeoutMs === undefined ? {} : { timeoutMs: server.timeoutMs }),
    client: server.client,
  };
}

function bindAll(
  templates: Readonly<Record<string, Template>>,
  bind: Binder,
): Readonly<Record<string, Template>> {
  return Object.fromEntries(Object.entries(templates).map(([name, template]) => [name, bind(template)]));
}
