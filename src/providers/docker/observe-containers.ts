import type { Finding } from '../../model/finding.ts';
import { inParallel } from '../../model/in-parallel.ts';
import type { Observed, Place } from '../../model/resource.ts';
import type { ContainerInfo, ContainerSummary, ImageInfo } from './api.ts';
import { readContainer } from './container-attributes.ts';
import { hostPorts } from './container-ports.ts';
import type { Reading } from './container-reading.ts';
import type { Engine, EngineIdentity } from './engine.ts';
import { type Found, findContainers, isLeftover, namesOf } from './find-containers.ts';
import { claimsIn } from './labels.ts';
import { nameOf } from './place.ts';

export interface Asked {
  readonly engine: Engine;
  readonly identity: EngineIdentity;
  readonly summaries: readonly ContainerSummary[];
}

export interface ContainersObserved {
  readonly objects: readonly Observed[];
  readonly findings: readonly Finding[];
  /** On which host ports a container is published: its name. */
  readonly ports: ReadonlyMap<number, string>;
}

/** More at once makes no engine faster. */
const AT_ONCE = 8;

/** The containers at these places, each with what it was made from. */
export async function observeContainers(
  { engine, identity, summaries }: Asked,
  places: readonly Place[],
  ids: ReadonlyMap<string, string>,
): Promise<ContainersObserved> {
  const found = findContainers(summaries, places, ids);
  const imageOf = inspectOnce(engine);
  const looked = await inParallel(found, AT_ONCE, async (each) => {
    const [info, image] = await Promise.all([
      engine.inspectContainer(each.summary.Id),
      each.summary.ImageID === undefined ? null : imageOf(each.summary.ImageID),
    ]);
    if (info === null) return null;
    return { ...each, info, image: image ?? (await imageOf(info.Image)) };
  });
  const there = looked.flatMap((each) => each ?? []);
  return {
    objects: there.map(({ place, info, image }) =>
      observedAt(place, { info, image, kind: identity.kind, engine: identity }),
    ),
    findings: [...there.flatMap(findingsOf), ...leftovers(summaries, places)],
    ports: portsOf(summaries, there),
  };
}

function observedAt(place: Place, reading: Reading): Observed {
  return { place, ...readContainer(reading), id: reading.info.Id };
}

function inspectOnce(engine: Engine): (id: string) => Promise<ImageInfo | null> {
  const asked = new Map<string, Promise<ImageInfo | null>>();
  return (id) => {
    const image = asked.get(id) ?? engine.inspectImage(id);
    asked.set(id, image);
    return image;
  };
}

function findingsOf({ place, image }: Found & { readonly image: ImageInfo | null }): readonly Finding[] {
  if (image === null) {
    return [
      {
        code: 'ENGINE_IMAGE_MISSING',
        severity: 'warning',
        message: `"${place.file}" no longer has the image of container "${nameOf(place)}": what the image brought along cannot be told from what somebody added`,
        hint: 'the next apply that replaces the container pulls it again',
      },
    ];
  }
  const [claim] = claimsIn(image.Config?.Labels);
  if (claim === undefined) return [];
  return [
    {
      code: 'ENGINE_CLAIM',
      severity: 'error',
      message: `the image of container "${nameOf(place)}" carries the label "${claim}", which says that mcpform made something`,
      hint: 'use another image',
    },
  ];
}

function leftovers(summaries: readonly ContainerSummary[], places: readonly Place[]): readonly Finding[] {
  const names = new Map(places.map((place) => [nameOf(place), place]));
  return summaries.flatMap((summary) =>
    namesOf(summary).flatMap((name): readonly Finding[] => {
      const place = [...names.values()].find((each) => isLeftover(name, nameOf(each)));
      if (place === undefined) return [];
      return [
        {
          code: 'ENGINE_LEFTOVER',
          severity: 'warning',
          message: `container "${name}" on "${place.file}" waits from a replacement that was interrupted`,
          hint: 'the next apply puts it back or clears it away; until then leave it as it is',
        },
      ];
    }),
  );
}

/** The list names ports of running containers alone; of those that were looked at, the others are known too. */
function portsOf(
  summaries: readonly ContainerSummary[],
  there: readonly { readonly info: ContainerInfo }[],
): ReadonlyMap<number, string> {
  const listed = summaries.flatMap((summary) =>
    (summary.Ports ?? []).flatMap(({ PublicPort }) =>
      PublicPort === undefined || PublicPort === 0
        ? []
        : [[PublicPort, namesOf(summary)[0] ?? summary.Id] as const],
    ),
  );
  const own = there.flatMap(({ info }) =>
    hostPorts(info).map((port) => [port, info.Name.replace(/^\//, '')] as const),
  );
  return new Map([...own, ...listed]);
}
