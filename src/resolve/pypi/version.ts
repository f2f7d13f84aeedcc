/** A version of a Python project. https://packaging.python.org/specifications/version-specifiers */
export interface Version {
  readonly epoch: number;
  /** Without trailing zeros: `1.0` and `1` are one version. */
  readonly release: readonly number[];
  readonly pre: readonly [phase: 'a' | 'b' | 'rc', number: number] | null;
  readonly post: number | null;
  readonly dev: number | null;
  readonly local: readonly string[];
}

const pattern =
  /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?(\d*))?(?:-(\d+)|[-_.]?(post|rev|r)[-_.]?(\d*))?(?:[-_.]?(dev)[-_.]?(\d*))?(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?$/;

const phases = {
  alpha: 'a',
  a: 'a',
  beta: 'b',
  b: 'b',
  preview: 'rc',
  pre: 'rc',
  c: 'rc',
  rc: 'rc',
} as const;

/** Null for a text that is no version. */
export function parseVersion(text: string): Version | null {
  const match = text.length > 200 ? null : pattern.exec(text.trim().toLowerCase());
  if (match === null) return null;
  const [, epoch, release, phase, pre, implicitPost, post, postNumber, dev, devNumber, local] = match;
  return {
    epoch: Number(epoch ?? 0),
    release: withoutTrailingZeros((release as string).split('.').map(Number)),
    pre: phase === undefined ? null : [phases[phase as keyof typeof phases], Number(pre ?? 0)],
    post:
      implicitPost !== undefined ? Number(implicitPost) : post === undefined ? null : Number(postNumber ?? 0),
    dev: dev === undefined ? null : Number(devNumber ?? 0),
    local: local === undefined ? [] : local.split(/[-_.]/),
  };
}

export function isPrerelease({ pre, dev }: Version): boolean {
  return pre !== null || dev !== null;
}

/** Negative when `a` comes before `b`, 0 when they are one version. */
export function compareVersions(a: Version, b: Version): number {
  return (
    a.epoch - b.epoch ||
    compareNumbers(a.release, b.release) ||
    compareNumbers(rank(a), rank(b)) ||
    compareLocal(a.local, b.local)
  );
}

export function isSameVersion(a: string, b: string): boolean {
  const [one, other] = [parseVersion(a), parseVersion(b)];
  return one !== null && other !== null && compareVersions(one, other) === 0;
}

/**
 * Numbers that sort as the phases do: `1.dev1` < `1a1.dev1` < `1a1` < `1b1` < `1rc1` < `1` < `1.post1.dev1` < `1.post1`.
 */
function rank({ pre, post, dev }: Version): readonly number[] {
  const isDevOnly = pre === null && post === null && dev !== null;
  const phase = isDevOnly ? -1 : pre === null ? 3 : ['a', 'b', 'rc'].indexOf(pre[0]);
  return [phase, pre?.[1] ?? 0, post ?? -1, dev ?? Number.MAX_SAFE_INTEGER];
}

function compareNumbers(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** A version without a local part comes first; numbers come after words. */
function compareLocal(a: readonly string[], b: readonly string[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const [one, other] = [a[index], b[index]];
    if (one === undefined || other === undefined) return one === undefined ? -1 : 1;
    const [isNumber, isOtherNumber] = [/^\d+$/.test(one), /^\d+$/.test(other)];
    if (isNumber !== isOtherNumber) return isNumber ? 1 : -1;
    const difference = isNumber ? Number(one) - Number(other) : one < other ? -1 : one > other ? 1 : 0;
    if (difference !== 0) return difference;
  }
  return 0;
}

function withoutTrailingZeros(numbers: readonly number[]): readonly number[] {
  const last = numbers.findLastIndex((number) => number !== 0);
  return numbers.slice(0, Math.max(last + 1, 1));
}
