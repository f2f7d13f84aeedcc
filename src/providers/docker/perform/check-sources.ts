import { posix } from 'node:path';
import type { Context } from '../../../model/context.ts';
import { McpformError } from '../../../model/error.ts';
import { hostSources } from '../../../policy/container-facts.ts';
import { asContainer, type ContainerAttributes } from '../attributes.ts';
import type { Engine } from '../engine.ts';
import { type Job, wantedOf } from './job.ts';

/**
 * Folders of the host are judged by where they really are, and engines follow links whenever they start something. What
 * a link leads to may have changed since it was judged, and nobody knows here what it was then; so a source must be no
 * link at all: then it is what was judged, under the one name that it has. Sending what it leads to now would be
 * starting what nobody judged. On another machine nothing can be looked at: there policy has to allow it blindly.
 *
 * ENGINE_SOURCE_MOVED when one is a link, leads through one, or is not there.
 */
export async function checkSources({ work, engine, ctx }: Job): Promise<void> {
  const wanted = asContainer(wantedOf(work));
  const binds = Object.values(wanted.volumes ?? {}).flatMap((mount) => ('bind' in mount ? [mount.bind] : []));
  await checkHostPaths([...binds, ...(await behindVolumes(wanted, engine))], engine, ctx);
}

export async function checkHostPaths(paths: readonly string[], engine: Engine, ctx: Context): Promise<void> {
  if (engine.endpoint.kind !== 'unix') return;
  for (const path of new Set(paths)) {
    const real = await realPath(path, ctx);
    if (real === plain(path)) continue;
    const message =
      real === null ? `folder "${path}" cannot be looked at` : `folder "${path}" is a link to "${real}"`;
    const hint =
      real === null ? 'create it, or give yourself the right to see it' : `write "${real}" in the manifest`;
    throw new McpformError('ENGINE_SOURCE_MOVED', message, { hint });
  }
}

/** A volume of the local driver may be a folder of the host by another name. */
async function behindVolumes(
  { volumes = {} }: ContainerAttributes,
  engine: Engine,
): Promise<readonly string[]> {
  const names = Object.values(volumes).flatMap((mount) => ('volume' in mount ? [mount.volume] : []));
  if (names.length === 0) return [];
  return (await engine.listVolumes())
    .filter(({ Name }) => names.includes(Name))
    .flatMap(({ Options }) => foldersOfVolume(Options ?? {}));
}

export function foldersOfVolume(driverOptions: Readonly<Record<string, string>>): readonly string[] {
  const volume = {
    kind: 'volume',
    volume: '',
    isExternal: false,
    driver: null,
    target: '/',
    isReadOnly: false,
  } as const;
  return hostSources({ mounts: [{ ...volume, driverOptions }] });
}

/** Null when it is not there, or nobody may know. */
async function realPath(path: string, { system }: Context): Promise<string | null> {
  try {
    return await system.files.realPath(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  }
}

function plain(path: string): string {
  return posix.normalize(path).replace(/(?<=.)\/+$/, '');
}
