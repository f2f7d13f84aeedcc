import type { HealthTarget } from '../model/health.ts';
import type { Trouble } from './trouble.ts';

/** Why a server cannot be asked at all; null when it can. A header is named, its value never. */
export function checkTarget(target: HealthTarget): Trouble | null {
  const because = target.kind === 'http' ? (wrongUrl(target) ?? wrongHeader(target.headers ?? {})) : null;
  return because === null ? null : { kind: 'target', because };
}

function wrongUrl({ url, transport }: Extract<HealthTarget, { kind: 'http' }>): string | null {
  if (!URL.canParse(url)) return 'that is no URL';
  const { protocol, username, password } = new URL(url);
  const schemes = transport === 'ws' ? ['ws:', 'wss:', 'http:', 'https:'] : ['http:', 'https:'];
  if (!schemes.includes(protocol)) return `"${protocol}" is no scheme for transport "${transport}"`;
  // Clients refuse it, and what sends no password is no check of it.
  if (username !== '' || password !== '') return 'its URL holds a user; that belongs into a header';
  return null;
}

/** RFC 9110, sections 5.1 and 5.5. */
function wrongHeader(headers: Readonly<Record<string, string>>): string | null {
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) return 'a header has a name that is none';
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) return `the value of the header "${name}" cannot be sent`;
    if (OURS.has(name.toLowerCase())) return `the header "${name}" is set by whoever sends`;
  }
  return null;
}

/** What belongs to the connection (RFC 9110, section 7.6.1), or says how long a message is. */
const OURS = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
