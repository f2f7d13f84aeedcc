import { launchId } from '../../graph/launch-id.ts';
import { isPrepared } from '../../launch/is-prepared.ts';
import { writeLaunchGrants } from '../../launch/secrets/write-grants.ts';
import type { Address } from '../../model/address.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Grant } from '../../model/grant.ts';
import type { Desired, SecretUse } from '../../model/resource.ts';
import { writeGrants } from '../../state/grants-file.ts';
import type { Declared } from '../declare.ts';
import { judgePolicy } from '../judge-policy.ts';
import { grantKey, grantsOf } from './grants.ts';

export interface WantedGrants {
  readonly desired: Desired;
  /** What the manifest asks for there; with a name, of that secret alone. */
  readonly uses: readonly SecretUse[];
}

/**
 * What an address of the manifest asks for now, and may have. Throws PLAN_ADDRESS_UNKNOWN, USAGE for a secret that it
 * does not ask for, POLICY_DENIED, and what blocks the address.
 */
export async function wantedGrants(
  declared: Declared,
  { address, secret }: { readonly address: Address; readonly secret: string | undefined },
  ctx: Context,
): Promise<WantedGrants> {
  const resource = declared.resources.find(({ desired }) => desired.address === address);
  if (resource === undefined) {
    throw new McpformError('PLAN_ADDRESS_UNKNOWN', `"${address}" is not in the manifest`, {
      hint: '`mcpform secrets list` lists the addresses that ask for secrets',
    });
  }
  const { desired } = resource;
  const uses = desired.secrets.filter(
    ({ name, locator }) => secret === undefined || name === secret || locator === secret,
  );
  if (uses.length === 0) throw notAsked(desired, secret);
  if (desired.blocked !== undefined) {
    const { code, message, hint } = desired.blocked;
    throw new McpformError(code, message, hint === undefined ? {} : { hint });
  }
  const { denied } = await judgePolicy({ ...declared, resources: [resource] }, { rendered: [resource] }, ctx);
  const finding = denied.get(address);
  if (finding === undefined) return { desired, uses };
  throw new McpformError(finding.code, `nothing is granted to "${address}"`, { findings: [finding] });
}

function notAsked({ address, secrets }: Desired, secret: string | undefined): McpformError {
  const names = [...new Set(secrets.map(({ name, locator }) => name ?? locator))];
  const which = secret === undefined ? 'no secret' : `no secret "${secret}"`;
  return new McpformError('USAGE', `"${address}" asks for ${which}`, {
    hint: names.length === 0 ? '`mcpform secrets list` shows who does' : `it asks for ${names.join(', ')}`,
  });
}

export interface AddGrants {
  readonly declared: Declared;
  readonly desired: Desired;
  readonly uses: readonly SecretUse[];
  readonly known: readonly Grant[];
  /** The folder of the books, locked. */
  readonly folder: string;
}

/** Writes the grants, and those of a launch that is prepared already: it may be started at once. */
export async function addGrants(
  { declared, desired, uses, known, folder }: AddGrants,
  ctx: Context,
): Promise<void> {
  const grantedAt = new Date(ctx.system.clock.now()).toISOString();
  const added = grantsOf({ ...desired, secrets: uses }).map(
    (each): Grant => ({ ...each, grantedAt, by: 'command' }),
  );
  const keys = new Set(known.map(grantKey));
  const grants = [...known, ...added.filter((grant) => !keys.has(grantKey(grant)))];
  await writeGrants(folder, grants, ctx);
  const { launch } = desired;
  if (launch === undefined || !(await isPrepared(launchId(launch), ctx))) return;
  // Several addresses may start one launch, and each has grants of its own.
  const id = launchId(launch);
  const users = declared.resources
    .map((resource) => resource.desired)
    .filter((each) => each.launch !== undefined && launchId(each.launch) === id);
  const granted = new Set(grants.map(grantKey));
  const own = users.flatMap(grantsOf).filter((grant) => granted.has(grantKey(grant)));
  await writeLaunchGrants(launch, new Set(own.map(({ locator }) => locator)), ctx);
}
