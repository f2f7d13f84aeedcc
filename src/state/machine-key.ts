import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import { claimFile, orUnwritable, readIfThere } from './durable-file.ts';
import { makeDurableFolder } from './folder.ts';
import { assertOwnHome } from './identity.ts';

type KeyContext = Pick<Context, 'system' | 'folders'> & Partial<Pick<Context, 'home'>>;

/**
 * Where this machine's key is. No stack's folder can have the name: a stack's name has no dot.
 */
export function keyFile(ctx: Pick<Context, 'folders'>): string {
  return join(ctx.folders.state, 'machine.key');
}

/** The key that all digests of this user on this machine are made with, or null before the first apply. */
export async function loadKey(ctx: KeyContext): Promise<Buffer | null> {
  const path = keyFile(ctx);
  const bytes = await readIfThere(path, ctx);
  if (bytes === null || bytes.length === 32) return bytes;
  throw new McpformError('STATE_KEY_CORRUPT', `machine key "${path}" has ${bytes.length} bytes, not 32`, {
    hint: 'restore it, or remove it and run `mcpform state rebuild` for each stack',
  });
}

/**
 * The key, made if there is none. Two processes that make it at once agree on one. With `home`, root makes none in
 * the home of another user.
 */
export async function ensureKey(ctx: KeyContext): Promise<Buffer> {
  const known = await loadKey(ctx);
  if (known !== null) return known;
  if (ctx.home !== undefined) await assertOwnHome({ system: ctx.system, home: ctx.home });
  await orUnwritable('make the machine key', async () => {
    await makeDurableFolder(ctx.folders.state, ctx);
    await claimFile(keyFile(ctx), randomBytes(32), ctx);
  });
  const key = await loadKey(ctx);
  if (key === null) throw new McpformError('STATE_UNREADABLE', `machine key "${keyFile(ctx)}" vanished`);
  return key;
}
