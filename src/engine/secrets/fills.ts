import type { Context } from '../../model/context.ts';
import type { Inventory, InventoryEntry } from '../../model/inventory.ts';
import { canonicalJson, fromPointer, isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { digestLeaf } from '../../model/leaves.ts';
import type { Desired, Fill, SecretUse } from '../../model/resource.ts';
import type { SecretFacts } from '../../plan/plan-input.ts';
import type { Rendered, World } from '../observe.ts';

/**
 * The resources as a plan compares them, without any secret being looked up: where what stands there is what was filled
 * in last, from the same template and with secrets that have not changed, it is as desired. Everywhere else stands the
 * template's text, which is never equal to anything.
 */
export function settleFills(
  world: Pick<World, 'rendered' | 'objects'>,
  inventory: Pick<Inventory, 'entries'> | null,
  { secrets, digest }: { readonly secrets: SecretFacts; readonly digest: Context['digest'] },
): readonly Rendered[] {
  return world.rendered.map((resource) => {
    const { desired, place } = resource;
    if (desired.fills === undefined) return resource;
    const entry = inventory?.entries[desired.address];
    const observed = world.objects.get(place.key)?.attributes;
    if (entry === undefined || observed === undefined) return resource;
    let { attributes } = resource;
    const drifted: string[] = [];
    for (const fill of desired.fills) {
      const isSame = entry.filled?.[fill.pointer] === filledDigest(fill, desired, digest);
      const changed = usesOf(fill, desired).some((use) => secrets.hasChanged(use, desired.address));
      if (!isSame || changed) continue;
      const value = valueAt(observed, fill.pointer);
      const isLost = fill.kind === 'folder' && resource.hasLostSecrets === true;
      if (value !== undefined && !isLost && isAsWritten(entry, fill, { value, digest }))
        attributes = withValue(attributes, fill.pointer, value);
      else drifted.push(fill.pointer);
    }
    return { ...resource, attributes, ...(drifted.length === 0 ? {} : { drifted }) };
  });
}

function isAsWritten(
  { base }: InventoryEntry,
  { pointer }: Fill,
  { value, digest }: { readonly value: Json; readonly digest: Context['digest'] },
): boolean {
  return base[pointer] === digestLeaf(pointer, value, digest);
}

/** What is filled in, without its value: the template, and where its secrets are. */
export function filledDigest(fill: Fill, desired: Desired, digest: Context['digest']): string {
  const locators = usesOf(fill, desired).map(({ name, locator }) => [name ?? '', locator]);
  const what = fill.kind === 'text' ? fill.template : fill.secrets;
  return digest(`filled\n${fill.pointer}\n${canonicalJson([what as Json, locators])}`);
}

/** The uses of the secrets that a fill has. */
export function usesOf(fill: Fill, { secrets }: Pick<Desired, 'secrets'>): readonly SecretUse[] {
  const names = new Set(namesIn(fill));
  return secrets.filter(({ name }) => name !== undefined && names.has(name));
}

function namesIn(fill: Fill): readonly string[] {
  if (fill.kind === 'folder') return fill.secrets;
  const { template } = fill;
  if (typeof template === 'string') return [];
  return template.flatMap((part) => (typeof part !== 'string' && 'secret' in part ? [part.secret] : []));
}

export function valueAt(value: JsonObject, pointer: string): Json | undefined {
  let here: Json | undefined = value;
  for (const key of fromPointer(pointer)) {
    if (!isJsonObject(here) || !Object.hasOwn(here, key)) return undefined;
    here = here[key];
  }
  return here;
}

/** A copy with another value at a pointer that is there. */
export function withValue(attributes: JsonObject, pointer: string, value: Json): JsonObject {
  const put = (here: JsonObject, [key = '', ...rest]: readonly string[]): JsonObject => {
    const inner = here[key];
    return { ...here, [key]: rest.length === 0 ? value : put(isJsonObject(inner) ? inner : {}, rest) };
  };
  return put(attributes, fromPointer(pointer));
}
