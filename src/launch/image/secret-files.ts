import { SECRETS_FOLDER } from '../../graph/secret-files.ts';
import type { Mount } from '../../model/container.ts';
import { McpformError } from '../../model/error.ts';
import type { ImageLaunchRecord } from '../../model/launch.ts';
import { memoryFolder } from '../../system/launch/memory-folder.ts';
import { runBriefly } from '../../system/launch/run-briefly.ts';
import type { LaunchSecrets } from '../expand-args.ts';

const ASK_MS = 10_000;

/**
 * Where the secrets of a run may lie, in memory alone; null for a launch that has none, or needs none there and cannot
 * have it. Throws SECRET_EXPOSED where there is no such place.
 */
export function memoryFor(
  { server, container, secrets }: ImageLaunchRecord,
  env: Readonly<Record<string, string | undefined>>,
): string | null {
  if (secrets === undefined) return null;
  const folder = memoryFolder(env);
  if (folder !== null || (container.secretFiles ?? []).length === 0) return folder;
  throw exposed(server, 'this system keeps every file on a disk');
}

/** The files of a container, by the name of the secret that each holds. */
export function secretFiles(
  { container }: ImageLaunchRecord,
  secrets: LaunchSecrets,
): readonly (readonly [name: string, text: string])[] {
  return (container.secretFiles ?? []).map((name) => {
    const value = secrets.get(name);
    // The pattern is the manifest's; a path is made of it here.
    if (value === undefined || !/^[A-Za-z][A-Za-z0-9_-]*$/.test(name)) {
      throw new Error(`"${name}" is no secret of the launch`);
    }
    return [name, value.reveal()];
  });
}

/** Each file by itself: the folder they are in is closed to whoever the container runs as. */
export function secretMounts({ container }: ImageLaunchRecord, folder: string | null): readonly Mount[] {
  return (container.secretFiles ?? []).map((name) => ({
    kind: 'bind',
    source: `${folder}/${name}`,
    target: `${SECRETS_FOLDER}/${name}`,
    isReadOnly: true,
  }));
}

/**
 * Throws SECRET_EXPOSED unless the engine is reached through a socket of this machine: another machine has no file of
 * ours. `docker` and `env` are those that the container is run with.
 */
export async function assertLocalEngine(
  { server, context, container }: ImageLaunchRecord,
  { docker, env }: { readonly docker: string; readonly env: Readonly<Record<string, string>> },
): Promise<void> {
  if ((container.secretFiles ?? []).length === 0) return;
  const named = context === undefined ? [] : [context];
  const args = ['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}', ...named];
  const said = await runBriefly(docker, args, { env, timeoutMs: ASK_MS });
  const [host = ''] = said.split('\n').filter((line) => /^[a-z]+:/.test(line));
  if (host.startsWith('unix:')) return;
  // Podman's stand-in for docker has no contexts, and says this of itself instead.
  const info = ['info', '--format', '{{.Host.ServiceIsRemote}}'];
  if (host === '' && (await runBriefly(docker, info, { env, timeoutMs: ASK_MS })) === 'false') return;
  throw exposed(server, host === '' ? 'docker does not say where its engine is' : 'its engine is elsewhere');
}

function exposed(server: string, because: string): McpformError {
  return new McpformError(
    'SECRET_EXPOSED',
    `server "${server}" takes secrets as files in memory, and ${because}`,
    {
      hint: 'hand them over in variables whose names do not end in `_FILE`, or use an engine of this machine',
    },
  );
}
