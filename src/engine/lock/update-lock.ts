import { staleOffers, staleServers } from '../../lock/satisfies.ts';
import type { Context } from '../../model/context.ts';
import type { McpformError } from '../../model/error.ts';
import type { Finding } from '../../model/finding.ts';
import type { Lock, Pin } from '../../model/lock.ts';
import type { Manifest } from '../../model/manifest.ts';
import { PARALLEL, type Resolved, type ResolveOptions, resolvePins } from './resolve-pins.ts';
import { readTrees, type Trees } from './tree-files.ts';
import { verifyResolved } from './verify-resolved.ts';

/** What the lock would be, and what became of every server's name. Nothing is written. */
export interface LockUpdate {
  readonly lock: Lock;
  readonly trees: Trees;
  readonly changes: readonly LockChange[];
  readonly findings: readonly Finding[];
}

export interface LockChange {
  readonly server: string;
  readonly result: 'kept' | 'added' | 'updated' | 'removed' | 'failed';
  readonly before: Pin | null;
  readonly after: Pin | null;
  /** Why it failed. The lock keeps what it had. */
  readonly error?: McpformError;
}

export interface LockUpdateRequest extends ResolveOptions {
  readonly lockPath: string;
  /** Servers to look at; default: all. Others keep what they have, and nothing is removed. */
  readonly only?: ReadonlySet<string>;
  /** `--locked`: another signer than the one in the lock is an error. */
  readonly isStrict: boolean;
}

export async function updateLock(
  manifest: Manifest,
  lock: Lock,
  request: LockUpdateRequest,
  ctx: Context,
): Promise<LockUpdate> {
  if (request.parallel !== PARALLEL) {
    // Somebody said how polite to be, so no registry is asked for more, or less, than that at a time.
    (await import('../../resolve/oci/open-registry.ts')).limitRegistries(request.parallel, ctx);
  }
  const trees = await readTrees(request.lockPath, lock.servers, ctx);
  const servers = manifest.servers.filter(({ name }) => request.only?.has(name) ?? true);
  const resolved = await verifyResolved(
    await resolvePins(servers, { lock, trees }, request, ctx),
    request,
    ctx,
  );
  const stale = request.only === undefined ? staleServers(manifest, lock) : [];
  const next: Record<string, Pin> = { ...lock.servers };
  const texts = new Map(trees);
  for (const each of resolved) {
    if (each.result === 'failed') continue;
    next[each.server] = each.pin;
    if (each.tree === null) texts.delete(each.server);
    else texts.set(each.server, each.tree);
  }
  for (const name of stale) {
    delete next[name];
    texts.delete(name);
  }
  return {
    lock: {
      ...lock,
      servers: next,
      offers: request.only === undefined ? offersIn(manifest, lock) : lock.offers,
    },
    trees: texts,
    changes: [...resolved.map(changeOf), ...stale.map((name) => removed(name, lock))],
    findings: resolved.flatMap((each) => (each.result === 'failed' ? [] : each.findings)),
  };
}

function offersIn(manifest: Manifest, lock: Lock): Lock['offers'] {
  const stale = new Set(staleOffers(manifest, lock));
  return Object.fromEntries(Object.entries(lock.offers).filter(([server]) => !stale.has(server)));
}

function changeOf(resolved: Resolved): LockChange {
  const { server, result, before } = resolved;
  if (result === 'failed') return { server, result, before, after: before, error: resolved.error };
  return { server, result, before, after: resolved.pin };
}

function removed(server: string, lock: Lock): LockChange {
  return { server, result: 'removed', before: lock.servers[server] as Pin, after: null };
}
