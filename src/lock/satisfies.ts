import semver from 'semver';
import type { Lock, PackagePin, Pin } from '../model/lock.ts';
import type { Manifest, Runtime } from '../model/manifest.ts';
import { isSamePackage, type PackageName, packageText, readPackageText } from './package-text.ts';
import { normalizeRelease } from './python-release.ts';

export interface Unsatisfied {
  readonly server: string;
  /** `missing`: the lock has no pin. `changed`: its pin answers another question than the manifest asks. */
  readonly reason: 'missing' | 'changed';
}

/** The servers whose package or image the lock does not answer for, in the manifest's order, disabled ones included. */
export function unsatisfied({ servers }: Manifest, lock: Lock): readonly Unsatisfied[] {
  return servers.flatMap(({ name, runtime }): Unsatisfied[] => {
    if (!needsPin(runtime)) return [];
    const pin = pinOf(lock, name);
    if (pin === undefined) return [{ server: name, reason: 'missing' }];
    return isSatisfied(runtime, pin) ? [] : [{ server: name, reason: 'changed' }];
  });
}

/** Pins of servers that the manifest no longer has as a package or image, sorted. A disabled server keeps its pin. */
export function staleServers({ servers }: Manifest, lock: Lock): readonly string[] {
  const needed = new Set(servers.filter(({ runtime }) => needsPin(runtime)).map(({ name }) => name));
  return Object.keys(lock.servers)
    .filter((name) => !needed.has(name))
    .sort();
}

/** Servers of which the lock says what they offer, and which the manifest does not have. Sorted. */
export function staleOffers({ servers }: Manifest, { offers }: Lock): readonly string[] {
  const needed = new Set(servers.map(({ name }) => name));
  return Object.keys(offers)
    .filter((name) => !needed.has(name))
    .sort();
}

/** Whether the pin answers what the manifest asks for: the same question, and an answer that can be one to it. */
export function isSatisfied(runtime: Runtime, pin: Pin): boolean {
  if (runtime.kind === 'image') {
    if (runtime.isLocal === true) return pin.kind === 'local-image' && runtime.image === pin.image;
    return pin.kind === 'image' && isSameImage(runtime.image, pin.image);
  }
  if (runtime.kind !== 'package' || pin.kind !== 'package') return false;
  return (pin.requested ?? pin.package) === packageText(runtime) && isAnswer(runtime, pin);
}

function needsPin({ kind }: Runtime): boolean {
  return kind === 'package' || kind === 'image';
}

function pinOf({ servers }: Lock, name: string): Pin | undefined {
  return Object.hasOwn(servers, name) ? servers[name] : undefined;
}

/** Name and tag as written, and the digest where the manifest says one. */
function isSameImage(asked: string, pinned: string): boolean {
  return asked.includes('@') ? asked === pinned : asked === pinned.slice(0, pinned.indexOf('@'));
}

/**
 * That the question is the same is not enough: whoever edits the lock can write any package below the question that
 * the manifest asks.
 */
function isAnswer(asked: PackageName, pin: PackagePin): boolean {
  const exact = readPackageText(pin.package);
  if (exact === null || !isSamePackage(asked, exact)) return false;
  if (asked.version === undefined) return true;
  switch (asked.ecosystem) {
    case 'npm':
      return isInRange(asked.version, exact.version);
    case 'pypi':
      return normalizeRelease(asked.version) === normalizeRelease(exact.version ?? '');
    case 'git':
      return !isCommit(asked.version) || asked.version === exact.version;
    case 'mcpb':
      return pin.integrity === `sha256-${Buffer.from(asked.version, 'hex').toString('base64')}`;
  }
}

/** What is no range is the name of a tag, and only the registry knows where that points. */
function isInRange(asked: string, version: string | undefined): boolean {
  if (semver.validRange(asked) === null) return true;
  return version !== undefined && semver.satisfies(version, asked, { includePrerelease: true });
}

function isCommit(reference: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(reference);
}
