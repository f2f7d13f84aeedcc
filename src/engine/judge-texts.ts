import { engineName } from '../model/address.ts';
import type { Finding } from '../model/finding.ts';
import type { SourceIdentity } from '../model/inventory.ts';
import type { Desired } from '../model/resource.ts';
import { checkPolicy } from '../policy/check-policy.ts';
import { hostSources } from '../policy/container-facts.ts';
import { volumeSources } from '../policy/driver-facts.ts';
import type { EngineHosts } from '../policy/engine-host.ts';
import { dayOf, endingFindings } from '../policy/exceptions.ts';
import type { Policy } from '../policy/policy.ts';
import type { Expansion } from './expansion.ts';
import { type ChecksRequest, judgeChecks, type Verdict, verdictOf } from './judge-checks.ts';
import { withContainers } from './with-containers.ts';

export interface TextsRequest extends ChecksRequest {
  /** Those whose rules are judged; `policies` are all that may ask for checks. */
  readonly ruling: readonly Policy[];
  /** Null: it is not judged. */
  readonly source: SourceIdentity | null;
}

/**
 * Rules and checks over what follows from the texts alone: the same on every machine, for a place where no engine and
 * no client is. Folders of the host are taken for what they are called, as nobody can look where links lead; what must
 * be signed is not verified. Reads nothing. Positions are pointers still, for `locate`.
 */
export function judgeTexts(
  expansion: Pick<Expansion, 'manifest' | 'lock' | 'resources' | 'literals'>,
  request: TextsRequest,
): Verdict {
  const { ruling, policies, source, nowMs } = request;
  const desired = withContainers(expansion);
  const rendered = new Map(
    expansion.resources.map(({ desired: { address }, attributes }) => [
      address,
      { attributes, findings: [] },
    ]),
  );
  const today = dayOf(nowMs);
  const setting = { rendered, source, hosts: nominalHosts(desired), today };
  const ruled = ruling.length === 0 ? [] : checkPolicy(ruling, desired, setting);
  const checked = judgeChecks(expansion, request);
  return verdictOf([
    ...ruled,
    ...endingFindings([...new Set([...ruling, ...policies])], today),
    ...allOf(checked),
  ]);
}

/** Every finding of a verdict. */
export function allOf({ denied, more, refused, findings }: Verdict): readonly Finding[] {
  return [...denied.values(), ...more, ...refused, ...findings];
}

function nominalHosts(desired: readonly Desired[]): EngineHosts {
  const paths = new Map<string, Map<string, string>>();
  for (const each of desired) {
    const name = engineName(each.engine ?? null);
    const known = paths.get(name) ?? new Map<string, string>();
    for (const source of sourcesOf(each)) known.set(source, source);
    paths.set(name, known);
  }
  return new Map([...paths].map(([name, realPaths]) => [name, { homes: [], sockets: [], realPaths }]));
}

function sourcesOf(desired: Desired): readonly string[] {
  if (desired.kind === 'volume') return volumeSources(desired.volume.driverOptions);
  return desired.container === undefined ? [] : hostSources(desired.container);
}
