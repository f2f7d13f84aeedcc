import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type JsonObject, sameJson } from '../../../src/model/json.ts';
import { claudeCode } from '../../../src/providers/claude-code/index.ts';
import { CONFIG, create, memoryWorld, remove, update, userPlace } from './world.ts';

/** Pieces that no edit of ours may touch, as programs and people leave them in a config. */
const foreignMember = fc.constantFrom(
  '"numStartups" : 42',
  '"bigId":12345678901234567890',
  '"ratio": 1.0e+3',
  '"projects": {"/a\\u0062" : {"history":[ {"display":"x \\"{[,:]}\\" \\\\"}, 1 ],"mcpServers" : { } } }',
  '"tipsHistory": {\r\n\t\t"new-user" :1,\n"weiß" : 2}',
  '"\\u0065scaped": "\\ud83d\\ude00 \\/"',
  '"nested": [[[[[]]]],{"a":{"a":{"a":null}}}]',
  '"oauthAccount" :{"x":"\u2028 ü 日本"}',
);
const foreignEntry = fc.constantFrom(
  '"foreign":{"command":"k","env":{"A":"1"},"custom" : 12345678901234567890}',
  '"ODD name" : {"url" :"https://x" , "disabled":true}',
  '"broken": "not an object"',
  '"9": {}',
);
const gap = fc.constantFrom('', ' ', '\n', '\n  ', '\r\n  ', '\n\t', '\n\n      ');

const config = fc
  .record({
    mark: fc.constantFrom('', '\uFEFF'),
    before: fc.uniqueArray(foreignMember, { maxLength: 4 }),
    entries: fc.uniqueArray(foreignEntry, { maxLength: 3 }),
    after: fc.uniqueArray(foreignMember, { maxLength: 4 }),
    gaps: fc.tuple(gap, gap, gap),
    hasServers: fc.boolean(),
    end: fc.constantFrom('', '\n', '\r\n', ' \n\n'),
  })
  .map(({ mark, before, entries, after, gaps: [outer, inner, last], hasServers, end }) => {
    const servers = hasServers
      ? [`"mcpServers"${last}:${last}{${inner}${entries.join(`,${inner}`)}${last}}`]
      : [];
    const members = [...before, ...servers, ...after.filter((member) => !before.includes(member))];
    return {
      text: `${mark}{${outer}${members.join(`,${outer}`)}${last}}${end}`,
      pieces: [...before, ...after, ...(hasServers ? entries : [])],
    };
  });

const entry = fc.oneof(
  fc.record({
    type: fc.constant('stdio'),
    command: fc.string({ minLength: 1 }),
    args: fc.array(fc.string(), { maxLength: 3 }),
  }),
  fc.record({
    type: fc.constant('http'),
    url: fc.string({ minLength: 1 }),
    headers: fc.dictionary(fc.string({ minLength: 1 }), fc.string(), { minKeys: 1, maxKeys: 2 }),
  }),
) as fc.Arbitrary<JsonObject>;

it('never changes a byte of others, whatever the config looks like, and leaves the config as it was when all of ours goes', async () => {
  let configs = 0;
  await fc.assert(
    fc.asyncProperty(
      config,
      fc.array(entry, { minLength: 1, maxLength: 4 }),
      entry,
      async ({ text, pieces }, entries, changed) => {
        configs += 1;
        const world = memoryWorld({ [CONFIG]: text });
        const places = entries.map((_, index) => userPlace(`ours-${index}`));
        const expectDone = async (works: Parameters<typeof claudeCode.perform>[0]): Promise<void> => {
          const results = await claudeCode.perform(works, world.ctx);
          expect(results.map(({ result, error }) => error ?? result)).toEqual(works.map(() => 'done'));
          const now = await world.text(CONFIG);
          for (const piece of pieces) expect(now).toContain(piece);
          expect([now.startsWith('\uFEFF'), /\s*$/.exec(now)?.[0]]).toEqual([
            text.startsWith('\uFEFF'),
            /\s*$/.exec(text)?.[0],
          ]);
        };
        await expectDone(entries.map((each, index) => create(places[index] as never, each)));
        await expectDone(entries.map((each, index) => update(places[index] as never, each, changed)));
        await expectDone(places.map((place) => remove(place, changed)));
        const parse = (json: string): JsonObject => JSON.parse(json.replace(/^\uFEFF/, '')) as JsonObject;
        const before = parse(text);
        const expected = 'mcpServers' in before ? before : { ...before, mcpServers: {} };
        expect(sameJson(parse(await world.text(CONFIG)), expected)).toBe(true);
      },
    ),
    { numRuns: 500 },
  );
  expect(configs).toBeGreaterThanOrEqual(500);
});
