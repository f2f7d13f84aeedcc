import type { Finding } from '../../model/finding.ts';
import type { Observed, Place } from '../../model/resource.ts';
import type { ContainerInfo, ContainerSummary } from './api.ts';
import type { Answers, Inspected } from './ask-engine.ts';
import { readContainer } from './container-attributes.ts';
import { hostPorts } from './container-ports.ts';
import { isLeftover, namesOf } from './find-containers.ts';
import { nameOf } from './place.ts';

export function containersAt(
  places: readonly Place[],
  { containers, identity }: Answers,
): readonly Observed[] {
  return places.flatMap((place) => {
    const there = containers.get(nameOf(place));
    if (there === undefined) return [];
    const read = readContainer({ ...there, kind: identity.kind, engine: identity });
    return [{ place, ...read, id: there.info.Id }];
  });
}

/** What people should know of what is there, whatever is planned. */
export function containerFindings(places: readonly Place[], answers: Answers): readonly Finding[] {
  const inspected = places.flatMap((place) => {
    const there = answers.containers.get(nameOf(place));
    return there === undefined ? [] : imageFindings(place, there);
  });
  return [...inspected, ...leftovers(places, answers.summaries)];
}

function imageFindings(place: Place, { image }: Inspected): readonly Finding[] {
  if (image !== null) return [];
  return [
    {
      code: 'ENGINE_IMAGE_MISSING',
      severity: 'warning',
      message: `"${place.file}" no longer has the image of container "${nameOf(place)}": what the image brought along cannot be told from what somebody added`,
      hint: 'apply: the plan pulls it again',
    },
  ];
}

function leftovers(places: readonly Place[], summaries: readonly ContainerSummary[]): readonly Finding[] {
  return summaries.flatMap(namesOf).flatMap((name): readonly Finding[] => {
    const place = places.find((each) => isLeftover(name, nameOf(each)));
    if (place === undefined) return [];
    return [
      {
        code: 'ENGINE_LEFTOVER',
        severity: 'warning',
        message: `container "${name}" on "${place.file}" waits from a replacement that was interrupted`,
        hint: 'the next apply puts it back or clears it away; leave it as it is until then',
      },
    ];
  });
}

/**
 * On which ports of the host a container is published: its name by port. The list tells those of containers that run;
 * of the others only those are known that were inspected.
 */
export function publishedPorts({ summaries, containers }: Answers): ReadonlyMap<number, string> {
  const listed = summaries.flatMap((summary) =>
    (summary.Ports ?? []).flatMap(({ PublicPort = 0 }) =>
      PublicPort === 0 ? [] : [[PublicPort, namesOf(summary)[0] ?? summary.Id] as const],
    ),
  );
  const own = [...containers.values()].flatMap(({ info }) =>
    hostPorts(info).map((port) => [port, currentName(info)] as const),
  );
  return new Map([...own, ...listed]);
}

function currentName({ Name }: ContainerInfo): string {
  return Name.replace(/^\//, '');
}
