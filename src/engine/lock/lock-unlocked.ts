import { unsatisfied } from '../../lock/satisfies.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Finding } from '../../model/finding.ts';
import { isServiceEntry } from '../../model/is-service-entry.ts';
import type { Desired } from '../../model/resource.ts';
import type { Declared } from '../declare.ts';
import { expandTexts } from '../expand-texts.ts';
import { folderOf } from '../load.ts';
import { locate } from '../locate-findings.ts';
import { PARALLEL } from './resolve-pins.ts';
import { type LockUpdate, updateLock } from './update-lock.ts';

/** What was declared, with every name that could be looked up; `update` is still to be written. */
export interface Locked {
  readonly declared: Declared;
  readonly update: LockUpdate | null;
}

/**
 * `--locked`: refuses a lock that does not answer for every package and image, and images nobody knows the version
 * of. What was said as a warning is an error then.
 */
export async function assertLocked({ manifest, lock, resources, findings, loaded }: Declared): Promise<void> {
  const missing = new Set(enabled(manifest.servers, unsatisfied(manifest, lock)));
  const stated = [...findings, ...resources.flatMap(({ desired }) => desired.blocked ?? [])];
  const reasons = stated.filter(({ code }) => code === 'GRAPH_UNLOCKED' || code === 'GRAPH_IMAGE_LATEST');
  if (missing.size === 0 && reasons.length === 0) return;
  const errors = reasons.map((finding): Finding => ({ ...finding, severity: 'error' }));
  throw new McpformError('LOCK_INCOMPLETE', 'the lock does not say what everything stands for', {
    findings: await locate(errors, loaded.sources),
    hint: 'run `mcpform lock` and commit what it writes; `--no-locked` goes on without',
  });
}

/** Looks up what the lock does not answer for. What cannot be found stays blocked, for that reason. */
export async function lockUnlocked(declared: Declared, ctx: Context): Promise<Locked> {
  const { manifest, lock, loaded } = declared;
  const missing = new Set(enabled(manifest.servers, unsatisfied(manifest, lock)));
  if (missing.size === 0) return { declared, update: null };
  const update = await updateLock(
    manifest,
    lock,
    {
      lockPath: loaded.lockPath,
      only: missing,
      updates: new Set(),
      cooldownMs: 0,
      allowsDowngrade: false,
      parallel: PARALLEL,
      root: folderOf(loaded),
      isStrict: false,
    },
    ctx,
  );
  const expansion = await expandTexts(loaded, ctx, update.lock);
  const failures = new Map(
    update.changes.flatMap(({ server, error }) => (error === undefined ? [] : [[server, error] as const])),
  );
  const resources = expansion.resources.map((resource) => {
    const failure = failures.get(resource.desired.server ?? '');
    // What leads to a container waits for it.
    return failure === undefined || isServiceEntry(resource.desired)
      ? resource
      : { ...resource, desired: { ...resource.desired, blocked: blockedBy(failure, resource.desired) } };
  });
  return {
    declared: { ...declared, ...expansion, resources, findings: [...expansion.findings, ...update.findings] },
    update: update.changes.some(({ result }) => result === 'added' || result === 'updated') ? update : null,
  };
}

function enabled(
  servers: Declared['manifest']['servers'],
  found: readonly { readonly server: string }[],
): readonly string[] {
  const disabled = new Set(servers.filter((server) => !server.enabled).map(({ name }) => name));
  return found.map(({ server }) => server).filter((name) => !disabled.has(name));
}

function blockedBy({ code, message, hint }: McpformError, { server, address, at }: Desired): Finding {
  return {
    code,
    severity: 'error',
    message: `server "${server}" could not be looked up: ${message}`,
    ...(hint === undefined ? {} : { hint }),
    address,
    at,
  };
}
