import type { Finding } from '../../model/finding.ts';
import type { NpmNode, Picked } from './npm.ts';

interface Reviewed {
  readonly server: string;
  readonly release: Picked;
  readonly nodes: readonly NpmNode[];
  readonly left: readonly NpmNode[];
  /** Releases had to have an age, and the registry gives none. */
  readonly isAgeUnknown: boolean;
}

/** What people should know of a tree before they lock it. */
export function reviewTree({ server, release, nodes, left, isAgeUnknown }: Reviewed): readonly Finding[] {
  const say = (
    code: Finding['code'],
    severity: Finding['severity'],
    message: string,
    hint: string,
  ): Finding => ({
    code,
    severity,
    message: `server "${server}": ${message}`,
    hint,
  });
  const scripts = nodes.filter(({ hasInstallScript }) => hasInstallScript).map(nameOf);
  return [
    ...(typeof release.deprecated === 'string' && release.deprecated !== ''
      ? [
          say(
            'RESOLVE_DEPRECATED',
            'warning',
            `"${release.name}@${release.version}" is deprecated: ${shorten(release.deprecated)}`,
            'ask for a newer version or another package',
          ),
        ]
      : []),
    ...(isAgeUnknown
      ? [
          say(
            'RESOLVE_AGE_UNKNOWN',
            'warning',
            `the registry does not say when "${release.name}@${release.version}" was published`,
            'the cooldown does not hold it back; use a registry that gives times',
          ),
        ]
      : []),
    ...(scripts.length === 0
      ? []
      : [
          say(
            'RESOLVE_SCRIPTS',
            'info',
            `${list(scripts)} would run a script when installed, which mcpform never does`,
            'if the server does not start because of it, run it from an image',
          ),
        ]),
    ...(left.length === 0
      ? []
      : [
          say(
            'RESOLVE_OPTIONAL',
            'warning',
            `the registry does not have ${list(left.map(({ name }) => `"${name}"`))}, which is optional`,
            'the lock leaves it out; lock again when the registry has it',
          ),
        ]),
  ];
}

function nameOf({ packageName, version }: NpmNode): string {
  return `"${packageName}@${version}"`;
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
