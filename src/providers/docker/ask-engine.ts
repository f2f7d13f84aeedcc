import { inParallel } from '../../model/in-parallel.ts';
import type { ContainerInfo, ContainerSummary, ImageInfo, NetworkInfo, VolumeInfo } from './api.ts';
import type { Engine, EngineIdentity } from './engine.ts';
import { type Found, findContainers, type WantedContainer } from './find-containers.ts';

/** What to ask an engine for, by the names that it has for things. */
export interface Questions {
  readonly containers: readonly WantedContainer[];
  /** References with a digest. */
  readonly images: readonly string[];
  readonly hasNetworks: boolean;
  readonly hasVolumes: boolean;
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
  const imageOf = once((id: string) => engine.inspectImage(id));
  const inspected = await inParallel(findContainers(summaries, wanted), AT_ONCE, async (found) => {
    const there = await inspect(engine, found, imageOf);
    return there === null ? [] : [[found.name, there] as const];
  });
  return { summaries, containers: new Map(inspected.flat()) };
}

async function inspect(
  engine: Engine,
  { summary: { Id, ImageID = '' } }: Found,
  imageOf: (id: string) => Promise<ImageInfo | null>,
): Promise<Inspected | null> {
  const [info, listed] = await Promise.all([
    engine.inspectContainer(Id),
    ImageID === '' ? null : imageOf(ImageID),
  ]);
  if (info === null) return null;
  return { info, image: info.Image === ImageID ? listed : await imageOf(info.Image) };
}

/** Many containers are of one image. */
function once<T>(ask: (id: string) => Promise<T>): (id: string) => Promise<T> {
  const asked = new Map<string, Promise<T>>();
  return (id) => {
    const answer = asked.get(id) ?? ask(id);
    asked.set(id, answer);
    return answer;
  };
}

async function askForImages(
  engine: Engine,
  references: readonly string[],
): Promise<ReadonlyMap<string, ImageInfo>> {
  const found = await inParallel(references, AT_ONCE, async (reference) => {
    const image = await engine.inspectImage(reference);
    return image === null ? [] : [[reference, image] as const];
  });
  return new Map(found.flat());
}
