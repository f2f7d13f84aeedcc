import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Context } from '../../model/context.ts';
import { isErrno, McpformError } from '../../model/error.ts';
import { isJsonObject } from '../../model/json.ts';
import type { Engine } from '../../providers/docker/engine.ts';
import { imageByDigest } from '../../providers/docker/image-name.ts';
import { removeIfThere, replaceFile } from '../../state/durable-file.ts';
import { makeDurableFolder } from '../../state/folder.ts';

/** An image that an engine did not have until mcpform had it fetched: only such ones are ever removed. */
export interface PulledRecord {
  readonly formatVersion: 1;
  /** As addresses name it. */
  readonly engine: string;
  /** Tells it from another one that goes by that name later. */
  readonly engineId: string;
  /** `docker.io/library/redis@sha256:…` */
  readonly image: string;
  /** ISO 8601, UTC. */
  readonly time: string;
}

type Disk = Pick<Context, 'system' | 'folders'>;

/**
 * Writes down that we had it fetched. Where that cannot be written, or the engine does not say who it is, the image is
 * nobody's to remove.
 */
export async function rememberPulled(engine: Engine, image: string, ctx: Disk): Promise<void> {
  const identity = await engine.identity().catch((error: unknown) => {
    if (error instanceof McpformError) return null;
    throw error;
  });
  if (identity === null) return;
  await rememberPulledBy({ engine: engine.name, engineId: identity.id }, image, ctx);
}

export async function rememberPulledBy(
  engine: Pick<PulledRecord, 'engine' | 'engineId'>,
  reference: string,
  ctx: Disk,
): Promise<void> {
  const image = imageByDigest(reference);
  if (image === null) return;
  const time = new Date(ctx.system.clock.now()).toISOString();
  const record: PulledRecord = { formatVersion: 1, ...engine, image, time };
  try {
    await makeDurableFolder(folderOf(ctx), ctx);
    await replaceFile(fileOf(record, ctx), `${JSON.stringify(record)}\n`, ctx);
  } catch (error) {
    if (!isErrno(error, 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EIO')) throw error;
  }
}

/** All there are, oldest first; what cannot be read says nothing. */
export async function listPulled(ctx: Disk): Promise<readonly PulledRecord[]> {
  const { files } = ctx.system;
  const names = await files.list(folderOf(ctx)).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  });
  const read = await Promise.all(
    names
      .filter((name) => name.endsWith('.json'))
      // One that is removed or cannot be read now: its image stays.
      .map(async (name) => parse(await files.read(join(folderOf(ctx), name)).catch(() => null))),
  );
  return read
    .filter((record): record is PulledRecord => record !== null)
    .sort((a, b) => (a.time === b.time ? (a.image < b.image ? -1 : 1) : a.time < b.time ? -1 : 1));
}

/** It is gone, or no longer ours to remove. */
export async function forgetPulled(record: PulledRecord, ctx: Disk): Promise<void> {
  await removeIfThere(fileOf(record, ctx), ctx);
}

function parse(bytes: Buffer | null): PulledRecord | null {
  try {
    const value: unknown = JSON.parse((bytes ?? '').toString());
    if (!isJsonObject(value) || value['formatVersion'] !== 1) return null;
    const { engine, engineId, image, time } = value;
    const texts = [engine, engineId, image, time];
    if (!texts.every((text) => typeof text === 'string')) return null;
    const record = value as unknown as PulledRecord;
    const isWhole = imageByDigest(record.image) === record.image && !Number.isNaN(Date.parse(record.time));
    return isWhole ? record : null;
  } catch {
    return null;
  }
}

function folderOf({ folders }: Disk): string {
  return join(folders.data, 'images');
}

/** One file each, so that nobody has to wait for anybody. */
function fileOf({ engineId, image }: Pick<PulledRecord, 'engineId' | 'image'>, ctx: Disk): string {
  const name = createHash('sha256').update(`${engineId}\n${image}`).digest('hex').slice(0, 32);
  return join(folderOf(ctx), `${name}.json`);
}
