import { EVENT_ID, type Event, getScalarValue, parseEvents, SCALAR_STYLE, type ScalarEvent } from 'js-yaml';
import type { Json } from '../model/json.ts';
import { decodeYaml } from './yaml-decode.ts';
import { FORBIDDEN_KEYS } from './yaml-keys.ts';

/** As deep as `yaml-compose.ts` goes. */
const MAX_DEPTH = 64;

/**
 * What plain documents do without: anchors, aliases, tags, directives, markers, explicit keys, tabs, odd spaces,
 * blocks that say their indentation, escaped line ends, keys right after a bracket, and characters that turn the reading direction (a finding).
 */
const UNUSUAL =
  /[\t\u0085\u00a0\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\r(?!\n)|(?:^|[\s[{,:-])[&*!?]|[|>][-+]?[1-9]|\\\r?$|[\]}][^\s,\]}:].*:(?:\s|$)|^ *(?:%|---|\.\.\.)/m;

/** A key that nobody has to look at twice. */
const PLAIN_KEY = /^[\x20-\x7e]+$/;

/** Bytes that decode to a plain document; undefined for everything else. */
export function readPlainBytes(bytes: Uint8Array): Json | undefined {
  const decoded = decodeYaml(bytes);
  return 'problem' in decoded ? undefined : readPlainYaml(decoded.text);
}

/**
 * The value of a document that is plain and sound, about six times as fast as a parser that knows positions. Undefined
 * for everything else: then `yamlValue` reads it, and says what is wrong with it, if anything is. Where this gives a
 * value, that gives the same one.
 */
export function readPlainYaml(text: string): Json | undefined {
  if (UNUSUAL.test(text)) return undefined;
  let events: readonly Event[];
  try {
    events = parseEvents(text, { maxDepth: MAX_DEPTH });
  } catch {
    // Whatever it is, the other parser says it in our words, with its place.
    return undefined;
  }
  const cursor: Cursor = { text, events, at: 0 };
  try {
    return readDocument(cursor);
  } catch (error) {
    if (error === NOT_PLAIN) return undefined;
    throw error;
  }
}

interface Cursor {
  readonly text: string;
  readonly events: readonly Event[];
  at: number;
}

const NOT_PLAIN = Symbol('not plain');

function readDocument(cursor: Cursor): Json {
  const first = next(cursor);
  if (first.type !== EVENT_ID.DOCUMENT || first.directives.length > 0) throw NOT_PLAIN;
  const value = readNode(cursor);
  if (next(cursor).type !== EVENT_ID.POP || cursor.at !== cursor.events.length) throw NOT_PLAIN;
  return value;
}

function next(cursor: Cursor): Event {
  const event = cursor.events[cursor.at];
  if (event === undefined) throw NOT_PLAIN;
  cursor.at += 1;
  return event;
}

function readNode(cursor: Cursor): Json {
  const event = next(cursor);
  switch (event.type) {
    case EVENT_ID.SCALAR:
      return resolve(event, cursor.text);
    case EVENT_ID.SEQUENCE:
      return readSequence(cursor);
    case EVENT_ID.MAPPING:
      return readMapping(cursor);
    default:
      throw NOT_PLAIN;
  }
}

function readSequence(cursor: Cursor): Json {
  const items: Json[] = [];
  while (cursor.events[cursor.at]?.type !== EVENT_ID.POP) items.push(readNode(cursor));
  cursor.at += 1;
  return items;
}

function readMapping(cursor: Cursor): Json {
  const map: Record<string, Json> = {};
  while (cursor.events[cursor.at]?.type !== EVENT_ID.POP) {
    const key = readKey(next(cursor), cursor.text);
    if (Object.hasOwn(map, key)) throw NOT_PLAIN;
    map[key] = readNode(cursor);
  }
  cursor.at += 1;
  return map;
}

function readKey(event: Event, text: string): string {
  if (event.type !== EVENT_ID.SCALAR) throw NOT_PLAIN;
  const key = resolve(event, text);
  if (typeof key !== 'string' || !PLAIN_KEY.test(key) || key === '<<' || FORBIDDEN_KEYS.has(key))
    throw NOT_PLAIN;
  return key;
}

/** The core schema of YAML 1.2; of numbers only the ordinary ones. */
function resolve(scalar: ScalarEvent, text: string): Json {
  if (scalar.anchorStart !== -1 || scalar.tagStart !== -1) throw NOT_PLAIN;
  const value = getScalarValue(text, scalar);
  // The two disagree on blocks that hold nothing but space.
  if (scalar.style >= SCALAR_STYLE.LITERAL_BLOCK && value.trim() === '') throw NOT_PLAIN;
  if (scalar.style >= SCALAR_STYLE.LITERAL_BLOCK) return value;
  if (scalar.style !== SCALAR_STYLE.PLAIN) {
    // Something right after a closing quote is a fault to one of them.
    if (/^[^\s,\]}:]/.test(text.charAt(scalar.valueEnd + 1))) throw NOT_PLAIN;
    return value;
  }
  if (/^[A-Za-eg-mo-su-z_/@]/.test(value) && !/^[FNT]/.test(value)) return value;
  if (/^(?:~|null|Null|NULL)?$/.test(value)) return null;
  if (/^(?:true|True|TRUE)$/.test(value)) return true;
  if (/^(?:false|False|FALSE)$/.test(value)) return false;
  if (/^[-+]?[0-9]{1,15}$/.test(value) || /^[-+]?[0-9]{1,9}\.[0-9]{1,6}$/.test(value)) return Number(value);
  if (/^[-+]?(?:\.[0-9in]|[0-9]|0[ox])/i.test(value) && NUMBERS.test(value)) throw NOT_PLAIN;
  return value;
}

/** Every other spelling of a number: octal, hexadecimal, exponents, infinities, very long ones. */
const NUMBERS =
  /^[-+]?(?:0o[0-7]+|0x[0-9a-fA-F]+|\.(?:inf|nan)|(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)$/i;
