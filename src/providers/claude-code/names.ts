/** Skipped by the client when it loads a config, in one version or another. */
const RESERVED = new Set([
  'workspace',
  'claude-in-chrome',
  'computer-use',
  'Claude Preview',
  'Claude Browser',
]);

/** Stricter than the client's `^[A-Za-z0-9_-]*$`: no empty name, no leading dash that reads as a flag, bounded. */
const SAFE_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** Why an entry must not have this name; null when it may. */
export function nameProblem(name: string): 'invalid' | 'reserved' | null {
  if (RESERVED.has(name) || name in {}) return 'reserved';
  return SAFE_NAME.test(name) ? null : 'invalid';
}

/** Tool names are `mcp__<server>__<tool>` with every other character mapped, so these two servers share theirs. */
export function toolPrefix(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_-]/g, '_');
}
