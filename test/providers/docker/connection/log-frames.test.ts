import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLogLines } from '../../../../src/providers/docker/connection/log-frames.ts';
import type { LogLine } from '../../../../src/providers/docker/engine.ts';

const time = '2026-11-20T11:43:40.388221368Z';
const later = '2026-11-20T11:43:41.388221368Z';

function frame(stream: 1 | 2, text: string): Buffer {
  const payload = Buffer.from(text);
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

async function* inPieces(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (const size of sizes) {
    yield bytes.subarray(at, at + size);
    at += size;
  }
  yield bytes.subarray(at);
}

async function linesOf(
  bytes: Uint8Array,
  sizes: readonly number[] = [],
  isFramed = true,
): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for await (const line of readLogLines(inPieces(bytes, sizes), { isFramed })) lines.push(line);
  return lines;
}

const out = (text: string, at = time): LogLine => ({ stream: 'stdout', time: at, text });
const err = (text: string, at = time): LogLine => ({ stream: 'stderr', time: at, text });

describe('the lines of a log', () => {
  const frames = [
    frame(1, `${time} héllo wörld 🐳\n`),
    frame(2, `${time} warning: \n`),
    frame(1, `${time} \n`),
    frame(1, `${time} {"json":true}\n`),
    frame(2, `${later} no end`),
  ];
  const lines = [
    out('héllo wörld 🐳'),
    err('warning: '),
    out(''),
    out('{"json":true}'),
    err('no end', later),
  ];

  it('come whole, of both outputs, in their order', async () => {
    expect(await linesOf(Buffer.concat(frames))).toEqual(lines);
  });

  it('are the same in whatever pieces they arrive', async () => {
    const bytes = Buffer.concat(frames);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 40 })), async (sizes) => {
        expect(await linesOf(bytes, sizes)).toEqual(lines);
      }),
    );
  });

  it('are put together when the engine kept them in parts, each with a time', async () => {
    const long = 'x'.repeat(16_384);
    const parts = [
      frame(1, `${time} ${long}`),
      frame(2, `${time} between\n`),
      frame(1, `${later} ${long}`),
      frame(1, `${later} end\n`),
    ];
    expect(await linesOf(Buffer.concat(parts))).toEqual([err('between'), out(`${long}${long}end`)]);
  });

  it('keep a time of their own that a program wrote', async () => {
    const bytes = frame(1, `${time} ${later} said the program\n`);
    expect(await linesOf(bytes)).toEqual([out(`${later} said the program`)]);
  });

  it('come in pieces when they have no end', async () => {
    const part = 'x'.repeat(64 * 1024);
    const endless = Array.from({ length: 40 }, () => frame(1, `${time} ${part}`));
    const lengths = (await linesOf(Buffer.concat(endless))).map(({ text }) => text.length);
    expect(lengths.reduce((sum, length) => sum + length)).toBe(40 * part.length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(1024 * 1024 + part.length);
  });

  it('end where an engine was cut off', async () => {
    const bytes = Buffer.concat([frame(1, `${time} one\n`), frame(1, `${time} two\n`).subarray(0, 20)]);
    expect(await linesOf(bytes)).toEqual([out('one')]);
  });

  it('are read from a terminal as it got them', async () => {
    const bytes = Buffer.from(`${time} {"a":1}\r\n${later} bäd\r\n${later} no end`);
    const expected = [out('{"a":1}'), out('bäd', later), out('no end', later)];
    for (const sizes of [[], [1, 2, 3], [30, 8, 40]]) {
      expect(await linesOf(bytes, sizes, false)).toEqual(expected);
    }
  });

  it('have the coarser times of Podman', async () => {
    const bytes = frame(1, '2026-11-20T11:44:57Z text\n');
    expect(await linesOf(bytes)).toEqual([out('text', '2026-11-20T11:44:57Z')]);
  });
});
