import { describe, expect, it } from 'vitest';
import type { End } from '../../src/model/journal.ts';
import { Books } from '../../src/state/books.ts';
import { JournalFile } from '../../src/state/journal-file.ts';
import { parseJournal, printLine } from '../../src/state/journal-line.ts';
import { type Fault, faulty } from '../../src/system/faulty.ts';
import { entryOf, schemaErrors } from './machine.ts';

const lineage = 'l1';
const done = (n: number): End => ({
  operation: `o${n}`,
  address: `a/${n}`,
  result: 'done',
  entry: entryOf(`a/${n}`, 'vélo'),
});
const line = (seq: number): string => printLine({ lineage, seq, begin: [], end: [done(seq)] });
const whole = [1, 2, 3].map(line).join('');
const bytes = (text: string): Buffer => Buffer.from(text);

describe('a journal on disk', () => {
  it('is read back as it was written', () => {
    const read = parseJournal(bytes(whole), lineage);
    expect(read.lines.map(({ seq, end }) => [seq, end])).toEqual([1, 2, 3].map((seq) => [seq, [done(seq)]]));
    expect(read.goodBytes).toBe(bytes(whole).length);
    for (const text of whole.trim().split('\n')) {
      expect(schemaErrors(JSON.parse(text), 'journalLine')).toEqual([]);
    }
  });

  it('is good up to the last whole line, wherever the last one was cut off', () => {
    const [two, all] = [bytes(line(1) + line(2)).length, bytes(whole)];
    for (let size = two; size < all.length; size += 1) {
      const read = parseJournal(all.subarray(0, size), lineage);
      expect(read.damagedLine, `cut at ${size}`).toBeUndefined();
      expect(read.goodBytes, `cut at ${size}`).toBe(two);
      expect(read.lines).toHaveLength(2);
    }
  });

  const flipped = (text: string, at: number): string => `${text.slice(0, at)}#${text.slice(at + 1)}`;
  it.each<[string, string, { lines: number; damagedLine?: number }]>([
    ['nothing', '', { lines: 0 }],
    ['a last line of zeros, as a disk that had no time leaves it', line(1) + '\0'.repeat(300), { lines: 1 }],
    ['a last line with a wrong byte', line(1) + flipped(line(2), 80), { lines: 1 }],
    ['a last line without its newline', line(1) + line(2).trimEnd(), { lines: 1 }],
    ['several lines of rubbish at the end', `${line(1)}x\ny\nz\n`, { lines: 1 }],
    ['only rubbish', 'rubbish', { lines: 0 }],
    [
      'a wrong byte before a good line',
      line(1) + flipped(line(2), 80) + line(3),
      { lines: 1, damagedLine: 2 },
    ],
    ['rubbish before the first line', `x\n${line(1)}`, { lines: 0, damagedLine: 1 }],
    [
      'two halves in one line before a good one',
      `${line(1).slice(0, 40)}${line(2)}${line(3)}`,
      { lines: 0, damagedLine: 1 },
    ],
    ['a number that was there before', line(1) + line(1), { lines: 1, damagedLine: 2 }],
    ['numbers that go back', line(3) + line(2), { lines: 1, damagedLine: 2 }],
    [
      'a line of another lineage',
      line(1) + printLine({ lineage: 'l2', seq: 2, begin: [], end: [] }),
      { lines: 1, damagedLine: 2 },
    ],
  ])('with %s', (_name, text, expected) => {
    const read = parseJournal(bytes(text), lineage);
    expect(read.lines).toHaveLength(expected.lines);
    expect(read.damagedLine).toBe(expected.damagedLine);
  });
});

describe('a journal that is written', () => {
  function open(fault?: (name: string, n: number) => Fault | null) {
    const counts = new Map<string, number>();
    const system = faulty({
      tree: { '/s/': '' },
      fault: ({ name }) => {
        counts.set(name, (counts.get(name) ?? 0) + 1);
        return fault?.(name, counts.get(name) ?? 0) ?? null;
      },
    });
    const books = new Books({});
    const options = { path: '/s/journal.ndjson', lineage, nextSeq: 1, hasLines: false, books };
    const journal = new JournalFile({ ...options, prepare: async () => undefined }, { system });
    return { journal, books, system, counts };
  }

  it('puts what comes at the same time, and while an fsync is on its way, into one line and one fsync', async () => {
    const { journal, system, counts } = open();
    await Promise.all(Array.from({ length: 500 }, (_, n) => journal.end([done(n)])));
    expect(counts.get('append')).toBe(1);
    expect(counts.get('sync')).toBe(1);
    const more = [journal.end([done(1_000)])];
    await Promise.resolve();
    await Promise.resolve();
    more.push(...Array.from({ length: 100 }, (_, n) => journal.end([done(2_000 + n)])));
    await Promise.all(more);
    expect(counts.get('sync')).toBe(3);
    const read = parseJournal(await system.files.read('/s/journal.ndjson'), lineage);
    expect(read.lines.map(({ seq, end }) => [seq, end.length])).toEqual([
      [1, 500],
      [2, 1],
      [3, 100],
    ]);
  });

  it('moves the books when the record is on disk, not before', async () => {
    const { journal, books } = open();
    const ending = journal.end([done(1)]);
    expect(books.entries.size).toBe(0);
    await ending;
    expect(books.entries.size).toBe(1);
  });

  it('writes nothing for nothing', async () => {
    const { journal, counts } = open();
    await journal.begin([]);
    await journal.end([]);
    expect(counts.size).toBe(0);
  });

  it.each([
    ['append', 'ENOSPC'],
    ['sync', 'EIO'],
    ['openAppend', 'EACCES'],
  ] as const)('is never tried again after a failed %s', async (call, code) => {
    const { journal, books, counts } = open((name, n) =>
      name === call && n === 1 ? { kind: 'error', code } : null,
    );
    const results = await Promise.allSettled([journal.end([done(1)]), journal.end([done(2)])]);
    const failure = expect.objectContaining({
      code: 'STATE_JOURNAL_FAILED',
      message: expect.stringContaining(code),
    });
    expect(results).toEqual([1, 2].map(() => ({ status: 'rejected', reason: failure })));
    await expect(journal.begin([])).rejects.toEqual(failure);
    await expect(journal.end([done(3)])).rejects.toBe(journal.failure);
    expect(counts.get(call)).toBe(1);
    expect(books.entries.size).toBe(0);
  });

  it('fails those who waited for the next fsync too', async () => {
    const { journal } = open((name) => (name === 'sync' ? { kind: 'error', code: 'EIO' } : null));
    const first = journal.end([done(1)]);
    await Promise.resolve();
    await Promise.resolve();
    const second = journal.end([done(2)]);
    await expect(first).rejects.toMatchObject({ code: 'STATE_JOURNAL_FAILED' });
    await expect(second).rejects.toMatchObject({ code: 'STATE_JOURNAL_FAILED' });
  });
});

describe('the books that a journal moves', () => {
  const replayed = (...ends: readonly (readonly End[])[]): Books => {
    const books = new Books({ 'a/0': entryOf('a/0') });
    for (const [index, end] of ends.entries()) books.replay({ lineage, seq: index + 1, begin: [], end });
    return books;
  };
  const moved = (operation: string, from: string, to: string): End => ({
    ...{ operation, address: to, previousAddress: from, result: 'done' },
    entry: entryOf(to, from),
  });

  it('gain, lose and rename entries', () => {
    const gone: End = { operation: 'x', address: 'a/1', result: 'done', entry: null };
    expect([...replayed([done(1)], [done(2)], [gone], [moved('m', 'a/2', 'a/9')]).entries.keys()]).toEqual([
      'a/0',
      'a/9',
    ]);
  });

  it('let two entries change places', () => {
    const books = replayed([done(1)], [moved('m', 'a/0', 'a/1'), moved('n', 'a/1', 'a/0')]);
    expect(books.entries.get('a/0')).toEqual(entryOf('a/0', 'a/1'));
    expect(books.entries.get('a/1')).toEqual(entryOf('a/1', 'a/0'));
  });

  it('put back what an operation took away, when it turns out not to be gone', () => {
    const gone: End = { operation: 'x', address: 'a/0', result: 'done', entry: null };
    const books = replayed([gone], [{ operation: 'x', address: 'a/0', result: 'failed' }]);
    expect(books.entries.get('a/0')).toEqual(entryOf('a/0'));
    expect(books.hasChanged).toBe(false);
  });

  it('have not changed when an entry was written that says the same', () => {
    const same: End = { operation: 'x', address: 'a/0', result: 'done', entry: entryOf('a/0') };
    expect(replayed([same]).hasChanged).toBe(false);
    expect(replayed([{ ...same, entry: entryOf('a/0', 'other') }]).hasChanged).toBe(true);
  });
});
