import type { Address } from '../../model/address.ts';
import { type Json, type JsonObject, type Pointer, sameJson } from '../../model/json.ts';
import {
  type AnyLaunchRecord,
  isCommandLaunch,
  isHeadersLaunch,
  isImageLaunch,
  isPackageLaunch,
} from '../../model/launch.ts';
import { isWithin, leavesOf } from '../../model/leaves.ts';
import type { Template } from '../../model/manifest.ts';
import type { PathChange, Step } from '../../model/plan.ts';
import type { Desired, DesiredEntry } from '../../model/resource.ts';
import { templateText } from '../../model/template.ts';
import { loadProvider } from '../../providers/index.ts';
import type { Resource } from '../expansion.ts';

type ByAddress = ReadonlyMap<Address, Resource>;

/**
 * The steps with what entries start through `mcpform exec`, below `/launch`: an entry itself has only the id of that,
 * and whoever reviews two revisions has no machine to ask what it stands for.
 */
export async function showLaunches(
  steps: readonly Step[],
  { base, head }: { readonly base: ByAddress; readonly head: ByAddress },
): Promise<readonly Step[]> {
  return await Promise.all(
    steps.map(async (step) => {
      if (step.action === 'record' || step.action === 'adopt' || step.action === 'conflict') return step;
      const was = base.get(step.previousAddress ?? step.address)?.desired;
      const is = head.get(step.address)?.desired;
      if (is === undefined || (was?.launch === undefined && is.launch === undefined)) return step;
      const paths = changes(await leavesOfLaunch(was), await leavesOfLaunch(is), step);
      return { ...step, paths: [...step.paths, ...paths].sort(byPointer) };
    }),
  );
}

function changes(was: Leaves, is: Leaves, { pin }: Step): readonly PathChange[] {
  const pointers = [...new Set([...was.keys(), ...is.keys()])];
  return pointers.flatMap((pointer): readonly PathChange[] => {
    const [before, after] = [was.get(pointer), is.get(pointer)];
    if (sameJson(before, after)) return [];
    const isOfPin = pin?.before !== undefined && PINNED.some((owner) => isWithin(pointer, owner));
    return [
      {
        pointer,
        ...(before === undefined ? {} : { before: { value: before } }),
        ...(after === undefined ? {} : { after: { value: after } }),
        cause: isOfPin ? 'lock' : 'config',
      },
    ];
  });
}

const PINNED: readonly Pointer[] = ['package', 'integrity', 'tree', 'image'].map((key) => `/launch/${key}`);

type Leaves = ReadonlyMap<Pointer, Json>;

async function leavesOfLaunch(desired: Desired | undefined): Promise<Leaves> {
  if (desired?.kind !== 'entry' || desired.launch === undefined) return new Map();
  const { secrets } = desired.launch;
  const sources = Object.entries(secrets ?? {}).map(([name, { backend, argument }]) => [
    name,
    { [backend]: argument },
  ]);
  const launch = { ...(await wordsFor(desired.launch, desired)), secrets: Object.fromEntries(sources) };
  const leaves = [...leavesOf({ launch })];
  return new Map(leaves.filter(([, value]) => !isEmpty(value)));
}

/** In the words of the manifest, or where an engine is asked, in those of the engine. */
async function wordsFor(launch: AnyLaunchRecord, entry: DesiredEntry): Promise<JsonObject> {
  if (isImageLaunch(launch)) {
    const { target: _, spec: __, engine = null, launch: ___, ...common } = entry;
    const { server } = entry;
    const { args, env } = launch.container;
    // An engine takes no templates; whoever reads takes their text.
    const container = { ...launch.container, args: args.map(templateText), env: texts(env) };
    const docker = await loadProvider('docker');
    const { attributes } = docker.render({ ...common, kind: 'container', engine, name: server, server, container });
    const { name: ____, status: _____, ...rest } = attributes;
    return rest;
  }
  if (isHeadersLaunch(launch)) return { url: templateText(launch.url), headers: texts(launch.headers) };
  const { args, env = {} } = launch;
  const rest = { args: args.map(templateText), env: texts(env) };
  if (isCommandLaunch(launch)) return { command: templateText(launch.command), ...rest };
  if (!isPackageLaunch(launch)) return rest;
  return { ...launch.pin, bin: launch.bin, ...rest };
}

function texts(templates: Readonly<Record<string, Template>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(templates).map(([key, template]) => [key, templateText(template)]),
  );
}

function isEmpty(value: Json): boolean {
  return value === null || value === false || (typeof value === 'object' && Object.keys(value).length === 0);
}

function byPointer(a: PathChange, b: PathChange): number {
  return a.pointer < b.pointer ? -1 : a.pointer > b.pointer ? 1 : 0;
}
