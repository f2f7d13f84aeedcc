import { secretsShown } from '../graph/container/caveats.ts';
import { SECRETS_SOURCE } from '../graph/secret-files.ts';
import { type Renamed, secretsAsVariables } from '../graph/secrets-as-variables.ts';
import { type Address, engineName } from '../model/address.ts';
import type { Context } from '../model/context.ts';
import type { Finding } from '../model/finding.ts';
import { isJsonObject, type JsonObject } from '../model/json.ts';
import { leavesOf } from '../model/leaves.ts';
import type { Desired, DesiredObject } from '../model/resource.ts';
import type { Resource } from './expansion.ts';
import type { Seen } from './place-services.ts';
import { renderDesired } from './render-desired.ts';
import { memoryFolders } from './secrets/memory-folders.ts';
import { isThere } from './secrets/secret-folder.ts';

type Service = Extract<DesiredObject, { kind: 'container' }>;

export interface PlacedSecrets {
  readonly resources: readonly Resource[];
  /** Containers that run, and whose folder of secrets is gone: what they have in its place is empty. */
  readonly lost: ReadonlySet<Address>;
  readonly findings: readonly Finding[];
}

export function wantsSecretFiles({ desired }: Resource): boolean {
  return isWithFiles(desired);
}

/**
 * Which containers have secrets as files: those on an engine that finds our folders, where this machine has some in
 * memory. The others have them in their variables, and a finding says who sees them there.
 */
export async function placeSecrets(
  resources: readonly Resource[],
  { providers, observations }: Pick<Seen, 'providers' | 'observations'>,
  ctx: Context,
): Promise<PlacedSecrets> {
  const roots = await memoryFolders(ctx);
  const observation = observations.get('docker');
  const lost = new Set<Address>();
  const findings: Finding[] = [];
  const placed: Resource[] = [];
  for (const resource of resources) {
    const { desired } = resource;
    const facts = isWithFiles(desired) ? observation?.engines?.get(engineName(desired.engine)) : undefined;
    const provider = providers.get(desired.provider);
    if (!isWithFiles(desired) || facts === undefined || provider === undefined || observation === undefined) {
      placed.push(resource);
    } else if (facts.sharesFolders === true && roots.length > 0) {
      const { key } = provider.identify(desired, observation);
      const there = observation.objects.get(key)?.attributes;
      if (there !== undefined && (await hasLost(there, roots, ctx))) lost.add(desired.address);
      placed.push(resource);
    } else {
      const { desired: other, renamed } = secretsAsVariables(desired);
      placed.push({ desired: other, attributes: renderDesired(other, provider).attributes });
      findings.push(exposed(desired, renamed, facts.sharesFolders === true));
    }
  }
  return { resources: placed, lost, findings };
}

function isWithFiles(desired: Desired): desired is Service {
  return desired.kind === 'container' && desired.container.secretFiles !== undefined;
}

/** One that is stopped finds the folder when it starts: it is made before. */
async function hasLost(attributes: JsonObject, roots: readonly string[], ctx: Context): Promise<boolean> {
  const { status } = attributes;
  if (status !== 'running' && status !== 'paused') return false;
  const volumes = attributes['volumes'];
  const source = isJsonObject(volumes) ? leavesOf({ volumes }).get(SECRETS_SOURCE) : undefined;
  if (typeof source !== 'string' || !roots.some((root) => source.startsWith(`${root}/`))) return false;
  return !(await isThere(source, ctx));
}

function exposed({ server, address, engine, at }: Service, renamed: Renamed, isHere: boolean): Finding {
  const { code, message } = secretsShown(server, [...renamed.values()]);
  const why = isHere
    ? 'this machine has no folder in memory for them'
    : `"${engineName(engine)}" does not share the memory of this machine`;
  return {
    code,
    severity: 'warning',
    message: `${message}; they cannot be files, because ${why}`,
    hint: 'run the server on an engine of this Linux machine, or accept that everybody who may use the engine sees them',
    address,
    at,
  };
}
