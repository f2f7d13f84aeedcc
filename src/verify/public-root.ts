import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Context } from '../model/context.ts';
import { canonicalJson, type Json } from '../model/json.ts';
import { readCached, writeCached } from './cache-file.ts';

/** Digest of the public trusted root as it was last fetched; null when it never was. Asks nobody. */
export async function rememberedRoot(ctx: Context): Promise<string | null> {
  const text = await readCached(fileOf(ctx), ctx);
  return text !== null && /^sha256:[0-9a-f]{64}$/.test(text) ? text : null;
}

export async function rememberRoot(root: Json, ctx: Context): Promise<void> {
  const digest = `sha256:${createHash('sha256').update(canonicalJson(root)).digest('hex')}`;
  if ((await rememberedRoot(ctx)) !== digest) await writeCached(fileOf(ctx), digest, ctx);
}

function fileOf({ folders }: Context): string {
  return join(folders.cache, 'sigstore', 'public-root');
}
