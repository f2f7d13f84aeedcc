import { TOKEN_SHAPES } from './token-shapes.ts';

/**
 * Whether a literal is probably a credential, and by which rule (`github-token`, `url-password`,
 * `secret-key-entropy`, …); null when it is not. `key` is the name the value stands under (an environment
 * variable, a header, an option), null when it has none. Only literal text counts: `${NAME}` and
 * `${secret.x}` are references and never make a finding. A heuristic for warnings, never a proof.
 */
export function looksLikeSecret(key: string | null, value: string): string | null {
  const literal = value.includes('${') ? value.replace(REFERENCE, '${}') : value;
  const rule = ruleOf(literal);
  if (rule !== null) return rule;
  if (key === null || !isSecretName(key)) return null;
  const credential = literal.replace(SCHEME_WORD, '').trim();
  if (credential.includes('${}')) return null;
  if (isPasswordName(key)) return isPlainPassword(credential) ? 'password' : null;
  return hasHighEntropy(credential) ? 'secret-key-entropy' : null;
}

/**
 * The arguments of a command line that look like credentials: by their own shape, or after an option with a
 * secret's name (`--token X`, `--token=X`, `TOKEN=X`). Positions count from 0.
 */
export function findSecretArguments(
  args: readonly string[],
): readonly { readonly index: number; readonly rule: string }[] {
  return args.flatMap((argument, index) => {
    const assignment = ASSIGNMENT.exec(argument);
    const option = OPTION.exec(args[index - 1] ?? '');
    const key = assignment?.[1] ?? (argument.startsWith('-') ? null : (option?.[1] ?? null));
    // A token may have a `=` of its own.
    const rule = looksLikeSecret(key, assignment?.[2] ?? argument) ?? looksLikeSecret(null, argument);
    return rule === null ? [] : [{ index, rule }];
  });
}

/** A URL without its user and password, and without query values and path parts that look like credentials. */
export function redactUrl(url: string): string {
  return maskUrl(url, () => '***');
}

/** What `redactUrl` takes out of a URL. */
export function credentialsInUrl(url: string): readonly string[] {
  const found: string[] = [];
  maskUrl(url, (text) => {
    found.push(text);
    return '';
  });
  return found;
}

/**
 * A line of somebody's file that may be shown: every word of it that looks like a credential, and the value
 * behind a key with a secret's name, becomes as many `*`. The rest stays, and stays at its column.
 */
export function redactLine(line: string): string {
  const stars = (text: string): string => '*'.repeat(text.length);
  const urls = line.replace(URL_WORD, (url) => maskUrl(url, stars));
  const values = urls.replace(KEY_AND_VALUE, (whole, lead: string, key: string, value: string) => {
    const text = value.trimEnd();
    return looksLikeSecret(key, text) === null ? whole : lead + stars(text) + value.slice(text.length);
  });
  return values.replace(/[^\s'"`,;=[\]{}()<>]{12,}/g, (word) =>
    looksLikeSecret(null, word) !== null || isKeyMaterial(word) ? stars(word) : word,
  );
}

/**
 * A sentence without the words in it that have the shape of a known token, for what quotes a name: somebody may have
 * written the key itself there. What has no such shape stays.
 */
export function redactTokens(text: string): string {
  return text.length < SHORTEST_TOKEN ? text : text.replace(ANY_TOKENS, '***');
}

function maskUrl(url: string, mask: (text: string) => string): string {
  const [, scheme = '', userInfo, rest = ''] = URL_PARTS.exec(url) ?? [];
  if (scheme === '') return url;
  const safe = rest.replace(QUERY_VALUE, (whole, lead: string, key: string, value: string) =>
    looksLikeSecret(key, value) === null ? whole : `${lead}${key}=${mask(value)}`,
  );
  const masked = safe.replace(/[^/?#&=]+/g, (part) =>
    looksLikeSecret(null, part) === null ? part : mask(part),
  );
  return `${scheme}${userInfo === undefined ? '' : `${mask(userInfo)}@`}${masked}`;
}

/** `Bearer ` and the like before a credential; empty when there is none. */
export function schemeWordOf(value: string): string {
  return SCHEME_WORD.exec(value)?.[0] ?? '';
}

const URL_WORD = /[a-z][a-z0-9+.-]{0,20}:\/\/[^\s'"`<>,]+/gi;
const REFERENCE = /\$\{[^{}]*\}/g;
const SCHEME_WORD = /^(?:bearer|basic|token|apikey)\s+/i;
const ASSIGNMENT = /^-{0,2}([A-Za-z][A-Za-z0-9_.-]*)=(.*)$/s;
const OPTION = /^--?([A-Za-z][A-Za-z0-9_.-]*)$/;
const URL_PARTS = /^([a-z][a-z0-9+.-]*:\/\/)(?:([^/?#\s]*)@)?(.*)$/is;
const QUERY_VALUE = /([?&])([^=&#]+)=([^&#]*)/g;
const KEY_AND_VALUE =
  /((?:^|[\s{,'"[-])([A-Za-z][A-Za-z0-9_.-]{0,100})['"]?\s*[:=,]\s*['"]?)([^\s'",{}[\]][^'",{}[\]]*)/g;

const ANY_TOKEN = token(TOKEN_SHAPES.map(([, shape]) => shape).join('|'));

const ANY_TOKENS = new RegExp(ANY_TOKEN.source, 'g');

/** Shapes that mean a credential wherever they stand. */
const SHAPES: readonly (readonly [string, RegExp])[] = [
  ['private-key', /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----/],
  ['age-key', /AGE-SECRET-KEY-1[0-9A-Z]{20,}/],
  ['slack-webhook', /hooks\.slack\.com\/services\/T[A-Z0-9]+\/B[A-Z0-9]+\/[A-Za-z0-9]{16,}/],
  ['zapier-url', /mcp\.zapier\.com\/api\/(?:mcp\/s|v1\/connect)\/[A-Za-z0-9+=_-]{20,}/],
  ['bearer', /\b(?:bearer|basic)\s+(?=[^\s]*[0-9+/=])[A-Za-z0-9._~+/=-]{16,}/i],
  ['url-password', /\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/?#@:]{0,300}:(?!\$\{\}@)[^\s/?#@]+@/i],
];

function token(shape: string): RegExp {
  return new RegExp(`(?<![A-Za-z0-9])(?:${shape})`);
}

/** No token has fewer characters, and no URL with a password. */
const [SHORTEST_TOKEN, SHORTEST_SHAPE] = [15, 7];

function ruleOf(literal: string): string | null {
  if (literal.length < SHORTEST_SHAPE) return null;
  if (literal.length >= SHORTEST_TOKEN && ANY_TOKEN.test(literal)) {
    return TOKEN_SHAPES.find(([, shape]) => token(shape).test(literal))?.[0] ?? null;
  }
  return SHAPES.find(([, shape]) => shape.test(literal))?.[0] ?? null;
}

const SECRET_WORD =
  /(?:^|_)(?:tokens?|secrets?|[a-z]*passwords?|passwd|pwd|passphrase|passcode|credentials?|keys?|apikey|authorization|auth|pat|cookie|bearer)(?:_|$)/;
// `MAX_TOKENS`, `TOKEN_FILE`, `PUBLIC_KEY`: names about a secret, not of one.
const ABOUT =
  /(?:^|_)(?:public|max|min|num)_|_(?:file|path|dir|folder|url|uri|host|name|id|ids|limit|count|size|length|ttl|type|kind|mode|method|provider|scheme|enabled)$|^keys$/;

/** Whether what has this name is a secret by it: `GITHUB_TOKEN`, `apiKey`, but not `MAX_TOKENS` or `TOKEN_FILE`. */
export function isSecretName(key: string): boolean {
  const name = snake(key);
  return SECRET_WORD.test(name) && !ABOUT.test(name);
}

function isPasswordName(key: string): boolean {
  return /(?:^|_)(?:[a-z]*passwords?|passwd|pwd|passphrase|passcode)(?:_|$)/.test(snake(key));
}

function snake(key: string): string {
  return key
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_');
}

function isPlainPassword(value: string): boolean {
  return value.length >= 4 && !isHarmless(value);
}

function hasHighEntropy(value: string): boolean {
  if (value.length < 8 || isHarmless(value) || /\s/.test(value)) return false;
  const isMixed = /[0-9]/.test(value) && /[A-Za-z]/.test(value);
  return value.length < 16 ? isMixed && bitsPerCharacter(value) >= 2.5 : bitsPerCharacter(value) >= 3;
}

/** A path, an address without a password, a switch, a placeholder: not worth a warning. */
function isHarmless(value: string): boolean {
  return (
    /^(?:[.~]{0,2}\/|[A-Za-z]:\\|https?:\/\/|op:\/\/)/.test(value) ||
    /^(?:true|false|yes|no|on|off|none|null|auto|env|file|default|required|optional|-?[0-9.]{1,12})$/i.test(
      value,
    ) ||
    /^(?:<.*>|\*+|x+|\.+|(?:your|my|example|sample|dummy|placeholder|change-?_?me|todo|redacted)\b.*|your[-_].*)$/i.test(
      value,
    )
  );
}

/**
 * A word without any sense, as in the body of a key file or behind an option on the line before. Digests and
 * addresses, which are public, have a name or a path in them and are other words.
 */
function isKeyMaterial(word: string): boolean {
  if (/^[A-Za-z0-9+/]{48,}={0,2}$/.test(word)) return bitsPerCharacter(word) >= 4.2;
  return /^[A-Za-z0-9+]{20,}={0,2}$/.test(word) && hasHighEntropy(word) && /[0-9]/.test(word);
}

function bitsPerCharacter(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
