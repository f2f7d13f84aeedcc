import type { Begin, End } from '../model/journal.ts';

/**
 * One line is one append and one fsync: whatever was recorded together. So a crash can damage only the last line,
 * and a damaged line before a good one is no crash's doing.
 */
export interface JournalLine {
  readonly lineage: string;
  readonly seq: number;
  readonly begin: readonly Begin[];
  readonly end: readonly End[];
}

export interface JournalText {
  readonly lines: readonly JournalLine[];
  /** Bytes up to the end of the last good line; what follows is a torn tail. */
  readonly goodBytes: number;
  /** A line that cannot be a torn tail: bad, and followed by a good one; or good, and not next in line. */
  readonly damagedLine?: number;
}

/** JSON that starts with the length and the CRC-32 of the bytes after them. */
export function printLine(line: JournalLine): string {
  const rest = `${JSON.stringify({ lineage: line.lineage, seq: line.seq, begin: line.begin, end: line.end }).slice(1)}`;
  const bytes = Buffer.from(rest);
  return `{"length":${bytes.length},"crc":"${checksum(bytes)}",${rest}\n`;
}

const start = /^\{"length":(\d{1,10}),"crc":"([0-9a-f]{8})",/;

/** Reads a journal as it lies on disk. Never throws: what is wrong is in the answer. */
export function parseJournal(bytes: Buffer, lineage: string | null): JournalText {
  const lines: JournalLine[] = [];
  let goodBytes = 0;
  let bad: number | undefined;
  let number = 0;
  for (let at = 0; at < bytes.length; ) {
    number += 1;
    const newline = bytes.indexOf(10, at);
    const line = newline === -1 ? null : parseLine(bytes.subarray(at, newline));
    at = newline === -1 ? bytes.length : newline + 1;
    if (line === null) {
      bad ??= number;
      continue;
    }
    const isNext = (lineage ?? line.lineage) === line.lineage && line.seq > (lines.at(-1)?.seq ?? 0);
    if (bad !== undefined || !isNext) return { lines, goodBytes, damagedLine: bad ?? number };
    lines.push(line);
    goodBytes = at;
  }
  return { lines, goodBytes };
}

function parseLine(bytes: Buffer): JournalLine | null {
  const head = start.exec(bytes.subarray(0, 48).toString('latin1'));
  if (head === null) return null;
  const rest = bytes.subarray(head[0].length);
  if (rest.length !== Number(head[1]) || checksum(rest) !== head[2]) return null;
  return JSON.parse(`{${rest.toString('utf8')}`) as JournalLine;
}

function checksum(bytes: Uint8Array): string {
  // Loaded with the first line there is: between applies the journal is empty.
  const { crc32 } = process.getBuiltinModule('node:zlib');
  return crc32(bytes).toString(16).padStart(8, '0');
}
