import type { Context } from '../../model/context.ts';
import type { Engine, EngineIdentity } from './engine.ts';

const KERNEL = '/proc/sys/kernel/osrelease';

/**
 * Whether a path means the same folder to an engine as to us: it listens on a socket of this machine, has its kernel,
 * and what it says of its own data is so for us. Docker Desktop has a kernel of its own; an engine whose socket we were
 * given into a container has its data elsewhere.
 */
export async function sharesFolders(
  { endpoint }: Pick<Engine, 'endpoint'>,
  { sees }: Pick<EngineIdentity, 'sees'>,
  { system, platform }: Pick<Context, 'system' | 'platform'>,
): Promise<boolean> {
  if (platform !== 'linux' || endpoint.kind !== 'unix' || sees === undefined) return false;
  try {
    const kernel = (await system.files.read(KERNEL)).toString('utf8').trim();
    return kernel === sees.kernel && (await system.files.stat(sees.dataFolder)).kind === 'folder';
  } catch (error) {
    // Whatever hides it from us, it is not known to be the same.
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  }
}
