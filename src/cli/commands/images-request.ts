import { imagesOf, type ServerImage } from '../../engine/images/images-of.ts';
import { notLocked } from '../../engine/images/not-locked.ts';
import { locate } from '../../engine/locate-findings.ts';
import { declareForLock, type Texts } from '../../engine/lock/declare-for-lock.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Finding } from '../../model/finding.ts';
import { type CommandInput, textOption } from '../command.ts';
import { loadRequest } from '../load-request.ts';

/** What a command about images is asked about. */
export interface ImagesRequest extends Texts {
  /** Of all servers, or of those that are named. */
  readonly images: readonly ServerImage[];
}

export async function imagesRequest(input: CommandInput, ctx: Context): Promise<ImagesRequest> {
  const texts = await declareForLock(await loadRequest(input, ctx), ctx);
  const { manifest, lock } = texts;
  const images = imagesOf(manifest, lock, new Set(input.args));
  const unknown = input.args.find((name) => !images.some(({ server }) => server === name));
  if (unknown === undefined) return { ...texts, images };
  const isServer = manifest.servers.some(({ name }) => name === unknown);
  const names = imagesOf(manifest, lock, new Set()).map(({ server }) => server);
  throw new McpformError(
    'USAGE',
    isServer ? `the server "${unknown}" is no image` : `the manifest has no server "${unknown}"`,
    { hint: names.length === 0 ? 'no server is an image' : `images are ${names.join(', ')}` },
  );
}

/** One error per image that the lock does not answer for, at its place in the manifest; of a local one, an info. */
export async function unlockedFindings({
  images,
  manifest,
  loaded,
}: ImagesRequest): Promise<readonly Finding[]> {
  const servers = new Map(manifest.servers.map((server) => [server.name, server]));
  const findings = images.flatMap(({ server, pin, reason }): readonly Finding[] => {
    const pointer = servers.get(server)?.declaredIn;
    if (pin !== null || pointer === undefined) return [];
    const { code, message, hint } = notLocked({ server, ...(reason === undefined ? {} : { reason }) });
    const at = { file: manifest.files[0] ?? '', pointer, part: 'key' as const };
    const severity = reason === 'local' ? 'info' : 'error';
    return [{ code, severity, message, ...(hint === undefined ? {} : { hint }), at }];
  });
  return await locate(findings, loaded.sources);
}

/** `--parallel`: undefined when it was not given. */
export function parallelOf({ options }: CommandInput): number | undefined {
  const text = textOption(options, 'parallel');
  if (text === undefined) return undefined;
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  throw new McpformError('USAGE', `--parallel "${text}" is not a number from 1 to 99`, {
    hint: `the default is ${TRANSFERS}`,
  });
}

/** Blobs on their way at once: as many as Docker and skopeo have, and what a registry expects. */
export const TRANSFERS = 6;
