import { dirname, join } from 'node:path';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { labelOf, launchdPlist } from './launchd-plist.ts';
import type { ServiceSpec } from './spec.ts';
import { systemdUnit } from './systemd-unit.ts';
import { taskPath, taskXml } from './task-xml.ts';

/** A program of the system and its arguments. */
export interface SystemCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** It may well fail: what it would end may not be there. */
  readonly mayFail?: true;
}

/** Who starts services for a user, and how that is said to it. */
export interface ServiceManager {
  readonly kind: 'systemd' | 'launchd' | 'tasks';
  /** Where its files are; absolute. */
  readonly folder: string;
  fileName(name: string): string;
  /** Of a file in the folder; null when it cannot be one of ours. */
  nameOf(fileName: string): string | null;
  render(spec: ServiceSpec): string;
  encode(text: string): Buffer;
  decode(bytes: Buffer): string;
  /** From a file that is there to a loop that runs, also when an older one does. */
  start(name: string): readonly SystemCommand[];
  /** Of one that runs, whether its file is there or not. */
  stop(name: string): readonly SystemCommand[];
  /** After it went. */
  forget(name: string): readonly SystemCommand[];
  /** Links of the system to the file, which go with it. Absolute. */
  links(name: string): readonly string[];
  /** Exits 0 when it runs. */
  ask(name: string): SystemCommand;
  /** What is worth knowing after an installation. */
  readonly advice: string | null;
}

/** Of this platform. Throws SERVICE_UNSUPPORTED. */
export async function serviceManager(
  ctx: Pick<Context, 'platform' | 'folders' | 'home' | 'env' | 'system'>,
): Promise<ServiceManager> {
  switch (ctx.platform) {
    case 'linux':
      return systemd(ctx);
    case 'darwin':
      return launchd(ctx, (await ctx.system.processes.identity()).uid);
    case 'win32':
      return tasks(ctx);
    default:
      throw new McpformError('SERVICE_UNSUPPORTED', `mcpform knows no service manager of ${ctx.platform}`, {
        hint: 'start `mcpform reconcile` with what the system has for that',
      });
  }
}

const text = {
  encode: (content: string): Buffer => Buffer.from(content),
  decode: (bytes: Buffer): string => bytes.toString(),
};

function systemd({ folders }: Pick<Context, 'folders'>): ServiceManager {
  const folder = join(dirname(folders.config), 'systemd', 'user');
  const systemctl = (...args: readonly string[]): SystemCommand => ({
    command: 'systemctl',
    args: ['--user', ...args],
  });
  const unit = (name: string): string => `${name}.service`;
  return {
    kind: 'systemd',
    folder,
    fileName: unit,
    nameOf: (fileName) => /^(mcpform-.+)\.service$/.exec(fileName)?.[1] ?? null,
    render: (spec) => {
      assertStartable(spec.command);
      return systemdUnit(spec);
    },
    ...text,
    start: (name) => [
      systemctl('daemon-reload'),
      systemctl('enable', unit(name)),
      systemctl('restart', unit(name)),
    ],
    // Not `disable`, which wants the file: what that would remove are the links.
    stop: (name) => [systemctl('stop', unit(name))],
    forget: () => [systemctl('daemon-reload')],
    links: (name) => [join(folder, 'default.target.wants', unit(name))],
    ask: (name) => systemctl('is-active', unit(name)),
    advice: 'User services end when you log out; on a server, `loginctl enable-linger` keeps them.',
  };
}

/** `string_is_safe` of systemd's source: no quoting helps. */
function assertStartable(command: string): void {
  if (!/["'\\]/.test(command)) return;
  throw new McpformError('SERVICE_UNSUPPORTED', `systemd starts no program with such a path: ${command}`, {
    hint: 'install Node and mcpform in a folder without quotes or backslashes in its name',
  });
}

function launchd({ home }: Pick<Context, 'home'>, uid: number): ServiceManager {
  const folder = join(home, 'Library', 'LaunchAgents');
  const launchctl = (...args: readonly string[]): SystemCommand => ({ command: '/bin/launchctl', args });
  const target = (name: string): string => `gui/${uid}/${labelOf(name)}`;
  const fileName = (name: string): string => `${labelOf(name)}.plist`;
  return {
    kind: 'launchd',
    folder,
    fileName,
    nameOf: (file) => {
      const [, rest] = /^dev\.mcpform\.(.+)\.plist$/.exec(file) ?? [];
      return rest === undefined ? null : `mcpform-${rest}`;
    },
    render: launchdPlist,
    ...text,
    start: (name) => [
      { ...launchctl('bootout', target(name)), mayFail: true },
      launchctl('bootstrap', `gui/${uid}`, join(folder, fileName(name))),
    ],
    stop: (name) => [launchctl('bootout', target(name))],
    forget: () => [],
    links: () => [],
    ask: (name) => launchctl('print', target(name)),
    advice: null,
  };
}

function tasks({ folders, env }: Pick<Context, 'folders' | 'env'>): ServiceManager {
  const folder = join(folders.data, 'tasks');
  const command = `${env['SystemRoot'] ?? 'C:\\Windows'}\\System32\\schtasks.exe`;
  const schtasks = (...args: readonly string[]): SystemCommand => ({ command, args });
  const [domain, name] = [env['USERDOMAIN'], env['USERNAME']];
  const user = domain === undefined || name === undefined ? null : `${domain}\\${name}`;
  const fileName = (of: string): string => `${of}.xml`;
  return {
    kind: 'tasks',
    folder,
    fileName,
    nameOf: (file) => /^(mcpform-.+)\.xml$/.exec(file)?.[1] ?? null,
    render: (spec) => taskXml(spec, user),
    // schtasks reads no other encoding that is written in the file.
    encode: (content) => Buffer.from(`\ufeff${content.replaceAll('\n', '\r\n')}`, 'utf16le'),
    decode: (bytes) =>
      bytes
        .toString('utf16le')
        .replace(/^\ufeff/, '')
        .replaceAll('\r\n', '\n'),
    start: (of) => [
      schtasks('/Create', '/F', '/TN', taskPath(of), '/XML', join(folder, fileName(of))),
      schtasks('/Run', '/TN', taskPath(of)),
    ],
    stop: (of) => [
      { ...schtasks('/End', '/TN', taskPath(of)), mayFail: true },
      schtasks('/Delete', '/F', '/TN', taskPath(of)),
    ],
    forget: () => [],
    links: () => [],
    ask: (of) => schtasks('/Query', '/TN', taskPath(of)),
    advice: null,
  };
}
