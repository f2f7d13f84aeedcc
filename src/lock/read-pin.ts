import type { ImagePin, LocalImagePin, PackagePin, Pin, Signer } from '../model/lock.ts';
import type { PinDocument } from '../schema/lock.types.ts';
import { pinFacts } from './entry-facts.ts';
import { type Problem, restoreHint } from './lock-problems.ts';
import { isSamePackage, type PackageName, readPackageText } from './package-text.ts';

/** A pin of the right shape, or what its facts do not agree on. */
export function readPin(server: string, document: PinDocument): Pin | readonly Problem[] {
  const problems = [...findContradictions(server, document)];
  if (problems.length > 0) return problems;
  const pin = readKnownPin(document);
  return document.seal === pinFacts(server, pin)['seal'] ? pin : [mixed(['servers', server])];
}

/** The lines below one name were not written together. */
export function mixed(path: readonly string[]): Problem {
  return {
    code: 'LOCK_MIXED',
    path,
    part: 'key',
    message: `the lines of "${path.at(-1)}" do not belong together: a merge or an editor mixed them with others`,
    hint: restoreHint(path),
  };
}

function readKnownPin(document: PinDocument): Pin {
  if (document.image !== undefined) return readImagePin(document.image, document);
  if (document.localImage !== undefined) return readLocalPin(document.localImage, document);
  return readPackagePin(document);
}

function readImagePin(image: string, { signer }: PinDocument): ImagePin {
  return { kind: 'image', image, ...(signer === undefined ? {} : { signer: readSigner(signer) }) };
}

function readLocalPin(image: string, { id = '' }: PinDocument): LocalImagePin {
  return { kind: 'local-image', image, id };
}

function readPackagePin({
  package: exact = '',
  requested,
  integrity,
  tree,
  signer,
}: PinDocument): PackagePin {
  return {
    kind: 'package',
    package: exact,
    ...(requested === undefined || requested === exact ? {} : { requested }),
    ...(integrity === undefined ? {} : { integrity }),
    ...(tree === undefined ? {} : { tree }),
    ...(signer === undefined ? {} : { signer: readSigner(signer) }),
  };
}

function readSigner({ issuer, identity }: Signer): Signer {
  return { issuer, identity };
}

function* findContradictions(server: string, document: PinDocument): Generator<Problem> {
  const path = ['servers', server];
  const { image, localImage, package: exact } = document;
  const kinds = (['image', 'localImage', 'package'] as const).filter((kind) => document[kind] !== undefined);
  if (kinds.length > 1) {
    yield invalid(path, `"${server}" has both ${kinds.join(' and ')}; a pin has one of them`, 'key');
  } else if (image !== undefined) {
    yield* refuseFacts(path, document, { of: 'an image', facts: ['id', 'integrity', 'requested', 'tree'] });
  } else if (localImage !== undefined) {
    const facts = ['integrity', 'requested', 'signer', 'tree'] as const;
    yield* refuseFacts(path, document, { of: 'a local image', facts });
    if (document.id === undefined) yield invalid(path, '"id" is missing: a local image needs it', 'key');
  } else if (exact === undefined) {
    yield invalid(path, `"${server}" has neither image nor package`, 'key');
  } else {
    yield* refuseFacts(path, document, { of: 'a package', facts: ['id'] });
    yield* checkPackage(path, exact, document);
  }
}

function* refuseFacts(
  path: readonly string[],
  document: PinDocument,
  { of, facts }: { readonly of: string; readonly facts: readonly (keyof PinDocument)[] },
): Generator<Problem> {
  for (const fact of facts) {
    if (document[fact] !== undefined) yield invalid([...path, fact], `${of} has no ${fact}`, 'key');
  }
}

interface Rule {
  /** Shape of an exact version; null for packages without one. */
  readonly version: RegExp | null;
  readonly example: string;
  readonly integrity: 'sha512' | 'sha256' | null;
  readonly hasTree: boolean;
}

const RULES: Readonly<Record<PackageName['ecosystem'], Rule>> = {
  npm: {
    // https://semver.org, without leading `v` or `=`
    version: /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/,
    example: 'npm:NAME@1.2.3',
    integrity: 'sha512',
    hasTree: true,
  },
  pypi: {
    // PEP 440, without wildcards
    version: /^(?:\d+!)?\d+(?:\.\d+)*(?:(?:a|b|rc)\d+)?(?:\.post\d+)?(?:\.dev\d+)?(?:\+[a-z0-9.]+)?$/i,
    example: 'pypi:NAME@1.2.3',
    integrity: null,
    hasTree: true,
  },
  git: {
    version: /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/,
    example: 'git:URL@ and the 40 hex digits of a commit',
    integrity: null,
    hasTree: true,
  },
  mcpb: { version: null, example: 'mcpb:URL', integrity: 'sha256', hasTree: false },
};

function* checkPackage(path: readonly string[], exact: string, document: PinDocument): Generator<Problem> {
  const name = readPackageText(exact);
  const ecosystem = exact.slice(0, exact.indexOf(':')) as PackageName['ecosystem'];
  const { version, example, integrity, hasTree } = RULES[ecosystem];
  const isExact = version === null ? name?.version === undefined : version.test(name?.version ?? '');
  if (name === null || !isExact) {
    yield invalid([...path, 'package'], `not one exact package: expected ${example}`);
    return;
  }
  if (document.requested !== undefined) yield* checkRequested(path, name, document.requested);
  const isRightHash = integrity !== null && document.integrity?.startsWith(`${integrity}-`) === true;
  if (integrity === null && document.integrity !== undefined) {
    yield invalid([...path, 'integrity'], `a package from ${ecosystem} has no integrity`, 'key');
  } else if (integrity !== null && document.integrity === undefined) {
    yield invalid(path, `"integrity" is missing: a package from ${ecosystem} needs its ${integrity}`, 'key');
  } else if (integrity !== null && !isRightHash) {
    yield invalid(
      [...path, 'integrity'],
      `a package from ${ecosystem} has the integrity of its ${integrity}`,
    );
  }
  if (hasTree && document.tree === undefined) {
    yield invalid(
      path,
      `"tree" is missing: a package from ${ecosystem} needs the digest of its dependencies`,
      'key',
    );
  } else if (!hasTree && document.tree !== undefined) {
    yield invalid([...path, 'tree'], `a package from ${ecosystem} has no tree`, 'key');
  }
}

/** Whoever reviews the manifest sees the question; the answer must be about the same package. */
function* checkRequested(path: readonly string[], exact: PackageName, text: string): Generator<Problem> {
  const requested = readPackageText(text);
  if (requested !== null && isSamePackage(requested, exact)) return;
  const message =
    requested === null ? 'not a package' : 'asks for another package than the one that is locked';
  yield invalid([...path, 'requested'], message);
}

function invalid(path: readonly string[], message: string, part: 'key' | 'value' = 'value'): Problem {
  return { code: 'LOCK_INVALID', path, part, message, hint: restoreHint(path) };
}
