import { describe, expect, it } from 'vitest';
import type { FoundContainer } from '../../../src/engine/containers/find-containers.ts';
import { type LogRequest, readLogs } from '../../../src/engine/containers/read-logs.ts';
import type { LogLine } from '../../../src/providers/docker/engine.ts';
import { idOf, type Kept, recordingEngine } from '../recording-engine.ts';

const all: LogRequest = { tail: null, follow: false, grep: null, secrets: [] };
const never = new AbortController().signal;

const line = (second: number, text: string, stream: LogLine['stream'] = 'stdout'): LogLine => ({
  stream,
  time: `2026-01-02T03:04:0${second}.000000000Z`,
  text,
});

function found(kept: Kept, kind: FoundContainer['kind'] = 'session') {
  const { engine, asked } = recordingEngine([kept]);
  const { id, name } = kept;
  const container = {
    server: 'github',
    kind,
    engine: 'docker',
    id,
    name,
    connection: engine,
    state: 'running',
  };
  return { container, asked };
}

async function read(containers: readonly FoundContainer[], change: Partial<LogRequest> = {}, signal = never) {
  const texts: string[] = [];
  for await (const { source, line: each } of readLogs(containers, { ...all, ...change }, signal)) {
    texts.push(`${source.id[0]} ${each.text}`);
  }
  return texts;
}

describe('the log of a server', () => {
  it('is what all its containers wrote, in the order of the time', async () => {
    const one = found({ id: idOf('a'), name: 'a', log: [line(1, 'one'), line(4, 'four'), line(5, 'five')] });
    const two = found({ id: idOf('b'), name: 'b', log: [line(2, 'two'), line(3, 'three')] });
    const none = found({ id: idOf('c'), name: 'c' });
    expect(await read([one.container, two.container, none.container])).toEqual([
      'a one',
      'b two',
      'b three',
      'a four',
      'a five',
    ]);
  });

  it('leaves to the engine how much of it, and since when', async () => {
    const { container, asked } = found({ id: idOf('a'), name: 'a', log: [line(1, 'one'), line(2, 'two')] });
    expect(await read([container], { tail: 1, since: 12.5 })).toEqual(['a two']);
    expect(asked).toEqual(['inspect a', 'logs a {"tail":1,"since":12.5,"follow":false}']);
  });

  it('shows no colours, and nothing that looks like a credential, even behind one', async () => {
    const token = `ghp_${'x1Y2z3'.repeat(6)}`;
    const log = [line(1, `\u001b[31m${token}\u001b[0m is refused`), line(2, 'PASSWORD=correct-horse')];
    const { container } = found({ id: idOf('a'), name: 'a', log });
    expect(await read([container])).toEqual([
      `a ${'*'.repeat(token.length)} is refused`,
      `a PASSWORD=${'*'.repeat(13)}`,
    ]);
  });

  it('does not show what the server was given, also where it looks like nothing', async () => {
    const { container } = found({
      id: idOf('a'),
      name: 'a',
      log: [line(1, 'swordfish, swordfish-7 refused')],
    });
    expect(await read([container], { secrets: ['swordfish', 'swordfish-7'] })).toEqual([
      'a ***, *** refused',
    ]);
  });

  it('looks for an expression in what is shown', async () => {
    const log = [line(1, '\u001b[1merr\u001b[0mor: one'), line(2, 'fine'), line(3, 'PASSWORD=errorerror')];
    const { container } = found({ id: idOf('a'), name: 'a', log });
    expect(await read([container], { grep: /error/u })).toEqual(['a error: one']);
  });

  it.each([
    ['session', 'over stdio its output is the protocol'],
    ['service', 'its log driver is "none"'],
  ] as const)('of a %s is refused, in words, where the engine keeps none', async (kind, words) => {
    const info = { HostConfig: { LogConfig: { Type: 'none' } } };
    const { container, asked } = found({ id: idOf('a'), name: 'a', info }, kind);
    await expect(read([container])).rejects.toMatchObject({
      code: 'ENGINE_LOG_UNREADABLE',
      message: expect.stringContaining(words),
      hint: expect.stringContaining('logging: { driver: local }'),
    });
    expect(asked).toEqual(['inspect a']);
  });
});

describe('a log that is followed', () => {
  it('comes as it is written, from whichever container, and ends with the last of them', async () => {
    const feeds = new Map<string, (text: string | null) => void>();
    const following = (letter: string): FoundContainer => {
      const { engine } = recordingEngine([{ id: idOf(letter), name: letter }], {
        logs: async function* () {
          for (;;) {
            const text = await new Promise<string | null>((feed) => feeds.set(letter, feed));
            if (text === null) return;
            yield line(1, text);
          }
        },
      });
      const { container } = found({ id: idOf(letter), name: letter });
      return { ...container, connection: engine };
    };
    const seen: string[] = [];
    const reading = (async () => {
      const lines = readLogs([following('a'), following('b')], { ...all, follow: true }, never);
      for await (const each of lines) seen.push(`${each.source.id[0]} ${each.line.text}`);
    })();
    for (const [letter, text] of [
      ['b', 'first'],
      ['b', 'second'],
      ['a', 'third'],
      ['b', null],
      ['a', 'fourth'],
      ['a', null],
    ] as const) {
      await until(() => feeds.has(letter));
      const feed = feeds.get(letter);
      feeds.delete(letter);
      feed?.(text);
    }
    await reading;
    expect(seen).toEqual(['b first', 'b second', 'a third', 'a fourth']);
  });
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((turn) => setImmediate(turn));
}
