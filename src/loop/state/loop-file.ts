import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { orUnwritable, readIfThere, replaceFile } from '../../state/durable-file.ts';
import { makeDurableFolder } from '../../state/folder.ts';
import type { LoopState } from '../model.ts';

type Disk = Pick<Context, 'system'>;

/** What is in a state folder of the loop's. */
export type LoopFile =
  | { readonly kind: 'absent' }
  | { readonly kind: 'sound'; readonly state: LoopState }
  /** `why` goes on after the name of the file. */
  | { readonly kind: 'damaged'; readonly why: string; readonly bytes: Uint8Array };

export function loopFileIn(folder: string): string {
  return join(folder, 'loop.json');
}

/** Changes nothing. Throws STATE_UNREADABLE, and STATE_FORMAT for what a newer version wrote. */
export async function readLoopFile(folder: string, ctx: Disk): Promise<LoopFile> {
  const path = loopFileIn(folder);
  const bytes = await readIfThere(path, ctx);
  if (bytes === null) return { kind: 'absent' };
  if (bytes.length === 0) return { kind: 'damaged', why: 'is empty', bytes };
  const text = bytes.toString('utf8');
  const end = text.indexOf('\n');
  const head = /^\{"formatVersion":([0-9]+),"checksum":"(sha256:[0-9a-f]{64})"\}$/.exec(text.slice(0, end));
  if (head === null) return { kind: 'damaged', why: 'does not start with a checksum', bytes };
  const body = text.slice(end + 1);
  if (checksumOf(body) !== head[2]) return { kind: 'damaged', why: 'does not match its checksum', bytes };
  if (head[1] !== '1') {
    throw new McpformError('STATE_FORMAT', `"${path}" has format version ${head[1]}`, {
      hint: 'use the version that wrote it, or a newer one',
    });
  }
  return { kind: 'sound', state: JSON.parse(body) as LoopState };
}

/** As a whole, and on the disk when it returns; after any crash it is the old one or the new one. STATE_UNWRITABLE. */
export async function writeLoopFile(folder: string, state: LoopState, ctx: Disk): Promise<void> {
  const body = `${JSON.stringify(state)}\n`;
  const head = `{"formatVersion":${state.formatVersion},"checksum":"${checksumOf(body)}"}`;
  await orUnwritable('write what the loop remembers', async () => {
    await makeDurableFolder(folder, ctx);
    await replaceFile(loopFileIn(folder), `${head}\n${body}`, ctx);
  });
}

function checksumOf(body: string): string {
  return `sha256:${createHash('sha256').update(body).digest('hex')}`;
}
