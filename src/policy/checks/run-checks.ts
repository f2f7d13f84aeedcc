import type { At, Finding } from '../../model/finding.ts';
import type { Desired } from '../../model/resource.ts';
import type { CheckWorld, Hit } from './check.ts';
import { type Checkable, checkWorld } from './check-world.ts';
import { type CheckPolicy, judgeHit, levelOf } from './judge-hit.ts';
import { CHECKS } from './table.ts';

/**
 * What the built-in checks say, as the policies want it. Errors are what is denied: one for each address that must not
 * come to be, or without an address where the manifest as a whole is meant. Everything else is said once per server.
 * `today` is YYYY-MM-DD in UTC. Positions are pointers still.
 */
export function runChecks(
  checkable: Checkable,
  policies: readonly CheckPolicy[],
  today: string,
): readonly Finding[] {
  const world = checkWorld(checkable);
  const isAboutSteps = checkable.steps !== undefined;
  return CHECKS.filter(
    (check) =>
      (check.isAboutSteps === true) === isAboutSteps &&
      policies.some((policy) => levelOf(check, policy) !== 'off'),
  ).flatMap((check) =>
    check.find(world).flatMap((hit) => {
      const at = placeOf(hit, world);
      const located = judgeHit(check, hit, policies, today).map((finding) => ({ ...finding, ...at }));
      return located.flatMap((finding) => atAddresses(finding, hit, world));
    }),
  );
}

/** Later files win when files are merged, and whoever looks for the line begins with the file that is named. */
function placeOf({ pointer }: Hit, { manifest }: CheckWorld): { readonly at?: At } {
  const file = manifest.files.at(-1);
  return pointer === null || file === undefined ? {} : { at: { file, pointer } };
}

function atAddresses(finding: Finding, hit: Hit, world: CheckWorld): readonly Finding[] {
  if (hit.address !== undefined) return [{ ...finding, address: hit.address }];
  const own = hit.server === null ? [] : (world.servers.get(hit.server)?.desired ?? []);
  const [first] = own;
  if (first === undefined) return [finding];
  if (finding.severity !== 'error') return [{ ...finding, address: first.address }];
  return [...own, ...imagesOf(own, world)].map(({ address }) => ({ ...finding, address }));
}

/** Images that nobody else wants: what may not run is not fetched either. */
function imagesOf(own: readonly Desired[], { desired, usersOf }: CheckWorld): readonly Desired[] {
  const needed = new Set(own.flatMap(({ dependsOn }) => dependsOn));
  return desired.filter(
    (each) => each.kind === 'image' && needed.has(each.address) && usersOf(each).length === 1,
  );
}
