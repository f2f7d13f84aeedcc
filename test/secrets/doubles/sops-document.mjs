// Documents as SOPS keeps them: which formats there are, and how their values are encrypted.
// https://github.com/getsops/sops: aes/cipher.go, sops.go (Tree), stores/flatten.go
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { extname } from 'node:path';
import { parse, stringify } from 'yaml';

export function parseDocument(text, file) {
  switch (extname(`_${file}`)) {
    case '.yaml':
      return parse(text);
    case '.env':
      return lift(Object.fromEntries(linesOf(text)), 'sops_');
    case '.ini':
      return parseIni(text);
    default:
      return JSON.parse(text);
  }
}

export function printDocument({ sops, ...data }, file) {
  switch (extname(`_${file}`)) {
    case '.yaml':
      return stringify({ ...data, ...(sops && { sops }) }, { lineWidth: 0 });
    case '.env':
      return printLines({ ...data, ...flat(sops, 'sops_') });
    case '.ini':
      return Object.entries({ ...data, ...(sops && { sops: flat(sops, '') }) })
        .map(([name, section]) => `[${name}]\n${printLines(section)}`)
        .join('\n');
    default:
      return JSON.stringify({ ...data, ...(sops && { sops }) }, null, '\t');
  }
}

/** Every value, and the digest of all of them; a value's place is bound to it. */
export function convert(data, change) {
  const digest = createHash('sha512');
  const walk = (value, place) => {
    if (Array.isArray(value)) return value.map((item) => walk(item, place));
    if (value === null) return null;
    if (typeof value !== 'object') return change(value, place, (plain) => digest.update(textOf(plain)));
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [key, walk(member, `${place}${key}:`)]),
    );
  };
  const changed = walk(data, '');
  return { changed, mac: digest.digest('hex').toUpperCase() };
}

export function encrypt(value, key, place) {
  const iv = randomBytes(32);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(place));
  const data = Buffer.concat([cipher.update(textOf(value)), cipher.final()]);
  const [dataText, ivText, tag] = [data, iv, cipher.getAuthTag()].map((bytes) => bytes.toString('base64'));
  return `ENC[AES256_GCM,data:${dataText},iv:${ivText},tag:${tag},type:${typeOf(value)}]`;
}

/** Throws when it was changed, or moved. */
export function decrypt(sealed, key, place) {
  const [, data, iv, tag, type] = /^ENC\[AES256_GCM,data:(.+),iv:(.+),tag:(.+),type:(.+)\]/.exec(sealed);
  const cipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64'));
  cipher.setAAD(Buffer.from(place)).setAuthTag(Buffer.from(tag, 'base64'));
  const bytes = Buffer.concat([cipher.update(Buffer.from(data, 'base64')), cipher.final()]);
  const text = bytes.toString('utf8');
  if (type === 'bool') return text === 'True';
  return type === 'str' ? text : Number(text);
}

const typeOf = (value) =>
  ({ string: 'str', boolean: 'bool' })[typeof value] ?? (Number.isInteger(value) ? 'int' : 'float');

/** Booleans as Python writes them, as SOPS once was. */
const textOf = (value) =>
  typeof value === 'boolean' ? (value ? 'True' : 'False') : Buffer.from(String(value));

function linesOf(text) {
  return [...text.matchAll(/^([^=\n]+?) *= *(.*)$/gm)].map(([, name, value]) => [name, value]);
}

function printLines(values) {
  return `${Object.entries(values)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')}\n`;
}

function parseIni(text) {
  const sections = text.split(/^\[(.+)\]$/m).slice(1);
  const found = {};
  for (let at = 0; at < sections.length; at += 2) {
    found[sections[at]] = Object.fromEntries(linesOf(sections[at + 1]));
  }
  return lift({ ...found, ...mapKeys(found.sops ?? {}, (key) => `sops_${key}`) }, 'sops_');
}

const mapKeys = (object, change) =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [change(key), value]));

/** `age__list_0__map_enc`: what has no maps in maps. */
function flat(value, prefix) {
  if (value === undefined) return {};
  const entries = Object.entries(value).flatMap(([key, member]) =>
    Array.isArray(member)
      ? member.flatMap((item, at) =>
          Object.entries(item).map(([name, text]) => [`${key}__list_${at}__map_${name}`, text]),
        )
      : [[key, member]],
  );
  return Object.fromEntries(entries.map(([key, text]) => [prefix + key, text.replaceAll('\n', '\\n')]));
}

function lift(values, prefix) {
  const data = Object.entries(values).filter(([key]) => !key.startsWith(prefix) && key !== 'sops');
  const own = Object.entries(values).filter(([key]) => key.startsWith(prefix));
  if (own.length === 0) return Object.fromEntries(data);
  const sops = {};
  for (const [name, text] of own) {
    const [, key, at, member] = /^(.+?)(?:__list_(\d+)__map_(.+))?$/.exec(name.slice(prefix.length));
    const value = text.replaceAll('\\n', '\n');
    if (member === undefined) sops[key] = value;
    else {
      sops[key] ??= [];
      sops[key][at] = { ...sops[key][at], [member]: value };
    }
  }
  return { ...Object.fromEntries(data), sops };
}
