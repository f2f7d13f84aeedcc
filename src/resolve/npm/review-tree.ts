import semver from 'semver';
import type { Finding } from '../../model/finding.ts';
import type { NpmNode, Picked } from './npm.ts';

export interface Reviewed {
  readonly server: string;
  readonly release: Picked;
  readonly nodes: readonly NpmNode[];
  readonly left: readonly NpmNode[];
  /** Releases had to have an age, and the registry gives none. */
  readonly isAgeUnknown: boolean;
}

/** What people should know of a tree before they lock it. */
export function reviewTree(reviewed: Reviewed): readonly Finding[] {
  const found = [ofDeprecation, ofEngine, ofAge, ofScripts, ofLeft].map((review) => review(reviewed));
  return found
    .filter((finding) => finding !== null)
    .map((finding) => ({ ...finding, message: `server "${reviewed.server}": ${finding.message}` }));
}

function ofDeprecation({ release }: Reviewed): Finding | null {
  const { deprecated } = release;
  if (typeof deprecated !== 'string' || deprecated === '') return null;
  return {
    code: 'RESOLVE_DEPRECATED',
    severity: 'warning',
    message: `"${release.name}@${release.version}" is deprecated: ${shorten(deprecated)}`,
    hint: 'ask for a newer version or another package',
  };
}

/** It runs with the Node that runs us. */
function ofEngine({ release }: Reviewed): Finding | null {
  const wanted = release.engines?.node;
  const range = typeof wanted === 'string' ? semver.validRange(wanted) : null;
  if (range === null || semver.satisfies(process.version, range, { includePrerelease: true })) return null;
  return {
    code: 'RESOLVE_ENGINE',
    severity: 'warning',
    message: `"${release.name}@${release.version}" wants Node ${range}, and this one is ${process.version}`,
    hint: 'run mcpform with such a Node, or ask for an older version',
  };
}

function ofAge({ release, isAgeUnknown }: Reviewed): Finding | null {
  if (!isAgeUnknown) return null;
  return {
    code: 'RESOLVE_AGE_UNKNOWN',
    severity: 'warning',
    message: `the registry does not say when "${release.name}@${release.version}" was published`,
    hint: 'the cooldown does not hold it back; use a registry that gives times',
  };
}

function ofScripts({ nodes }: Reviewed): Finding | null {
  const names = nodes
    .filter(({ hasInstallScript }) => hasInstallScript)
    .map(({ packageName, version }) => `"${packageName}@${version}"`);
  if (names.length === 0) return null;
  return {
    code: 'RESOLVE_SCRIPTS',
    severity: 'info',
    message: `${list(names)} would run a script when installed, which mcpform never does`,
    hint: 'if the server does not start because of it, run it from an image',
  };
}

function ofLeft({ left }: Reviewed): Finding | null {
  if (left.length === 0) return null;
  return {
    code: 'RESOLVE_OPTIONAL',
    severity: 'warning',
    message: `the registry does not have ${list(left.map(({ name }) => `"${name}"`))}, which is optional`,
    hint: 'the lock leaves it out; lock again when the registry has it',
  };
}

function list(names: readonly string[]): string {
  const shown = [...new Set(names)].sort();
  return shown.length <= 5
    ? shown.join(', ')
    : `${shown.slice(0, 5).join(', ')} and ${shown.length - 5} more`;
}

/** An author's own words. */
function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= 200 ? line : `${line.slice(0, 200)}…`;
}
