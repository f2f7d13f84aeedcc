import { parseImageReference } from '../model/image-reference.ts';
import type { Pin } from '../model/lock.ts';
import { mayMatch } from './glob.ts';
import { imageName } from './image-name.ts';
import type { Policy, Requirement } from './policy.ts';

/** What patterns of `signatures` are compared with: `ghcr.io/acme/x`, `npm:@acme/x`; null when nothing can match. */
export function signatureSubject(pin: Pin): string | null {
  if (pin.kind !== 'package') {
    const { registry, repository } = parseImageReference(pin.image);
    return `${registry}/${repository}`;
  }
  if (!pin.package.startsWith('npm:')) return null;
  // The first `@` of `npm:@acme/x` belongs to the name.
  const version = pin.package.lastIndexOf('@');
  return version > 'npm:'.length ? pin.package.slice(0, version) : pin.package;
}

/**
 * Every requirement of every policy that may mean the subject; all of them must hold. Generous, as denying is: case
 * does not count, and a pattern without a port means every port.
 */
export function signatureRequirements(policies: readonly Policy[], subject: string): readonly Requirement[] {
  return policies.flatMap(({ signatures = [] }) =>
    signatures.filter(({ pattern }) => concernsSubject(pattern, subject)),
  );
}

/** The Sigstore that judges identities which no requirement names: the first that a policy has, else the public one. */
export function sigstoreOf(policies: readonly Policy[]): Pick<Requirement, 'trustedRoot' | 'file'> {
  const own = policies.find(({ trustedRoot }) => trustedRoot !== undefined);
  return { trustedRoot: own?.trustedRoot ?? null, file: own?.file ?? '' };
}

function concernsSubject(pattern: string, subject: string): boolean {
  if (pattern === '*') return true;
  if (pattern.startsWith('npm:')) return mayMatch(pattern, subject);
  if (subject.startsWith('npm:')) return false;
  const name = imageName(pattern);
  return [subject, subject.replace(/:\d+(?=\/)/, '')].some((form) => mayMatch(name, form));
}
