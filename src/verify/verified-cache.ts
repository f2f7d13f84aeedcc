import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Context } from '../model/context.ts';
import { canonicalJson, isJsonObject, type Json } from '../model/json.ts';
import type { Signer } from '../model/lock.ts';
import type { Requirement } from '../policy/policy.ts';
import { orNull, readCached, writeCached } from './cache-file.ts';
import { parseJson } from './statement.ts';
import { idOf, sourcesOf, trustDigest } from './trust.ts';

/** What was verified, and against what: content, requirements, and the bytes of all that judged. */
export interface Asked {
  /** Names the content itself: an image by digest, a package by integrity. */
  readonly subject: string;
  readonly requirements: readonly Requirement[];
}

/** Who signed, when exactly this was verified on this machine before; null when not, or when an entry is not ours. */
export async function readVerified(asked: Asked, ctx: Context): Promise<readonly Signer[] | null> {
  const key = await keyOf(asked, ctx);
  const text = key === null ? null : await readCached(fileOf(key, ctx), ctx);
  const entry = text === null ? undefined : parseJson(Buffer.from(text));
  if (key === null || !isJsonObject(entry) || !Array.isArray(entry['signers'])) return null;
  const signers = entry['signers'] as readonly Json[];
  return entry['seal'] === sealOf(key, signers, ctx) ? (signers as unknown as readonly Signer[]) : null;
}

/** Remembers a verification. Never fails: what cannot be written is verified again. */
export async function rememberVerified(
  asked: Asked,
  signers: readonly Signer[],
  ctx: Context,
): Promise<void> {
  const key = await keyOf(asked, ctx);
  if (key === null) return;
  const list = signers.map(({ issuer, identity }) => ({ issuer, identity }));
  await writeCached(fileOf(key, ctx), canonicalJson({ signers: list, seal: sealOf(key, list, ctx) }), ctx);
  await orNull(() => dropOldest(ctx));
}

/** Null when not all that judges is known without asking the network. */
async function keyOf({ subject, requirements }: Asked, ctx: Context): Promise<string | null> {
  const trusts = await Promise.all(
    sourcesOf(requirements).map(async (source) => [idOf(source), await trustDigest(source, ctx)] as const),
  );
  if (trusts.some(([, digest]) => digest === null)) return null;
  const demands = requirements.map(({ oneOf, trustedRoot, file }) => ({ oneOf, trustedRoot, file }));
  const text = canonicalJson([subject, demands, trusts] as unknown as Json);
  return createHash('sha256').update(text).digest('hex');
}

/** Only this machine's state key makes it, so that whoever can write the cache can still not say what was verified. */
function sealOf(key: string, signers: readonly Json[], ctx: Context): string {
  return ctx.digest(`verified\n${key}\n${canonicalJson(signers)}`);
}

function folderOf({ folders }: Context): string {
  return join(folders.cache, 'verified');
}

function fileOf(key: string, ctx: Context): string {
  return join(folderOf(ctx), `${key}.json`);
}

const MOST_ENTRIES = 1_024;

/** A quarter at a time, so that it is rare. */
async function dropOldest(ctx: Context): Promise<void> {
  const { files } = ctx.system;
  const names = await files.list(folderOf(ctx));
  if (names.length <= MOST_ENTRIES) return;
  const aged = await Promise.all(
    names.map(async (name) => {
      const path = join(folderOf(ctx), name);
      return { path, modifiedMs: (await orNull(() => files.stat(path)))?.modifiedMs ?? 0 };
    }),
  );
  aged.sort((a, b) => a.modifiedMs - b.modifiedMs);
  const dropped = aged.slice(0, names.length - (MOST_ENTRIES * 3) / 4);
  await Promise.all(dropped.map(({ path }) => orNull(() => files.remove(path))));
}
