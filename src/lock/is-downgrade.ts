import semver from 'semver';
import { parseImageReference } from '../model/image-reference.ts';

/**
 * Whether the second is an older release of the same thing than the first. Both as pins are called: `npm:x@1.2.3`,
 * `ghcr.io/acme/x:1.2`. False where nobody can tell.
 */
export function isDowngrade(before: string, after: string): boolean {
  const [one, other] = [releaseOf(before), releaseOf(after)];
  if (one.thing !== other.thing) return false;
  const [old, next] = [comparable(one.version), comparable(other.version)];
  return old !== null && next !== null && compare(next, old) < 0;
}

function releaseOf(name: string): { readonly thing: string; readonly version: string } {
  if (!/^(npm|pypi|git|mcpb):/.test(name)) {
    const { registry, repository, tag = '' } = parseImageReference(name);
    return { thing: `${registry}/${repository}`, version: tag };
  }
  const at = name.lastIndexOf('@');
  if (at <= name.indexOf(':') + 1) return { thing: name, version: '' };
  return { thing: name.slice(0, at), version: name.slice(at + 1) };
}

/** A version as numbers and what follows them; null for commits, `latest` and everything else without an order. */
function comparable(version: string): { readonly numbers: readonly number[]; readonly rest: string } | null {
  const match = /^v?(\d{1,9}(?:\.\d{1,9})*)(.*)$/.exec(version);
  if (match === null || /^[0-9a-f]{40}/.test(version)) return null;
  return { numbers: (match[1] as string).split('.').map(Number), rest: match[2] as string };
}

type Comparable = NonNullable<ReturnType<typeof comparable>>;

function compare(a: Comparable, b: Comparable): number {
  for (let index = 0; index < Math.max(a.numbers.length, b.numbers.length); index += 1) {
    const difference = (a.numbers[index] ?? 0) - (b.numbers[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return compareRest(a.rest, b.rest);
}

/** `1.0.0-rc.1` comes before `1.0.0`. Other suffixes (`-alpine`, `.post1`) have no order that everybody shares. */
function compareRest(a: string, b: string): number {
  const [one, other] = [a, b].map((rest) => {
    const isBefore = rest === '' || /^-?(alpha|beta|rc|pre|dev|a|b)[.-]?\d*$/.test(rest);
    return isBefore
      ? semver.parse(`0.0.0${rest.replace(/^-?([a-z]+)[.-]?(\d*)$/, '-$1.$2')}`.replace(/\.$/, ''))
      : null;
  });
  return one && other ? semver.compare(one, other) : 0;
}
