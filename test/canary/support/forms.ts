/**
 * Every way in which somebody could have written a value down, by what it is called: written without a look at what
 * redacts, so that both cannot forget the same. Parts of fewer than `SHORTEST` characters say nothing.
 */
export function formsOf(value: string): ReadonlyMap<string, readonly string[]> {
  const forms = new Map<string, readonly string[]>();
  for (const [what, part] of partsOf(value)) {
    for (const [how, write] of Object.entries(WAYS)) {
      const written = write(part).filter(({ length }) => length >= SHORTEST);
      if (written.length > 0) forms.set(`${how}${what}`, [...new Set(written)]);
    }
  }
  return forms;
}

const SHORTEST = 6;

function partsOf(value: string): readonly (readonly [string, string])[] {
  const lines = value.split(/\r?\n/);
  const whole: readonly [string, string] = ['', value];
  if (lines.length === 1) return [whole];
  return [whole, ...lines.map((line, index) => [`, line ${index + 1}`, line] as const)];
}

const WAYS: Readonly<Record<string, (value: string) => readonly string[]>> = {
  plain: (value) => [value],
  'in a URL': (value) => bothCases([encodeURIComponent(value), formEncoded(value), encodeURI(value)]),
  'in JSON': (value) => [inJson(value), inAscii(inJson(value))],
  'in JSON in JSON': (value) => [inJson(inJson(value)), inJson(inAscii(inJson(value)))],
  'in base64': (value) => [0, 1, 2].map((before) => inBase64(value, before)),
  'in base64 for URLs': (value) =>
    [0, 1, 2].map((before) => inBase64(value, before).replaceAll('+', '-').replaceAll('/', '_')),
  'in hex': (value) => bothCases([Buffer.from(value).toString('hex')], /[0-9a-f]+/g),
};

function formEncoded(value: string): string {
  return new URLSearchParams({ v: value }).toString().slice(2);
}

function bothCases(texts: readonly string[], what = /%[0-9A-F]{2}/g): readonly string[] {
  return texts.flatMap((text) => [
    text,
    text.replace(what, (each) => each.toLowerCase()),
    text.replace(what, (each) => each.toUpperCase()),
  ]);
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function inAscii(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Only what no byte before or after it has a say in. */
function inBase64(value: string, before: number): string {
  const bytes = Buffer.from(value);
  const skipped = (3 - before) % 3;
  const whole = bytes.subarray(skipped, bytes.length - ((bytes.length - skipped) % 3));
  return whole.toString('base64');
}
