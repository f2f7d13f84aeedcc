import type { Context } from '../model/context.ts';
import type { Finding } from '../model/finding.ts';
import { type Json, sameJson } from '../model/json.ts';
import { isWithin, leavesOf } from '../model/leaves.ts';
import type { SecretUse } from '../model/resource.ts';
import type { Rendered, World } from './observe.ts';

/**
 * Apply never replaces a literal by a reference that does not resolve: the key that stands there works, may exist
 * nowhere else, and would be lost. Such resources come out blocked; the rest goes on.
 */
export function guardLiterals(world: World, env: Context['env']): readonly Rendered[] {
  return world.rendered.map((resource) => {
    const use = resource.desired.secrets.find((each) => wouldLoseLiteral(each, resource, world, env));
    if (use === undefined) return resource;
    return { ...resource, desired: { ...resource.desired, blocked: unresolved(use, resource) } };
  });
}

function wouldLoseLiteral(
  { locator, pointer }: SecretUse,
  { desired, place, attributes }: Rendered,
  world: World,
  env: Context['env'],
): boolean {
  const name = locator.startsWith('env:') ? locator.slice('env:'.length) : null;
  const observed = world.objects.get(place.key);
  if (name === null || observed === undefined || env[name] !== undefined) return false;
  if (world.observations.get(desired.provider)?.variables?.includes(name) === true) return false;
  const wanted = leavesOf(attributes);
  return [...leavesOf(observed.attributes)].some(([at, value]) => {
    const next = wanted.get(at);
    const isReplaced = isWithin(at, pointer) && next !== undefined && !sameJson(value, next);
    return isReplaced && isLiteral(value) && JSON.stringify(next).includes(`\${${name}}`);
  });
}

function isLiteral(value: Json): boolean {
  const text = JSON.stringify(value);
  return text !== '""' && text !== '[]' && !text.includes('${');
}

function unresolved({ locator, pointer }: SecretUse, { desired }: Rendered): Finding {
  const name = locator.slice('env:'.length);
  return {
    code: 'GRAPH_REFERENCE_UNRESOLVED',
    severity: 'error',
    message: `"${desired.address}": the value at "${pointer}" would be replaced by \${${name}}, which is not set here`,
    hint: `keep the value somewhere safe and export ${name} before you apply, or list "${pointer}" in \`lifecycle.keep\``,
    address: desired.address,
    at: desired.at,
  };
}
