import { delimiter, isAbsolute, join } from 'node:path';
import { McpformError } from '../../model/error.ts';
import { whyNotExecutable } from '../../system/launch/become.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where `docker` is: the first on the PATH, as a shell finds it, but never in the working directory, which is
 * whatever project a client was opened in. Throws ENGINE_UNAVAILABLE.
 */
export function findDocker(env: Environment, platform: NodeJS.Platform = process.platform): string {
  const isWindows = platform === 'win32';
  const path = env['PATH'] ?? (isWindows ? env['Path'] : undefined) ?? '';
  const found = path
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .map((folder) => join(folder, isWindows ? 'docker.exe' : 'docker'))
    .find((file) => whyNotExecutable(file) === null);
  if (found !== undefined) return found;
  throw new McpformError('ENGINE_UNAVAILABLE', 'there is no program "docker" on the PATH', {
    hint: 'install the Docker CLI, or put it on the PATH that the client starts servers with',
  });
}
