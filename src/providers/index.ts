import { McpformError } from '../model/error.ts';
import type { LocalImagePin } from '../model/lock.ts';
import type { Provider } from '../model/provider.ts';
import type { Resolver } from '../model/resolver.ts';

/** Every provider there is, each loaded when it is needed. */
const register: Readonly<Record<string, () => Promise<Provider>>> = {
  'claude-code': async () => (await import('./claude-code/index.ts')).claudeCode,
  docker: async () => (await import('./docker/index.ts')).docker,
};

export const PROVIDER_NAMES: readonly string[] = Object.keys(register);

export async function loadProvider(name: string): Promise<Provider> {
  const load = Object.hasOwn(register, name) ? register[name] : undefined;
  if (load !== undefined) return load();
  throw new McpformError('CLIENT_UNKNOWN', `there is no client "${name}"`, {
    hint: `known clients: ${PROVIDER_NAMES.join(', ')}`,
  });
}

/** Who knows the ids of images that an engine alone has: of a Docker context, or with null of the docker command. */
export async function loadLocalImages(
  context: string | null,
): Promise<Omit<Resolver<LocalImagePin>, 'releases'>> {
  return (await import('./docker/local-images.ts')).localImages(context);
}
