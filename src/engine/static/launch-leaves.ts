import type { Json, JsonObject, Pointer } from '../../model/json.ts';
import {
  type AnyLaunchRecord,
  isCommandLaunch,
  isHeadersLaunch,
  isImageLaunch,
  isPackageLaunch,
} from '../../model/launch.ts';
import { leavesOf } from '../../model/leaves.ts';
import type { Template } from '../../model/manifest.ts';
import type { Desired, DesiredEntry } from '../../model/resource.ts';
import { templateText } from '../../model/template.ts';
import { loadProvider } from '../../providers/index.ts';

export type Leaves = ReadonlyMap<Pointer, Json>;

/** What an entry starts through `mcpform exec`, below `/launch`; nothing where it starts something by itself. */
export async function leavesOfLaunch(desired: Desired | undefined): Promise<Leaves> {
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
    const { attributes } = docker.render({
      ...common,
      kind: 'container',
      engine,
      name: server,
      server,
      container,
    });
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
