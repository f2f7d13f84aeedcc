import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { locatorOf } from '../../src/graph/bind-template.ts';
import { launchId } from '../../src/graph/launch-id.ts';
import { prepareLaunch } from '../../src/launch/prepare-launch.ts';
import { prepareRecord } from '../../src/launch/prepare-record.ts';
import { writeLaunchGrants } from '../../src/launch/secrets/write-grants.ts';
import {
  type AnyLaunchRecord,
  type CommandLaunchRecord,
  type HeadersLaunchRecord,
  isPackageLaunch,
  type LaunchRecord,
  type SecretSources,
} from '../../src/model/launch.ts';
import { recordOf, type World } from './world.ts';

/** Puts a file below the home of a world; returns its path. */
export async function put(world: World, path: string, text: string, mode = 0o600): Promise<string> {
  const file = join(world.home.folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  await chmod(file, mode);
  return file;
}

export function packageRecord(
  bin: string,
  secrets: SecretSources,
  changes: Partial<LaunchRecord> = {},
): LaunchRecord {
  return recordOf({ bin, env: environmentOf(secrets), secrets, ...changes });
}

export function commandRecord(
  command: string,
  secrets: SecretSources,
  changes: Partial<CommandLaunchRecord> = {},
): CommandLaunchRecord {
  const env = environmentOf(secrets);
  return {
    formatVersion: 1,
    server: 'tool',
    command,
    args: [],
    loaderVariables: [],
    env,
    secrets,
    ...changes,
  };
}

export function headersRecord(
  url: string,
  secrets: SecretSources,
  changes: Partial<HeadersLaunchRecord> = {},
): HeadersLaunchRecord {
  const headers = Object.fromEntries(
    Object.keys(secrets).map((secret) => [`X-${secret}`, ['Bearer ', { secret }]]),
  );
  return { formatVersion: 1, server: 'api', url, headers, secrets, ...changes };
}

/** A variable for each, named like it in capitals. */
function environmentOf(secrets: SecretSources): CommandLaunchRecord['env'] {
  return Object.fromEntries(Object.keys(secrets).map((secret) => [secret.toUpperCase(), [{ secret }]]));
}

/** As apply does after an approval: the launch, and beside it what is granted. Default: all that it needs. */
export async function approved(
  world: World,
  record: LaunchRecord | CommandLaunchRecord | HeadersLaunchRecord,
  granted: ReadonlySet<string> = locatorsOf(record),
): Promise<string> {
  await writeLaunchGrants(record, granted, world.ctx);
  if (isPackageLaunch(record)) await prepareLaunch({ record, tree: null }, world.ctx, world.installerFor);
  else await prepareRecord(record, world.ctx);
  return launchId(record);
}

export function locatorsOf({ secrets = {} }: Pick<AnyLaunchRecord, 'secrets'>): ReadonlySet<string> {
  return new Set(Object.values(secrets).map(locatorOf));
}
