import type { Template } from '../../model/manifest.ts';
import { knownUrl, templateText } from '../../model/template.ts';
import { type Check, perServer } from './check.ts';

export const urlWithoutTls: Check = {
  id: 'url-without-tls',
  code: 'CHECK_URL_WITHOUT_TLS',
  level: 'warn',
  why: 'What goes to `http://` or `ws://` on another machine, headers with secrets included, can be read and changed on the way.',
  hint: 'write `https://` (or `wss://`)',
  find: perServer(({ server: { runtime } }) => {
    if (runtime.kind !== 'url') return null;
    const text = templateText(firstKnown(runtime.url));
    if (!/^\s*(?:http|ws):/i.test(text) || isLoopback(text)) return null;
    const host = knownUrl(text)?.host;
    return {
      field: 'url',
      words: `${host === undefined ? 'a host that is not known' : `host "${host}"`} is called without encryption`,
    };
  }),
};

/** What the URL begins with where the client finds no value for the variable that it begins with. */
function firstKnown(url: Template): Template {
  if (typeof url === 'string') return url;
  const [first, ...rest] = url;
  return typeof first === 'object' && 'env' in first ? [first.default ?? '', ...rest] : url;
}

function isLoopback(text: string): boolean {
  const host = knownUrl(text)?.hostname ?? '';
  return /^(?:127(?:\.\d+){3}|\[::1\]|(?:[a-z0-9-]+\.)*localhost)$/.test(host);
}
