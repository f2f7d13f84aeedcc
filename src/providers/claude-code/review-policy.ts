import type { Finding } from '../../model/finding.ts';
import { isJsonObject, type Json, type JsonObject, sameJson } from '../../model/json.ts';
import type { Facts } from './facts.ts';
import type { Subject } from './review-subjects.ts';

/**
 * Whether the client would load the entry under `allowedMcpServers` and `deniedMcpServers`. A deny wins, wherever it
 * stands; allow lists add up, unless the administrator's is the only one that counts.
 */
export function reviewPolicy(subject: Subject, facts: Facts): readonly Finding[] {
  const { managed, user } = facts.settings;
  const projects = facts.projects.filter(subject.isStartedIn);
  const own =
    subject.scope === 'user' ? [] : projects.flatMap(({ settings }) => [settings.committed, settings.own]);
  const everybody = [...managed, user, ...own];
  const denied = everybody.flatMap((settings) => listIn(settings, 'deniedMcpServers') ?? []);
  if (denied.some((rule) => matches(rule, subject)))
    return [blocked(subject, 'is denied by "deniedMcpServers"')];
  const isManagedOnly = managed.some((settings) => settings['allowManagedMcpServersOnly'] === true);
  const lists = (isManagedOnly ? managed : everybody).flatMap((settings) => {
    const list = listIn(settings, 'allowedMcpServers');
    return list === null ? [] : [list];
  });
  if (lists.length === 0 || isAllowed(lists.flat(), subject)) return [];
  return [blocked(subject, 'is not in "allowedMcpServers"')];
}

function blocked({ name, address }: Subject, why: string): Finding {
  return {
    code: 'CLIENT_POLICY_BLOCKED',
    severity: 'warning',
    message: `server "${name}" ${why} of the settings on this machine: Claude Code will not load it`,
    hint: 'ask whoever manages the settings, or leave it out here',
    address,
  };
}

function listIn(settings: JsonObject, key: string): readonly Json[] | null {
  const list = settings[key];
  return Array.isArray(list) ? list : null;
}

/** Once a rule names a command, names no longer count for stdio; the same for URLs and remote servers. */
function isAllowed(rules: readonly Json[], subject: Subject): boolean {
  const strict = isStdio(subject) ? 'serverCommand' : 'serverUrl';
  const isStrict = rules.some((rule) => isJsonObject(rule) && rule[strict] !== undefined);
  return rules.some(
    (rule) => isJsonObject(rule) && (!isStrict || rule[strict] !== undefined) && matches(rule, subject),
  );
}

function matches(rule: Json, { name, after }: Subject): boolean {
  if (!isJsonObject(rule) || after === null) return false;
  if (rule['serverName'] !== undefined) return rule['serverName'] === name;
  if (rule['serverCommand'] !== undefined) {
    const { command, args } = after as { command?: Json; args?: Json };
    return (
      command !== undefined &&
      sameJson(rule['serverCommand'], [command, ...(Array.isArray(args) ? args : [])])
    );
  }
  const { serverUrl } = rule as { serverUrl?: Json };
  const { url } = after as { url?: Json };
  return typeof serverUrl === 'string' && typeof url === 'string' && matchesUrl(serverUrl, url);
}

/** `*` stands for any text. Compared piece by piece: a pattern is never run as an expression. */
function matchesUrl(pattern: string, url: string): boolean {
  const pieces = pattern.split('*');
  const first = pieces[0] as string;
  const last = pieces.at(-1) as string;
  if (pieces.length === 1) return pattern === url;
  if (!url.startsWith(first) || !url.endsWith(last) || url.length < first.length + last.length) return false;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = url.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return at <= url.length - last.length;
}

function isStdio({ after }: Subject): boolean {
  return after?.['type'] === 'stdio';
}
