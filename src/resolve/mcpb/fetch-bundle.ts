import { createHash } from 'node:crypto';
import type { Context } from '../../model/context.ts';
import { isErrno, McpformError } from '../../model/error.ts';
import { download } from '../download.ts';
import type { BundlePlace } from './bundle-place.ts';

export interface Bundle {
  readonly bytes: Buffer;
  /** `sha256-` + base64, as the lock has it. */
  readonly integrity: string;
}

export const MAX_BUNDLE_BYTES = 256 * 2 ** 20;

/** The whole bundle, hashed as it comes. Nothing reads it before somebody compared the hash. */
export async function fetchBundle(
  place: BundlePlace,
  ctx: Pick<Context, 'system' | 'signal'>,
  maxBytes = MAX_BUNDLE_BYTES,
): Promise<Bundle> {
  const sha256 = createHash('sha256');
  const pieces: Uint8Array[] = [];
  for await (const piece of place.kind === 'url'
    ? await fromWeb(place.url, maxBytes, ctx)
    : fromDisk(place.path, maxBytes, ctx)) {
    sha256.update(piece);
    pieces.push(piece);
  }
  return { bytes: Buffer.concat(pieces), integrity: `sha256-${sha256.digest('base64')}` };
}

/** Throws RESOLVE_INTEGRITY that names both hashes unless the bundle is the one that is meant. */
export function assertIntegrity(bundle: Bundle, expected: string, name: string, hint: string): void {
  if (bundle.integrity === expected) return;
  throw new McpformError('RESOLVE_INTEGRITY', mismatch(name, expected, bundle.integrity), { hint });
}

export function mismatch(name: string, expected: string, actual: string): string {
  return `"${name}" is ${shown(actual)}, not ${shown(expected)}`;
}

/** As a manifest would write it. */
export function shown(integrity: string): string {
  return `sha256:${Buffer.from(integrity.slice('sha256-'.length), 'base64').toString('hex')}`;
}

export function toIntegrity(hex: string): string {
  return `sha256-${Buffer.from(hex, 'hex').toString('base64')}`;
}

async function fromWeb(
  url: string,
  maxBytes: number,
  ctx: Pick<Context, 'system' | 'signal'>,
): Promise<AsyncIterable<Uint8Array>> {
  return (await download({ url, maxBytes }, ctx)).body;
}

async function* fromDisk(
  path: string,
  maxBytes: number,
  ctx: Pick<Context, 'system'>,
): AsyncIterable<Uint8Array> {
  const { files } = ctx.system;
  try {
    const { kind, size } = await files.stat(await files.realPath(path));
    if (kind !== 'file') throw new McpformError('RESOLVE_NOT_FOUND', `"${path}" is not a file`);
    if (size > maxBytes) {
      throw new McpformError('RESOLVE_TOO_BIG', `"${path}" is larger than ${maxBytes / 2 ** 20} MiB`);
    }
    yield await files.read(path);
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EISDIR')) throw error;
    throw new McpformError('RESOLVE_NOT_FOUND', `cannot read "${path}" (${error.code})`, {
      cause: error,
      hint: 'paths of bundles count from the folder of the manifest',
    });
  }
}
