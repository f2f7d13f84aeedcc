import { sidesOf } from '../../../../src/apply/sides.ts';
import type { ContainerSpec } from '../../../../src/model/container.ts';
import type { Gate } from '../../../../src/model/health.ts';
import type { Begin } from '../../../../src/model/journal.ts';
import type { Json, JsonObject } from '../../../../src/model/json.ts';
import { digestWhole } from '../../../../src/model/leaves.ts';
import type { PathChange, Step } from '../../../../src/model/plan.ts';
import type { Work } from '../../../../src/model/provider.ts';
import type { DesiredObject, NetworkSpec, Observed, Place } from '../../../../src/model/resource.ts';
import { NO_BASE } from '../../../../src/plan/base.ts';
import { compare } from '../../../../src/plan/compare.ts';
import { docker } from '../../../../src/providers/docker/index.ts';
import { objectPlace } from '../../../../src/providers/docker/place.ts';
import { containerOf } from '../../../support/container-spec.ts';

type Digest = (text: string) => string;

export const LINEAGE = 'lineage-1';

export function containerNamed(server: string, changes: Partial<ContainerSpec> = {}): DesiredObject {
  return {
    ...common(`docker/container/${server}`),
    kind: 'container',
    server,
    name: `demo.${server}`,
    container: containerOf({ logging: null, stopTimeoutSeconds: 2, ...changes }),
  };
}

export function networkNamed(name: string, changes: Partial<NetworkSpec> = {}): DesiredObject {
  return {
    ...common(`docker/network/${name}`),
    kind: 'network',
    name: `demo.${name}`,
    network: {
      driver: 'bridge',
      driverOptions: {},
      isInternal: false,
      hasIpv6: false,
      labels: {},
      ...changes,
    },
  };
}

export function volumeNamed(
  name: string,
  driverOptions: Readonly<Record<string, string>> = {},
): DesiredObject {
  return {
    ...common(`docker/volume/${name}`),
    kind: 'volume',
    name: `demo.${name}`,
    volume: { driver: 'local', driverOptions, labels: {} },
  };
}

function common(address: string) {
  return {
    address,
    provider: 'docker',
    engine: null,
    dependsOn: [],
    lifecycle: { protect: false, keep: [], ignoreChanges: [], adopt: false },
    secrets: [],
    launchDigest: 'launch',
    at: { file: '/repo/mcp.yaml', pointer: '/servers/x' },
  };
}

export interface Planned {
  /** Null: it leaves. */
  readonly desired: DesiredObject | null;
  readonly observed: Observed | null;
  readonly place: Place;
  readonly digest: Digest;
  readonly operation: string;
  readonly gate?: Gate;
  /** Default: what follows from what differs. */
  readonly action?: Step['action'];
  /** For a move: where it was. */
  readonly previousPlace?: Place;
}

export function placeFor(engineId: string, desired: DesiredObject): Place {
  return objectPlace(engineId, desired.engine, desired);
}

/** One step as a plan would have it, with all that apply adds. */
export function workFor(planned: Planned): Work {
  const { desired, observed, place, digest, operation, gate, previousPlace } = planned;
  const attributes = desired === null ? null : docker.render(desired).attributes;
  const paths = attributes === null || observed === null ? [] : pathsOf(attributes, observed);
  const address = `docker/${place.path[0]}/${(place.path[1] ?? '').split('.')[1]}`;
  const step: Step = {
    address,
    provider: 'docker',
    action: planned.action ?? actionOf(attributes, observed, paths),
    because: 'changed',
    place,
    paths,
    needs: [],
    secrets: [],
    isDestructive: false,
    precondition: observed === null ? 'absent' : digestWhole(observed.attributes, digest),
    ...(previousPlace === undefined
      ? {}
      : { previousPlace, previousAddress: `docker/container/${previousPlace.path[1]?.split('.')[1]}` }),
  };
  return {
    step,
    attributes,
    record:
      desired === null
        ? null
        : {
            address,
            provider: 'docker',
            place,
            base: {},
            protect: false,
            adopted: false,
            secrets: [],
            launchDigest: 'launch',
            dependsOn: [],
            appliedRevision: null,
            ...(observed?.id === undefined ? {} : { objectId: observed.id }),
          },
    lineage: LINEAGE,
    operation,
    ...(gate === undefined ? {} : { gate }),
  };
}

function actionOf(
  attributes: JsonObject | null,
  observed: Observed | null,
  paths: readonly PathChange[],
): Step['action'] {
  if (attributes === null) return 'delete';
  if (observed === null) return 'create';
  return paths.some(({ forcesReplacement }) => forcesReplacement) ? 'replace' : 'update';
}

function pathsOf(desired: JsonObject, observed: Observed): readonly PathChange[] {
  const { differences } = compare({
    desired,
    observed: observed.attributes,
    base: NO_BASE,
    keep: [],
    ignoreChanges: [],
    alsoObservedBut: observed.unknown,
  });
  return differences.map(({ pointer, before, after, cause }) => ({
    pointer,
    ...shown('before', before),
    ...shown('after', after),
    cause,
    ...(docker.forcesReplacement(pointer, sides(before, after)) ? { forcesReplacement: true as const } : {}),
  }));
}

function shown(side: 'before' | 'after', value: Json | undefined) {
  return value === undefined ? {} : { [side]: { value } };
}

function sides(before: Json | undefined, after: Json | undefined) {
  return { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}

/** What the journal has of a step before it happens. */
export function beginOf(work: Work, digest: Digest): Begin {
  const { step, record, operation = '' } = work;
  return {
    operation,
    address: step.address,
    action: step.action as Begin['action'],
    provider: 'docker',
    place: step.place,
    ...(step.previousAddress === undefined ? {} : { previousAddress: step.previousAddress }),
    ...(step.previousPlace === undefined ? {} : { previousPlace: step.previousPlace }),
    ...sidesOf(work, digest),
    record,
  };
}
