import { isSatisfied } from '../../lock/satisfies.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { inParallel } from '../../model/in-parallel.ts';
import type { Lock, Pin } from '../../model/lock.ts';
import type { Manifest } from '../../model/manifest.ts';
import type { Releases } from '../../model/resolver.ts';
import { loadResolver, sourceOf } from '../../resolve/index.ts';
import { PARALLEL } from './resolve-pins.ts';

/** What else there is of one server. */
export type Outdated =
  | { readonly server: string; readonly releases: Releases }
  /** No registry has it, so nobody knows. */
  | { readonly server: string; readonly isLocal: true }
  | { readonly server: string; readonly error: McpformError };

/** Asks registries about every locked package and image, or those named. In the manifest's order. */
export async function findOutdated(
  manifest: Manifest,
  lock: Lock,
  options: { readonly only: ReadonlySet<string>; readonly cooldownMs: number; readonly root: string },
  ctx: Context,
): Promise<readonly Outdated[]> {
  const servers = manifest.servers.filter(
    ({ name, runtime }) => sourceOf(runtime) !== null && (options.only.size === 0 || options.only.has(name)),
  );
  return await inParallel(servers, PARALLEL, async ({ name, runtime }): Promise<Outdated> => {
    const pin = Object.hasOwn(lock.servers, name) ? (lock.servers[name] as Pin) : null;
    if (runtime.kind === 'image' && runtime.isLocal === true) return { server: name, isLocal: true };
    const source = sourceOf(runtime);
    if (source === null) throw new Error(`server "${name}" has nothing to look up`);
    if (pin === null || !isSatisfied(runtime, pin)) {
      const error = new McpformError('LOCK_UNSATISFIED', `server "${name}" is not in the lock`, {
        hint: 'run `mcpform lock`',
      });
      return { server: name, error };
    }
    ctx.emit({ kind: 'lock.resolving', server: name });
    try {
      const resolver = await loadResolver(source);
      const request = {
        server: name,
        runtime,
        current: pin,
        currentTree: null,
        isUpdate: false,
        cooldownMs: options.cooldownMs,
        root: options.root,
      };
      return { server: name, releases: await resolver.releases(request, ctx) };
    } catch (error) {
      if (!(error instanceof McpformError)) throw error;
      return { server: name, error };
    }
  });
}
