import type { Transport } from '../model/manifest.ts';
import type { ServerDocument } from '../schema/manifest.types.ts';
import type { Path, Problems } from './problem.ts';

/** What no schema says about the texts of a server: they must be able to reach it. */
export function checkValues(
  document: ServerDocument,
  transport: Transport,
  path: Path,
  problems: Problems,
): void {
  const { command, args = [], env = {}, headers = {}, url, headersHelper } = document;
  if (url !== undefined) checkUrl(url, transport, [...path, 'url'], problems);
  if (command !== undefined) checkNul(command, [...path, 'command'], problems);
  if (headersHelper !== undefined) checkNul(headersHelper, [...path, 'headersHelper'], problems);
  for (const [name, value] of Object.entries(env)) checkNul(value, [...path, 'env', name], problems);
  for (const [name, value] of Object.entries(headers)) checkNul(value, [...path, 'headers', name], problems);
  checkHeaders(headers, [...path, 'headers'], problems);
  checkArguments(args, [...path, 'args'], problems);
}

function checkArguments(args: readonly string[], path: Path, problems: Problems): void {
  args.forEach((argument, index) => {
    checkNul(argument, [...path, String(index)], problems);
  });
}

function checkNul(value: string, path: Path, problems: Problems): void {
  if (!value.includes('\0')) return;
  problems.error('MANIFEST_CHARACTER', path, 'no program can receive a text with a NUL in it', {
    hint: 'remove it',
  });
}

function checkHeaders(headers: Readonly<Record<string, string>>, path: Path, problems: Problems): void {
  const seen = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (/[\r\n]/.test(value)) {
      problems.error('MANIFEST_CHARACTER', [...path, name], 'a header cannot hold a line end', {
        hint: 'a block scalar adds one: write the value on one line',
      });
    }
    const lower = name.toLowerCase();
    const earlier = seen.get(lower);
    seen.set(lower, name);
    if (earlier === undefined) continue;
    problems.error('MANIFEST_NAME', [...path, name], `is the same header as "${earlier}"`, {
      part: 'key',
      hint: 'names of headers ignore case: remove one',
    });
  }
}

/** Absolute, of the scheme that the transport speaks, with a host; the part before a `${…}` must already fit. */
function checkUrl(url: string, transport: Transport, path: Path, problems: Problems): void {
  const schemes = transport === 'ws' ? ['ws', 'wss'] : ['http', 'https'];
  const [, scheme, host = ''] = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?#]*)/.exec(url) ?? [];
  if (/[\s\0-\x1f\x7f]/.test(url.replace(/\$\{[^{}]*\}/g, ''))) {
    problems.error('MANIFEST_URL', path, 'has white space in it', { hint: 'write "%20" for a space' });
  } else if (scheme === undefined) {
    if (url.startsWith('${')) return;
    problems.error('MANIFEST_URL', path, 'is not an absolute URL', {
      hint: `start it with ${schemes[1]}://`,
    });
  } else if (!schemes.includes(scheme.toLowerCase())) {
    problems.error('MANIFEST_URL', path, `transport ${transport} does not speak "${scheme}"`, {
      hint: `start it with ${schemes[1]}://`,
    });
  } else if (!hasHost(host)) {
    problems.error('MANIFEST_URL', path, 'names no valid host', { hint: `write ${scheme}://HOST/PATH` });
  }
}

function hasHost(authority: string): boolean {
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  if (host.includes('${')) return true;
  return /^(?:[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_.])?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/.test(host);
}
