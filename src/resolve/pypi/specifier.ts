import { compareVersions, isPrerelease, parseVersion, type Version } from './version.ts';

export type Operator = '~=' | '==' | '!=' | '<=' | '>=' | '<' | '>' | '===';

/** One clause of a range: `>=1.2`, `==1.*`. */
interface Clause {
  readonly operator: Operator;
  readonly text: string;
}

/** Every version that all clauses take. https://packaging.python.org/specifications/version-specifiers */
export type Specifier = readonly Clause[];

const clausePattern = /^(~=|===|==|!=|<=|>=|<|>)\s*([A-Za-z0-9][A-Za-z0-9.!+_-]*(?:\.\*)?)$/;

/** Null for a text that is no range. */
export function parseSpecifier(text: string): Specifier | null {
  const clauses = text.split(',').map((part) => {
    const match = clausePattern.exec(part.trim());
    if (match === null) return null;
    const [, operator, version] = match as unknown as [string, Operator, string];
    const isVersion = parseVersion(version.replace(/\.\*$/, '')) !== null;
    const takesWildcard = operator === '==' || operator === '!=';
    return isVersion && (takesWildcard || !version.endsWith('*')) ? { operator, text: version } : null;
  });
  return clauses.includes(null) ? null : (clauses as Clause[]);
}

export function printSpecifier(specifier: Specifier): string {
  return specifier.map(({ operator, text }) => `${operator}${text}`).join(',');
}

/** Whether a version is in the range. Prereleases count only when the range names one. */
export function isWithin(version: Version, specifier: Specifier): boolean {
  const namesPrerelease = specifier.some(({ text }) => {
    const named = parseVersion(text);
    return named !== null && isPrerelease(named);
  });
  return (namesPrerelease || !isPrerelease(version)) && matches(version, specifier);
}

/** The same, prereleases like any other. */
export function matches(version: Version, specifier: Specifier): boolean {
  return specifier.every((clause) => takes(clause, version));
}

function takes({ operator, text }: Clause, version: Version): boolean {
  const bound = parseVersion(text.replace(/\.\*$/, '')) as Version;
  const order = compareVersions(withoutLocalUnless(bound, version), bound);
  switch (operator) {
    case '==':
    case '===':
      return text.endsWith('.*') ? hasPrefix(version, text) : order === 0;
    case '!=':
      return text.endsWith('.*') ? !hasPrefix(version, text) : order !== 0;
    case '<=':
      return order <= 0;
    case '>=':
      return order >= 0;
    // `<1` leaves out `1rc1`, and `>1` leaves out `1.post1`, unless they are named.
    case '<':
      return order < 0 && (isPrerelease(bound) || !isPrerelease(version) || !isSameRelease(version, bound));
    case '>':
      return order > 0 && (bound.post !== null || version.post === null || !isSameRelease(version, bound));
    case '~=':
      return order >= 0 && hasPrefix(version, `${text.replace(/(\.\d+)[^.]*$/, '')}.*`);
  }
}

function withoutLocalUnless(bound: Version, version: Version): Version {
  return bound.local.length > 0 ? version : { ...version, local: [] };
}

function isSameRelease(a: Version, b: Version): boolean {
  return (
    compareVersions(
      { ...a, pre: null, post: null, dev: null, local: [] },
      { ...b, pre: null, post: null, dev: null, local: [] },
    ) === 0
  );
}

/** `1.2.*`: the release starts with these numbers; missing ones are 0. */
function hasPrefix(version: Version, pattern: string): boolean {
  const prefix = /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)/.exec(pattern);
  if (prefix === null || Number(prefix[1] ?? 0) !== version.epoch) return false;
  const numbers = (prefix[2] as string).split('.').map(Number);
  return numbers.every((number, index) => (version.release[index] ?? 0) === number);
}
