import { dirname } from 'node:path';
import type { Context } from '../../model/context.ts';
import { isErrno } from '../../model/error.ts';
import type { AppendFile } from '../../model/system.ts';

export interface LogFileSettings {
  /** Absolute. Older ones are beside it: `.1` is the newest of them. */
  readonly path: string;
  /** A file that would grow beyond it is put aside. Default: 10 MiB. */
  readonly maxBytes?: number;
  /** How many older files stay. Default: 5. */
  readonly keep?: number;
}

export interface LogFile {
  /** Comes back at once, whatever the disk does. */
  write(line: string): void;
  /** Lines that could not be written, since it was opened. */
  lost(): number;
  /** What waits is written, unless that takes longer than a second. */
  close(): Promise<void>;
}

/** So much waits for a slow disk. */
const MOST_WAITING_BYTES = 1024 * 1024;
const LAST_WORDS_MS = 1000;

/**
 * A file of lines, 0600, that never takes more than (`keep` + 1) × `maxBytes`. Opened anew for each write: a pass is
 * rare, and who moves or removes the file gets a new one. Lines for which there is no room are lost and counted; the
 * next that can be written says how many. Rotation is ours because the libraries that rotate write past `Context`
 * and end with the first error: rotating-file-stream 3 destroys its stream when the disk is full.
 */
export function openLogFile(settings: LogFileSettings, ctx: Pick<Context, 'system'>): LogFile {
  const { path, maxBytes = 10 * 1024 * 1024, keep = 5 } = settings;
  const { clock } = ctx.system;
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let lost = 0;
  let unsaid = 0;
  let isClosed = false;
  let flushing: Promise<void> | null = null;

  const lose = (count: number): void => {
    lost += count;
    unsaid += count;
  };
  const flush = async (): Promise<void> => {
    while (waiting.length > 0) {
      const lines = waiting;
      waiting = [];
      waitingBytes = 0;
      const notice = unsaid === 0 ? [] : [lostLine(unsaid, clock.now())];
      const said = unsaid;
      const written = await append([...notice, ...lines], { path, maxBytes, keep }, ctx);
      if (written > 0) unsaid -= said;
      lose(lines.length - Math.max(0, written - notice.length));
    }
  };
  return {
    write: (line) => {
      const bytes = Buffer.from(line);
      if (isClosed || waitingBytes + bytes.length > MOST_WAITING_BYTES || bytes.length > maxBytes) {
        lose(1);
        return;
      }
      waiting.push(bytes);
      waitingBytes += bytes.length;
      flushing ??= Promise.resolve()
        .then(flush)
        .finally(() => {
          flushing = null;
        });
    },
    lost: () => lost,
    close: async () => {
      isClosed = true;
      if (flushing === null) return;
      const enough = new AbortController();
      await Promise.race([flushing, clock.sleep(LAST_WORDS_MS, enough.signal).catch(() => undefined)]);
      enough.abort();
    },
  };
}

function lostLine(count: number, nowMs: number): Buffer {
  const line = { level: 'warn', time: new Date(nowMs).toISOString(), lost: count, msg: 'lines were lost' };
  return Buffer.from(`${JSON.stringify(line)}\n`);
}

/** How many of the lines are in a file now. Never rejects. */
async function append(
  lines: readonly Buffer[],
  settings: Required<LogFileSettings>,
  ctx: Pick<Context, 'system'>,
): Promise<number> {
  let written = 0;
  try {
    while (written < lines.length) written += await appendSome(lines.slice(written), settings, ctx);
  } catch {
    // Whatever it is, the next line tries again.
  }
  return written;
}

/** As many as fit into one file. */
async function appendSome(
  lines: readonly Buffer[],
  settings: Required<LogFileSettings>,
  ctx: Pick<Context, 'system'>,
): Promise<number> {
  const file = await open(settings.path, ctx);
  try {
    const fitting = Math.max(countFitting(lines, settings.maxBytes - file.size), file.size === 0 ? 1 : 0);
    if (fitting > 0) {
      await appendOrNothing(file, Buffer.concat(lines.slice(0, fitting)));
      return fitting;
    }
  } finally {
    await file.close();
  }
  await rotate(settings, ctx);
  return 0;
}

async function open(path: string, { system: { files } }: Pick<Context, 'system'>): Promise<AppendFile> {
  try {
    return await files.openAppend(path, 0o600);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
    await files.makeFolder(dirname(path), 0o700);
    return await files.openAppend(path, 0o600);
  }
}

function countFitting(lines: readonly Buffer[], room: number): number {
  let left = room;
  const at = lines.findIndex((line) => {
    left -= line.length;
    return left < 0;
  });
  return at === -1 ? lines.length : at;
}

/** A disk that is full takes half a line: then that half goes, too. */
async function appendOrNothing(file: AppendFile, bytes: Buffer): Promise<void> {
  const { size } = file;
  try {
    await file.append(bytes);
  } catch (error) {
    await file.truncate(size).catch(() => undefined);
    throw error;
  }
}

async function rotate(
  { path, keep }: Required<LogFileSettings>,
  { system: { files } }: Pick<Context, 'system'>,
): Promise<void> {
  if (keep === 0) return await files.remove(path);
  for (let at = keep; at >= 1; at -= 1) {
    const from = at === 1 ? path : `${path}.${at - 1}`;
    await files.rename(from, `${path}.${at}`).catch((error: unknown) => {
      if (!isErrno(error, 'ENOENT')) throw error;
    });
  }
}
