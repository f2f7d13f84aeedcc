import { isDowngrade } from '../../lock/is-downgrade.ts';
import { packageText } from '../../lock/package-text.ts';
import { treeDigest } from '../../lock/tree-file.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Finding } from '../../model/finding.ts';
import { inParallel } from '../../model/in-parallel.ts';
import type { Lock, PackagePin, Pin } from '../../model/lock.ts';
import type { Runtime, Server } from '../../model/manifest.ts';
import type { Resolution } from '../../model/resolver.ts';
import { sourceOf } from '../../resolve/index.ts';
import { resolverOf } from './resolver-of.ts';
import type { Trees } from './tree-files.ts';

export interface ResolveOptions {
  /** Servers whose newest allowed release is taken, whatever the lock says. */
  readonly updates: ReadonlySet<string>;
  /** Releases younger than this are ignored; 0 takes all. */
  readonly cooldownMs: number;
  readonly allowsDowngrade: boolean;
  /** Servers resolved at once. */
  readonly parallel: number;
  /** Relative paths in the manifest resolve from here. */
  readonly root: string;
}

/** Polite to registries, and far from what slow ones need to be hidden. */
export const PARALLEL = 16;

/** What became of one server's name. */
export type Resolved =
  | {
      readonly server: string;
      readonly result: 'kept' | 'added' | 'updated';
      readonly before: Pin | null;
      readonly pin: Pin;
      readonly tree: string | null;
      readonly findings: readonly Finding[];
    }
  | {
      readonly server: string;
      readonly result: 'failed';
      readonly before: Pin | null;
      readonly error: McpformError;
    };

/** Asks registries what the servers' names stand for. One that fails leaves the others alone. In their order. */
export async function resolvePins(
  servers: readonly Server[],
  books: { readonly lock: Lock; readonly trees: Trees },
  options: ResolveOptions,
  ctx: Context,
): Promise<readonly Resolved[]> {
  const named = servers.filter(({ runtime }) => sourceOf(runtime) !== null);
  return await inParallel(named, options.parallel, async (server) => {
    const before = Object.hasOwn(books.lock.servers, server.name)
      ? (books.lock.servers[server.name] as Pin)
      : null;
    ctx.emit({ kind: 'lock.resolving', server: server.name });
    try {
      return await resolveOne({ server, before, tree: books.trees.get(server.name) ?? null }, options, ctx);
    } catch (error) {
      if (!(error instanceof McpformError)) throw error;
      return { server: server.name, result: 'failed', before, error };
    }
  });
}

interface Known {
  readonly server: Server;
  readonly before: Pin | null;
  readonly tree: string | null;
}

async function resolveOne(known: Known, options: ResolveOptions, ctx: Context): Promise<Resolved> {
  const { server, before, tree } = known;
  const resolver = await resolverOf(server);
  if (resolver === null) throw new Error(`server "${server.name}" has nothing to resolve`);
  const isUpdate = options.updates.has(server.name);
  const resolution = await resolver.resolve(
    {
      server: server.name,
      runtime: server.runtime,
      current: before,
      currentTree: tree,
      isUpdate,
      cooldownMs: options.cooldownMs,
      root: options.root,
    },
    ctx,
  );
  const pin = asRequested(resolution.pin, server.runtime);
  if (before !== null && !options.allowsDowngrade) refuseDowngrade(server.name, before, pin);
  return { ...known, server: server.name, ...outcomeOf(before, { ...resolution, pin }) };
}

function outcomeOf(before: Pin | null, { pin, tree, findings }: Resolution) {
  if (tree !== null && pin.kind === 'package' && pin.tree !== treeDigest(tree)) {
    throw new Error(`the tree of "${pin.package}" is not the one its pin names`);
  }
  const result = before === null ? 'added' : samePin(before, pin) ? 'kept' : 'updated';
  // Who signed it was verified for what is kept, and is verified anew for everything else.
  const isSigned = result === 'kept' && before?.signer !== undefined && pin.kind !== 'local-image';
  const kept = isSigned ? { ...pin, signer: before.signer } : pin;
  return { result, before, pin: kept, tree, findings } as const;
}

/** Equal but for the signer, which is not the registry's to say. */
function samePin({ signer: _a, ...a }: Pin, { signer: _b, ...b }: Pin): boolean {
  const [one, other] = [a, b].map((pin) => JSON.stringify(Object.entries(pin).sort()));
  return one === other;
}

/** The pin answers the manifest's question, however it was asked of the registry. */
function asRequested(pin: Pin, runtime: Runtime): Pin {
  if (pin.kind !== 'package' || runtime.kind !== 'package') return pin;
  const { requested: _, ...exact } = pin;
  const wanted = packageText(runtime);
  return wanted === pin.package ? exact : ({ ...exact, requested: wanted } satisfies PackagePin);
}

function refuseDowngrade(server: string, before: Pin, after: Pin): void {
  const name = (pin: Pin): string => (pin.kind === 'package' ? pin.package : pin.image);
  if (!isDowngrade(name(before), name(after))) return;
  throw new McpformError(
    'LOCK_DOWNGRADE',
    `server "${server}": "${name(after)}" is older than "${name(before)}", which is locked`,
    { hint: 'pass --allow-downgrade if that is what you want' },
  );
}
