import { launchId } from '../graph/launch-id.ts';
import { isPrepared } from '../launch/is-prepared.ts';
import { prepareLaunch } from '../launch/prepare-launch.ts';
import type { Address } from '../model/address.ts';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import type { Outcome } from '../model/event.ts';
import type { Finding } from '../model/finding.ts';
import { isImageId } from '../model/image-reference.ts';
import { inParallel } from '../model/in-parallel.ts';
import {
  type AnyLaunchRecord,
  type ImageLaunchRecord,
  isCommandLaunch,
  isHeadersLaunch,
  isImageLaunch,
} from '../model/launch.ts';
import { templateText } from '../model/template.ts';
import type { Declared } from './declare.ts';
import { readTree } from './lock/tree-files.ts';
import type { Rendered } from './observe.ts';
import { type Granted, grantKey, grantsOf } from './secrets/grants.ts';

/** Installing is disk and network at once; more of it at a time is not faster. */
const PARALLEL = 4;

/** Why a launch could not be made ready, by address. */
export type Unprepared = ReadonlyMap<Address, NonNullable<Outcome['error']>>;

/**
 * Puts into the store what the entries of these resources will start, before anything is written that starts it.
 * What is there already costs a look. One that fails leaves the others alone.
 */
export async function prepareLaunches(
  resources: readonly Rendered[],
  { loaded, lock, granted }: Pick<Declared, 'loaded' | 'lock'> & { readonly granted: readonly Granted[] },
  ctx: Context,
): Promise<Unprepared> {
  const byId = new Map<string, Rendered[]>();
  for (const resource of resources) {
    const { launch, blocked } = resource.desired;
    if (launch === undefined || blocked !== undefined) continue;
    const id = launchId(launch);
    byId.set(id, [...(byId.get(id) ?? []), resource]);
  }
  const failed = new Map<Address, NonNullable<Outcome['error']>>();
  await inParallel([...byId], PARALLEL, async ([id, users]) => {
    const { launch, server } = (users[0] as Rendered).desired;
    if (launch === undefined || server === undefined) return;
    const what = contentOf(launch);
    try {
      await noteGrants(users, granted, ctx);
      const isThere = await isPrepared(id, ctx);
      if (isCommandLaunch(launch) || isHeadersLaunch(launch)) {
        const { prepareRecord } = await import('../launch/prepare-record.ts');
        await prepareRecord(launch, ctx);
        return;
      }
      // What an engine no longer has, it fetches by its digest when it is started.
      if (isThere && isImageLaunch(launch)) return;
      const isNews = !isThere && !isLocal(launch);
      if (isNews) ctx.emit({ kind: 'launch.preparing', server, package: what });
      const pin = lock.servers[server];
      const tree = pin === undefined ? null : await readTree(loaded.lockPath, server, pin, ctx);
      // Of an earlier generation the tree may be gone; what was prepared then verifies itself when it starts.
      if (isThere && tree === null) return;
      const findings = isImageLaunch(launch)
        ? await pull(launch, ctx)
        : (await prepareLaunch({ record: launch, tree }, ctx)).findings;
      for (const finding of findings) ctx.emit({ kind: 'finding', finding });
      if (isNews) ctx.emit({ kind: 'launch.prepared', server, package: what });
    } catch (error) {
      if (!(error instanceof McpformError)) throw error;
      const { code, message, hint } = error;
      for (const { desired } of users) {
        failed.set(desired.address, { code, message, ...(hint === undefined ? {} : { hint }) });
      }
    }
  });
  return failed;
}

/** Before anything is there to be started: what was revoked, or is granted to nobody, is refused from now on. */
async function noteGrants(
  users: readonly Rendered[],
  granted: readonly Granted[],
  ctx: Context,
): Promise<void> {
  const launch = users[0]?.desired.launch;
  if (launch?.secrets === undefined) return;
  const { writeLaunchGrants } = await import('../launch/secrets/write-grants.ts');
  const known = new Set(granted.map(grantKey));
  const own = users.flatMap(({ desired }) => grantsOf(desired)).filter((grant) => known.has(grantKey(grant)));
  await writeLaunchGrants(launch, new Set(own.map(({ locator }) => locator)), ctx);
}

function contentOf(launch: AnyLaunchRecord): string {
  if (isImageLaunch(launch)) return launch.container.image;
  if (isCommandLaunch(launch)) return templateText(launch.command);
  return isHeadersLaunch(launch) ? templateText(launch.url) : launch.pin.package;
}

/** Nothing is fetched for it, and nobody can tell more of it than its id. */
function isLocal(launch: AnyLaunchRecord): boolean {
  return isImageLaunch(launch) && isImageId(launch.container.image);
}

async function pull(record: ImageLaunchRecord, ctx: Context): Promise<readonly Finding[]> {
  const { prepareImage } = await import('../launch/image/prepare-image.ts');
  const { pulled } = await prepareImage({ record }, ctx);
  if (!pulled) return [];
  const { rememberLaunch } = await import('./images/remember-pulls.ts');
  await rememberLaunch(record, ctx);
  return [];
}

/** For plans: entries that are as declared, but start something that is not on this machine (any more). */
export async function findUnprepared(
  resources: readonly Rendered[],
  ctx: Context,
): Promise<readonly Finding[]> {
  const findings = await Promise.all(
    resources.map(async ({ desired }): Promise<readonly Finding[]> => {
      if (desired.launch === undefined || desired.blocked !== undefined) return [];
      if (await isPrepared(launchId(desired.launch), ctx)) return [];
      return [
        {
          code: 'LAUNCH_UNPREPARED',
          severity: 'warning',
          message: `"${desired.address}" starts "${contentOf(desired.launch)}", which is no longer in the store of this machine`,
          hint: 'run `mcpform apply`, which fetches it again',
          address: desired.address,
          at: desired.at,
        },
      ];
    }),
  );
  return findings.flat();
}
