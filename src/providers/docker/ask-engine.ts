import { inParallel } from '../../model/in-parallel.ts';
import type {
  ContainerInfo,
  ContainerSummary,
  ImageInfo,
  ManifestDescriptor,
  NetworkInfo,
  VolumeInfo,
} from './api.ts';
import { manifestPlatform } from './container-image.ts';
import type { Engine, EngineIdentity } from './engine.ts';
import { type Found, findContainers, type WantedContainer } from './find-containers.ts';

/** What to ask an engine for, by the names that it has for things. */
export interface Questions {
  readonly containers: readonly WantedContainer[];
  readonly images: readonly WantedImage[];
  readonly hasNetworks: boolean;
  readonly hasVolumes: boolean;
}

export interface WantedImage {
  /** With a digest, or an id. */
  readonly reference: string;
  readonly platform: string | undefined;
}

/** What it said, all at about one time. */
export interface Answers {
  readonly identity: EngineIdentity;
  /** All there are. */
  readonly summaries: readonly ContainerSummary[];
  /** By the name that is wanted. */
  readonly containers: ReadonlyMap<string, Inspected>;
  /** By reference. */
  readonly images: ReadonlyMap<string, ImageInfo>;
  readonly networks: readonly NetworkInfo[];
  readonly volumes: readonly VolumeInfo[];
}

export interface Inspected {
  readonly info: ContainerInfo;
  /** What it was made from; null: the engine does not have that any more. */
  readonly image: ImageInfo | null;
}

/** More at once makes no engine faster. */
const AT_ONCE = 16;

/** Asks for everything at once: who an engine is takes it longer than fifty containers. */
export async function askEngine(engine: Engine, questions: Questions): Promise<Answers> {
  const [identity, containers, images, networks, volumes] = await Promise.all([
    engine.identity(),
    askForContainers(engine, questions.containers),
    askForImages(engine, questions.images),
    questions.hasNetworks ? engine.listNetworks() : [],
    questions.hasVolumes ? engine.listVolumes() : [],
  ]);
  return { identity, ...containers, images, networks, volumes };
}

async function askForContainers(
  engine: Engine,
  wanted: readonly WantedContainer[],
): Promise<Pick<Answers, 'summaries' | 'containers'>> {
  const summaries = await engine.listContainers();
  const imageOf = inspectImagesOnce(engine);
  const inspected = await inParallel(findContainers(summaries, wanted), AT_ONCE, async (found) => {
    const there = await inspect(engine, found, imageOf);
    return there === null ? [] : [[found.name, there] as const];
  });
  return { summaries, containers: new Map(inspected.flat()) };
}

type ImageOf = (id: string, manifest: ManifestDescriptor | null | undefined) => Promise<ImageInfo | null>;

async function inspect(engine: Engine, { summary }: Found, imageOf: ImageOf): Promise<Inspected | null> {
  const { Id, ImageID = '', ImageManifestDescriptor } = summary;
  const [info, listed] = await Promise.all([
    engine.inspectContainer(Id),
    ImageID === '' ? null : imageOf(ImageID, ImageManifestDescriptor),
  ]);
  if (info === null) return null;
  const image = info.Image === ImageID ? listed : await imageOf(info.Image, info.ImageManifestDescriptor);
  return { info, image };
}

/** Many containers are of one image. One for several platforms may say something else for each. */
function inspectImagesOnce(engine: Engine): ImageOf {
  const asked = new Map<string, Promise<ImageInfo | null>>();
  return (id, manifest) => {
    const platform = manifestPlatform(manifest);
    const key = `${id} ${platform}`;
    const answer = asked.get(key) ?? engine.inspectImage(id, platform);
    asked.set(key, answer);
    return answer;
  };
}

async function askForImages(
  engine: Engine,
  images: readonly WantedImage[],
): Promise<ReadonlyMap<string, ImageInfo>> {
  const found = await inParallel(images, AT_ONCE, async ({ reference, platform }) => {
    const image = await engine.inspectImage(reference, platform);
    return image === null ? [] : [[reference, image] as const];
  });
  return new Map(found.flat());
}
