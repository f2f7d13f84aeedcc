import { holds, normalizedExtra, parseMarker, withExtras } from './marker.ts';
import { normalizedName } from './project-name.ts';
import type { Report } from './report.ts';
import type { LeftOut } from './requirements.ts';
import { parseSpecifier } from './specifier.ts';

/** One `Requires-Dist` line. */
interface Dependency {
  readonly name: string;
  readonly extras: readonly string[];
  readonly range: string;
  readonly marker: string;
}

/**
 * Dependencies that pip passed over because of the machine it ran on: `pywin32; sys_platform == "win32"`. It
 * evaluates markers once and for all, so that elsewhere they would be missing without a word.
 */
export function leftOutOf({ items, environment }: Report): readonly LeftOut[] {
  const known = new Set(items.map(({ name }) => name));
  const extras = extrasOf(items);
  const found = new Map<string, LeftOut>();
  for (const { name, requires } of items) {
    for (const dependency of requires.flatMap(readDependency)) {
      if (known.has(dependency.name)) continue;
      const parsed = dependency.marker === '' ? null : parseMarker(dependency.marker);
      const marker = parsed === null ? false : withExtras(parsed, extras.get(name) ?? new Set());
      if (typeof marker === 'boolean' || holds(marker, environment)) continue;
      const specifier = parseSpecifier(dependency.range) ?? [];
      const entry = { name: dependency.name, specifier, marker };
      found.set(JSON.stringify(entry), entry);
    }
  }
  return [...found.values()];
}

/** Extras that are asked for of each project, by the user or by another project. */
function extrasOf(items: Report['items']): ReadonlyMap<string, ReadonlySet<string>> {
  const extras = new Map(items.map(({ name, extras: asked }) => [name, new Set(asked)]));
  for (const { requires } of items) {
    for (const dependency of requires.flatMap(readDependency)) {
      for (const extra of dependency.extras) extras.get(dependency.name)?.add(extra);
    }
  }
  return extras;
}

function readDependency(text: string): readonly Dependency[] {
  const match =
    /^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?\s*(?:@\s*\S+|\(?([^;()@]*)\)?)\s*(?:;(.*))?$/s.exec(
      text,
    );
  if (match === null) return [];
  const [, name = '', extras = '', range = '', marker = ''] = match;
  const asked = extras.split(',').map((extra) => normalizedExtra(extra.trim()));
  return [{ name: normalizedName(name), extras: asked, range: range.trim(), marker: marker.trim() }];
}
