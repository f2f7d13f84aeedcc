import type { Finding } from '../../model/finding.ts';
import { isJsonObject, type JsonObject } from '../../model/json.ts';
import type { Subject } from './review-subjects.ts';

/**
 * The client files an OAuth login under the entry's name, type and URL. When one of them changes, people have to log
 * in again; when the entry goes, the login stays behind.
 */
export function reviewLogin(subject: Subject): readonly Finding[] {
  const { before, after, step, address } = subject;
  if (before === null || step === null || !mayHaveLogin(before)) return [];
  const name = (step.previousPlace ?? step.place).path.at(-1) as string;
  if (step.action === 'delete') return [leftBehind(name, address)];
  const changed = [
    ...(name === subject.name ? [] : ['name']),
    ...['type', 'url'].filter((key) => before[key] !== after?.[key]),
  ];
  if (after === null || changed.length === 0 || step.action === 'conflict') return [];
  return [
    {
      code: 'CLIENT_LOGIN_FORGOTTEN',
      severity: 'warning',
      message: `server "${name}" gets another ${changed.join(' and ')}: Claude Code forgets its login, if there is one`,
      hint: 'log in again with `/mcp` afterwards',
      address,
    },
  ];
}

/** A remote server with credentials of its own in the entry needs no login; the credentials file is never read. */
function mayHaveLogin(entry: JsonObject): boolean {
  if (entry['type'] !== 'http' && entry['type'] !== 'sse') return false;
  const headers = entry['headers'];
  const names = isJsonObject(headers) ? Object.keys(headers).map((name) => name.toLowerCase()) : [];
  return !names.includes('authorization') && entry['headersHelper'] === undefined;
}

function leftBehind(name: string, address: string): Finding {
  return {
    code: 'CLIENT_LOGIN_LEFT',
    severity: 'info',
    message: `server "${name}" goes, but a login for it would stay in Claude Code's credentials`,
    hint: `run \`claude mcp logout ${name}\` before, if it was used`,
    address,
  };
}
