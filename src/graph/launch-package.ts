import { resolve } from 'node:path';
import { isLoaderVariable } from '../model/loader-variables.ts';
import type { PackagePin } from '../model/lock.ts';
import type { Runtime, Server } from '../model/manifest.ts';
import { isDirect, type Launch, type LaunchSite, type Reason, unlocked, unwritten } from './launch.ts';
import { launchId } from './launch-id.ts';
import { type CommandLine, packageCommand } from './package-command.ts';

type Package = Extract<Runtime, { kind: 'package' }>;

/** Through `mcpform exec`, bound to the locked tree; or by npx and uvx themselves, at the locked version. */
export function launchPackage(server: Server, runtime: Package, site: LaunchSite): Launch {
  const pin = site.pin?.kind === 'package' ? site.pin : undefined;
  if (isDirect(server, site.target)) return launchDirectly(server, runtime, { ...site, pin });
  if (pin === undefined) {
    return {
      spec: unwritten(server, site.bound),
      blocked: unlocked(server, packageName(runtime)),
      caveats: [],
    };
  }
  const record = recordOf(server, pin, site);
  const { command, args } = site.launcher;
  return {
    spec: { ...site.bound, command, args: [...args, launchId(record)] },
    record,
    caveats: [],
  };
}

function recordOf(server: Server, pin: PackagePin, { bound, folder }: LaunchSite) {
  return {
    formatVersion: 1,
    server: server.name,
    pin: {
      package: findable(pin.package, folder),
      ...(pin.integrity === undefined ? {} : { integrity: pin.integrity }),
      ...(pin.tree === undefined ? {} : { tree: pin.tree }),
    },
    bin: server.bin ?? null,
    args: bound.args,
    loaderVariables: Object.keys(bound.env).filter(isLoaderVariable).sort(),
  } as const;
}

/** A bundle on this disk, by a path that means the same wherever the launcher is started. */
function findable(name: string, folder: string): string {
  const path = /^mcpb:(?!https:)(.+)$/.exec(name)?.[1];
  return path === undefined ? name : `mcpb:${resolve(folder, path)}`;
}

function launchDirectly(
  server: Server,
  runtime: Package,
  { bound, pin, target, platform }: LaunchSite & { readonly pin: PackagePin | undefined },
): Launch {
  const line = packageCommand(pin === undefined ? runtime : exactly(runtime, pin), server.bin);
  if ('problem' in line) {
    const isOpen = line.isOpen && pin === undefined;
    const blocked = isOpen ? unlocked(server, packageName(runtime)) : unavailable(server, line.problem);
    return { spec: unwritten(server, bound), blocked, caveats: [] };
  }
  // Windows starts `npx.cmd` only through its shell. A file that is shared is read on other systems too.
  const isWrapped = platform === 'win32' && target.scope !== 'project';
  const { command, args } = isWrapped ? throughShell(line) : line;
  return {
    spec: { ...bound, command, args: [...args, ...bound.args] },
    caveats: [
      startedDirectly(server, line),
      ...(pin === undefined ? [unlocked(server, packageName(runtime))] : []),
    ],
  };
}

/** The package at the version the lock has; names and extras stay as the lock has them. */
function exactly(runtime: Package, { package: text }: PackagePin): Package {
  const at = text.lastIndexOf('@');
  const version = at > runtime.ecosystem.length + 1 ? text.slice(at + 1) : undefined;
  return version === undefined ? runtime : { ...runtime, version };
}

function throughShell({ command, args }: CommandLine): CommandLine {
  return { command: 'cmd', args: ['/c', command, ...args] };
}

function startedDirectly(server: Server, { command }: CommandLine): Reason {
  return {
    code: 'GRAPH_LAUNCH_DIRECT',
    message: `server "${server.name}" is started directly by ${command}: its version is pinned, what it depends on is not, and nothing is verified`,
    hint: 'use `launch: verified` where everybody has mcpform, or an image with a digest',
  };
}

function unavailable(server: Server, problem: string): Reason {
  return {
    code: 'GRAPH_LAUNCH_UNAVAILABLE',
    message: `server "${server.name}": ${problem}`,
    hint: 'write `npm:NAME@1.2.3` or `pypi:NAME@1.2.3` with the exact version, use `launch: verified`, or `command`',
  };
}

function packageName({ ecosystem, name, version }: Package): string {
  return `${ecosystem}:${name}${version === undefined ? '' : `@${version}`}`;
}
