import type { Context } from '../../model/context.ts';
import type { LeftImage } from '../../model/prune.ts';
import type { ContainerSummary, ImageInfo } from '../../providers/docker/api.ts';
import type { Engine } from '../../providers/docker/engine.ts';
import { imageByDigest, repositoryOf } from '../../providers/docker/image-name.ts';
import type { PulledRecord } from './pulled-images.ts';

/** An apply that is at work fetches images before they are in its books. */
const GRACE_MS = 3_600_000;

export interface Judged {
  readonly left: readonly { readonly image: LeftImage; readonly record: PulledRecord }[];
  /** No longer there. */
  readonly gone: readonly PulledRecord[];
  /** On the engine that had the name before this one. */
  readonly unknown: number;
}

/** Which images that nobody names may go from an engine. */
export async function judgeImages(
  engine: Engine,
  records: readonly PulledRecord[],
  ctx: Context,
): Promise<Judged> {
  const [{ id }, containers] = await Promise.all([engine.identity(), engine.listContainers()]);
  const own = records.filter(({ engineId }) => engineId === id);
  const infos = await Promise.all(own.map(async ({ image }) => engine.inspectImage(image)));
  const repositories = new Set(own.map(({ image }) => repositoryOf(image)));
  const found = own.map((record, at) => ({ record, info: infos[at] ?? null }));
  const isNew = ({ time }: PulledRecord): boolean => ctx.system.clock.now() - Date.parse(time) < GRACE_MS;
  return {
    left: found.flatMap(({ record, info }) => {
      if (info === null) return [];
      const kept = whyKept(info, record, containers) ?? (isNew(record) ? 'recent' : null);
      const { engine: name, image, time: pulled } = record;
      return [{ record, image: { engine: name, image, bytes: bytesOf(info, repositories), pulled, kept } }];
    }),
    gone: found.filter(({ info }) => info === null).map(({ record }) => record),
    unknown: records.length - own.length,
  };
}

function whyKept(
  { Id, RepoTags }: ImageInfo,
  { image }: PulledRecord,
  containers: readonly ContainerSummary[],
): LeftImage['kept'] {
  const isUsed = containers.some(
    ({ ImageID, Image = '' }) => sameId(ImageID, Id) || imageByDigest(Image) === image,
  );
  if (isUsed) return 'in-use';
  // Containerd's store lists what was asked for by digest among the tags.
  return (RepoTags ?? []).some((tag) => !tag.includes('@')) ? 'tagged' : null;
}

/** Podman leaves out what kind of digest it is. */
function sameId(a: string | undefined, b: string): boolean {
  return a?.replace('sha256:', '') === b.replace('sha256:', '');
}

/** Nothing, where it stays under another name. In one repository an image has the digest of its index, too. */
function bytesOf({ Size = 0, RepoDigests }: ImageInfo, repositories: ReadonlySet<string>): number {
  const isElsewhere = (RepoDigests ?? []).some((name) => !repositories.has(repositoryOf(name)));
  return isElsewhere ? 0 : Size;
}
