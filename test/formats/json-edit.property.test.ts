import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editJson, type JsonEdit } from '../../src/formats/json-edit.ts';
import { isObjectAt, type Member, scanObject, startOfJson } from '../../src/formats/json-scan.ts';
import { isJsonObject, type Json, type JsonObject } from '../../src/model/json.ts';

const parse = (text: string): JsonObject => JSON.parse(text.replace(/^\uFEFF/, '')) as JsonObject;

/** JSON text as people and programs write it: every kind of white space, escaped keys, numbers no double holds. */
const space = fc.constantFrom('', '', '', ' ', '\n', '\n  ', '\r\n\t', '\n\n    ', '  ');
const key = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'c',
    'd',
    'mcpServers',
    'projects',
    '1',
    '__proto__',
    'x y',
    'ü',
    'q"q',
    '\\',
    '/~',
    '',
  ),
  fc.string({ maxLength: 4, unit: 'grapheme' }),
);
const escaped = (text: string, isEscaped: boolean): string =>
  isEscaped
    ? `"${[...text].flatMap((c) => [...c].map((_, i) => `\\u${c.charCodeAt(i).toString(16).padStart(4, '0')}`)).join('')}"`
    : JSON.stringify(text);
const asciiKey = fc.constantFrom('a', 'b', 'c', 'd', '1', '/~');
const spelledKey = fc.oneof(
  { weight: 4, arbitrary: key.map((text) => [text, JSON.stringify(text)] as const) },
  { weight: 1, arbitrary: asciiKey.map((text) => [text, escaped(text, true)] as const) },
);
const scalar = fc.oneof(
  fc.constantFrom(
    'null',
    'true',
    'false',
    '0',
    '-0.5',
    '1E30',
    '1.50',
    '12345678901234567890123',
    '"\\u0041\\n"',
  ),
  fc.string({ maxLength: 8 }).map((text) => JSON.stringify(text)),
  fc.constantFrom('{}[],:"', '\\"}', '\\\\', '\u2028').map((text) => JSON.stringify(text)),
);
const { object } = fc.letrec<{ value: string; object: string; list: string }>((tie) => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, scalar, tie('object'), tie('list')),
  object: fc
    .tuple(
      fc.uniqueArray(fc.tuple(spelledKey, space, space, tie('value'), space, space), {
        maxLength: 5,
        selector: ([[text]]) => text,
      }),
      space,
    )
    .map(([members, inner]) => {
      const printed = members.map(([[, name], a, b, value, c, d]) => `${a}${name}${b}:${c}${value}${d}`);
      return `{${printed.length === 0 ? inner : printed.join(',')}}`;
    }),
  list: fc
    .array(fc.tuple(space, tie('value'), space), { maxLength: 3 })
    .map((items) => `[${items.map((item) => item.join('')).join(',')}]`),
}));
const document = fc
  .tuple(fc.constantFrom('', '', '\uFEFF'), space, object, space)
  .map((parts) => parts.join(''));

/** A change to make at a path chosen by numbers, so that it fits whatever document was generated. */
const choice = fc.record({
  steps: fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }),
  fresh: fc.boolean(),
  name: key,
  kind: fc.constantFrom('set', 'set', 'remove', 'rename'),
  value: fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as Json),
});
type Choice = typeof choice extends fc.Arbitrary<infer T> ? T : never;

function toEdit(root: JsonObject, { steps, fresh, name, kind, value }: Choice): JsonEdit | null {
  const path: string[] = [];
  let at: Json = root;
  for (const step of steps) {
    if (!isJsonObject(at)) break;
    const keys: string[] = Object.keys(at);
    if (keys.length === 0) break;
    const next = keys[step % keys.length] as string;
    path.push(next);
    at = at[next] as Json;
  }
  if (fresh && isJsonObject(at)) path.push(name);
  if (path.length === 0) return null;
  if (kind === 'set') return { path, value };
  if (kind === 'remove') return { path };
  return valueAt(root, path) === undefined ? null : { path, renameTo: `${name}-renamed` };
}

function valueAt(root: Json, path: readonly string[]): Json | undefined {
  let at: Json | undefined = root;
  for (const step of path) at = isJsonObject(at) && Object.hasOwn(at, step) ? at[step] : undefined;
  return at;
}

const isPrefix = (a: readonly string[], b: readonly string[]): boolean => a.every((step, i) => step === b[i]);

/** Only edits that do not touch one another, and one rename target at most. */
function compatible(edits: readonly (JsonEdit | null)[]): readonly JsonEdit[] {
  const kept: JsonEdit[] = [];
  for (const edit of edits) {
    if (edit === null || kept.some(({ path }) => isPrefix(path, edit.path) || isPrefix(edit.path, path)))
      continue;
    if (edit.renameTo !== undefined && kept.some(({ renameTo }) => renameTo !== undefined)) continue;
    kept.push(edit);
  }
  return kept;
}

function define(target: Record<string, Json>, name: string, value: Json): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}

/** What an edit means, done to the value instead of the text. */
function applied(root: JsonObject, { path, value, renameTo }: JsonEdit): JsonObject {
  const [name, ...rest] = path as [string, ...string[]];
  const copy: Record<string, Json> = {};
  for (const each of Object.keys(root)) define(copy, each, root[each] as Json);
  const old = Object.hasOwn(copy, name) ? copy[name] : undefined;
  if (rest.length > 0) {
    if (old === undefined && value === undefined) return copy;
    const inner = old === undefined ? {} : (old as JsonObject);
    define(
      copy,
      name,
      applied(inner, {
        path: rest,
        ...(value === undefined ? {} : { value }),
        ...(renameTo === undefined ? {} : { renameTo }),
      }),
    );
    return copy;
  }
  if (value !== undefined) define(copy, name, value);
  else delete copy[name];
  if (renameTo !== undefined) define(copy, renameTo, old as Json);
  return copy;
}

function inverse(root: JsonObject, { path, renameTo }: JsonEdit): JsonEdit {
  if (renameTo !== undefined)
    return { path: [...path.slice(0, -1), renameTo], renameTo: path.at(-1) as string };
  const old = valueAt(root, path);
  if (old !== undefined) return { path, value: old };
  const missing = path.findIndex((_, i) => valueAt(root, path.slice(0, i + 1)) === undefined);
  return { path: path.slice(0, missing + 1) };
}

interface Rest {
  /** Each member that is not edited, as spelled, and what stands around the whole. */
  readonly pieces: string[];
  /** What stands between two neighbours that are not edited, by their names. */
  readonly gaps: Map<string, string>;
}

/** Every byte of the text that is not part of an edited member. */
function untouched(text: string, edits: readonly (readonly string[])[]): Rest {
  const rest: Rest = { pieces: [], gaps: new Map() };
  const open = startOfJson(text);
  rest.pieces.push(text.slice(0, open));
  const close = collect(text, { open, path: [], edits }, rest);
  rest.pieces.push(text.slice(close + 1));
  return rest;
}

interface At {
  readonly open: number;
  readonly path: readonly string[];
  readonly edits: readonly (readonly string[])[];
}

function collect(text: string, { open, path, edits }: At, rest: Rest): number {
  const { members, close } = scanObject(text, open);
  const isEdited = ({ key: name }: Member): boolean => edits.some((each) => each[0] === name);
  for (const [i, member] of members.entries()) {
    const inner = edits
      .filter((each) => each[0] === member.key && each.length > 1)
      .map((each) => each.slice(1));
    const next = members[i + 1];
    if (inner.length > 0 && isObjectAt(text, member.valueStart)) {
      rest.pieces.push(text.slice(member.keyStart, member.valueStart));
      collect(text, { open: member.valueStart, path: [...path, member.key], edits: inner }, rest);
    } else if (!isEdited(member)) {
      rest.pieces.push(text.slice(member.keyStart, member.valueEnd));
    }
    if (next !== undefined && !isEdited(member) && !isEdited(next)) {
      rest.gaps.set(JSON.stringify([path, member.key, next.key]), text.slice(member.valueEnd, next.keyStart));
    }
  }
  return close;
}

/** Neighbours may have been parted by a new member, or have met over a removed one. */
function expectSame(after: Rest, before: Rest): void {
  expect(after.pieces).toEqual(before.pieces);
  for (const [names, gap] of after.gaps) expect([names, before.gaps.get(names) ?? gap]).toEqual([names, gap]);
}

/** Paths of the edited members in the text after the edit. */
function pathsAfter(edits: readonly JsonEdit[]): readonly (readonly string[])[] {
  return edits.flatMap(({ path, renameTo }) =>
    renameTo === undefined ? [path] : [path, [...path.slice(0, -1), renameTo]],
  );
}

describe('editing JSON text of any shape', () => {
  it('gives the edited value, keeps every other byte, and can be undone', () => {
    let documents = 0;
    fc.assert(
      fc.property(document, fc.array(choice, { maxLength: 6 }), (text, choices) => {
        const root = parse(text);
        const edits = compatible(choices.map((each) => toEdit(root, each)));
        const isPossible = edits.every(({ path }) =>
          path.slice(0, -1).every((_, i) => {
            const parent = valueAt(root, path.slice(0, i + 1));
            return parent === undefined || isJsonObject(parent);
          }),
        );
        fc.pre(isPossible);
        documents += 1;
        const edited = editJson(text, edits);
        expect(parse(edited)).toEqual(edits.reduce(applied, root));
        const touched = pathsAfter(edits);
        expectSame(untouched(edited, touched), untouched(text, touched));
        expect(
          parse(
            editJson(
              edited,
              edits.map((edit) => inverse(root, edit)),
            ),
          ),
        ).toEqual(root);
      }),
      { numRuns: 1_500 },
    );
    expect(documents).toBeGreaterThan(500);
  });

  it('makes the same text of one pass as of one pass for each edit', () => {
    fc.assert(
      fc.property(document, fc.uniqueArray(key, { minLength: 1, maxLength: 6 }), (text, names) => {
        const edits = names.map((name) => ({ path: [`new-${name}`], value: { command: name } }));
        expect(editJson(text, edits)).toBe(edits.reduce((each, edit) => editJson(each, [edit]), text));
      }),
      { numRuns: 300 },
    );
  });
});
