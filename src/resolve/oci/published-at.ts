import type { Context } from '../../model/context.ts';
import { configOf, manifestOf, type Repository } from './content.ts';
import { parseManifest } from './parse-descriptors.ts';
import { isPlatform } from './platforms.ts';

/** Docker is younger; builders that want the same bytes each time write a time before it. */
const FIRST_MS = Date.UTC(2013, 0, 1);

/**
 * When an image says it was built, ISO 8601 UTC, or null: a registry does not tell when it was given one. Only as
 * true as whoever built it.
 */
export async function publishedAt(from: Repository, digest: string, ctx: Context): Promise<string | null> {
  const top = parseManifest(await manifestOf(from, digest, ctx));
  const config =
    top.kind === 'index' ? await configOfChild(from, top.manifests.find(isPlatform), ctx) : top.config;
  if (config === null) return null;
  const text = Buffer.from(await configOf(from, config.digest, ctx)).toString('utf8');
  const createdMs = Date.parse(createdIn(text));
  return createdMs >= FIRST_MS ? new Date(createdMs).toISOString() : null;
}

/** One platform stands for all: they are built together. */
async function configOfChild(from: Repository, child: { readonly digest: string } | undefined, ctx: Context) {
  if (child === undefined) return null;
  const parts = parseManifest(await manifestOf(from, child.digest, ctx));
  return parts.kind === 'manifest' ? parts.config : null;
}

function createdIn(text: string): string {
  try {
    return String(JSON.parse(text)?.created ?? '');
  } catch (error) {
    // The configuration of something that is no image can be anything.
    if (error instanceof SyntaxError) return '';
    throw error;
  }
}
