import { join } from 'node:path';
import { checkTrees } from '../../lock/check-trees.ts';
import { staleOffers, staleServers, unsatisfied } from '../../lock/satisfies.ts';
import type { Context } from '../../model/context.ts';
import { isErrno, McpformError } from '../../model/error.ts';
import type { Finding } from '../../model/finding.ts';
import { inParallel } from '../../model/in-parallel.ts';
import { toPointer } from '../../model/json.ts';
import type { Pin } from '../../model/lock.ts';
import type { Server } from '../../model/manifest.ts';
import { sourceOf } from '../../resolve/index.ts';
import type { Declared } from '../declare.ts';
import { folderOf } from '../load.ts';
import { locate } from '../locate-findings.ts';
import { readPolicies } from '../read-policies.ts';
import { PARALLEL } from './resolve-pins.ts';
import { resolverOf } from './resolver-of.ts';
import { readTrees, treeFolder } from './tree-files.ts';
import { isVerified, verifyPin } from './verify-pin.ts';

/**
 * Whether the lock answers for the whole manifest and for nothing else, and whether what it says is true: of the
 * files beside it, and, unless offline, of the registries. Empty when it does.
 */
export async function checkLock(
  { manifest, lock, loaded }: Pick<Declared, 'manifest' | 'lock' | 'loaded'>,
  { isOffline }: { readonly isOffline: boolean },
  ctx: Context,
): Promise<readonly Finding[]> {
  const names = await listFolder(treeFolder(loaded.lockPath), ctx);
  const texts = await readTexts(treeFolder(loaded.lockPath), names, ctx);
  const open = new Map(unsatisfied(manifest, lock).map(({ server, reason }) => [server, reason]));
  const trees = await readTrees(loaded.lockPath, lock.servers, ctx);
  const unsaid = manifest.servers.flatMap((server) => {
    const reason = open.get(server.name);
    return reason === undefined ? [] : [notAnswered(server, reason, manifest.files[0] ?? '')];
  });
  const stale = [
    ...staleServers(manifest, lock).map((name) => notAsked(name, loaded.lockPath)),
    ...staleOffers(manifest, lock).map((name) => notThere(name, loaded.lockPath)),
  ];
  const local = [...unsaid, ...stale, ...checkTrees(lock, texts, loaded.lockPath)];
  const answered = manifest.servers.filter(
    ({ name, runtime }) => !open.has(name) && sourceOf(runtime) !== null,
  );
  const remote = isOffline
    ? []
    : await inParallel(answered, PARALLEL, (server) =>
        checkPin(server, lock.servers[server.name] as Pin, trees.get(server.name) ?? null, loaded, ctx),
      );
  return await locate(
    [...local, ...remote.flat()],
    [...loaded.sources, { path: loaded.lockPath, bytes: loaded.lockBytes ?? new Uint8Array() }],
  );
}

async function checkPin(
  server: Server,
  pin: Pin,
  tree: string | null,
  loaded: Declared['loaded'],
  ctx: Context,
): Promise<readonly Finding[]> {
  const { lockPath } = loaded;
  const at = { file: lockPath, pointer: toPointer(['servers', server.name]), part: 'key' as const };
  try {
    const resolver = await resolverOf(server);
    if (resolver === null) return [];
    const findings = await resolver.check({ server: server.name, pin, tree, root: folderOf(loaded) }, ctx);
    const signer = await checkSigner(server.name, pin, lockPath, ctx);
    return [...findings, ...signer].map((finding) => ({ at, ...finding }));
  } catch (error) {
    if (!(error instanceof McpformError)) throw error;
    const { code, message, hint } = error;
    return [{ code, severity: 'error', message, ...(hint === undefined ? {} : { hint }), at }];
  }
}

/** Whoever a policy wants, or the lock says it was, must have signed just this. */
async function checkSigner(
  server: string,
  pin: Pin,
  file: string,
  ctx: Context,
): Promise<readonly Finding[]> {
  const policies = await readPolicies(ctx);
  const known = pin.signer ?? null;
  if (!isVerified({ pin, known }, policies)) return [];
  try {
    return await compare();
  } catch (error) {
    // Nobody demands a signature here; that the one in the lock cannot be looked at does not make the lock untrue.
    const isDemanded = isVerified({ pin, known: null }, policies);
    if (!(error instanceof McpformError) || error.code !== 'VERIFY_TRUST_UNAVAILABLE' || isDemanded)
      throw error;
    const { code, message, hint } = error;
    return [{ code, severity: 'warning', message, ...(hint === undefined ? {} : { hint }) }];
  }

  async function compare(): Promise<readonly Finding[]> {
    const verified = await verifyPin({ pin, known }, policies, ctx);
    const { compareSigner } = await import('../../verify/compare-signer.ts');
    return compareSigner({ server, locked: pin.signer, verified, isLocked: true, file });
  }
}

function notAnswered(server: Server, reason: 'missing' | 'changed', file: string): Finding {
  return {
    code: 'LOCK_UNSATISFIED',
    severity: 'error',
    message:
      reason === 'missing'
        ? `server "${server.name}" is not in the lock`
        : `server "${server.name}" asks for something else than the lock has`,
    hint: 'run `mcpform lock`',
    at: { file, pointer: server.declaredIn, part: 'key' },
  };
}

function notAsked(name: string, file: string): Finding {
  return {
    code: 'LOCK_STALE',
    severity: 'error',
    message: `the lock has "${name}", which no package or image of the manifest is called`,
    hint: 'run `mcpform lock`, which removes it',
    at: { file, pointer: toPointer(['servers', name]), part: 'key' },
  };
}

function notThere(name: string, file: string): Finding {
  return {
    code: 'LOCK_STALE',
    severity: 'error',
    message: `the lock says what "${name}" offers, which no server of the manifest is called`,
    hint: 'run `mcpform lock`, which removes it',
    at: { file, pointer: toPointer(['offers', name]), part: 'key' },
  };
}

async function listFolder(folder: string, ctx: Context): Promise<readonly string[]> {
  return await ctx.system.files.list(folder).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  });
}

async function readTexts(
  folder: string,
  names: readonly string[],
  ctx: Context,
): Promise<ReadonlyMap<string, string>> {
  const texts = await Promise.all(
    names
      .filter((name) => /\.(npm\.json|requirements\.txt)$/.test(name))
      .map(
        async (name) => [name, (await ctx.system.files.read(join(folder, name))).toString('utf8')] as const,
      ),
  );
  return new Map(texts);
}
