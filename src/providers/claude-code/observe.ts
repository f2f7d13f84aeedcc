import { resolve } from 'node:path';
import type { Target } from '../../model/address.ts';
import type { Context } from '../../model/context.ts';
import type { Finding } from '../../model/finding.ts';
import { isJsonObject, type Json, type JsonObject, toPointer } from '../../model/json.ts';
import { type Container, type Observation, type ObserveRequest, targetKey } from '../../model/provider.ts';
import type { Observed, Place } from '../../model/resource.ts';
import { isTooDeep, observeEntry } from './entry.ts';
import { gatherFacts } from './facts.ts';
import { findUserPaths, projectFile, type UserPaths } from './paths.ts';
import { containerOf, isInside, placeIn } from './place.ts';
import { existingKeys, findProjectKey, spellKey } from './project-key.ts';
import { type ConfigFile, unavailable } from './read-config.ts';
import { Reader } from './reader.ts';
import type { Settings } from './settings.ts';

/** Reads every file that holds a target or a remembered place, each once, and what `review` needs beside them. */
export async function observe(request: ObserveRequest, ctx: Context): Promise<Observation> {
  const paths = await findUserPaths(ctx);
  const reader = new Reader(ctx, request.root);
  const user = await reader.read(paths.config);
  const containers = await findContainers(request, { paths, user, ctx });
  const places = [...containers.values(), ...request.places.map(containerOf)];
  await Promise.all(places.map(({ file }) => reader.read(file)));
  for (const target of request.targets) await reader.requireFolder(target);

  const objects = new Map<string, Observed>();
  for (const container of containers.values()) collectAll(container, { reader, objects });
  for (const place of request.places) collectOne(place, { reader, objects });
  const used = new Set(places.map(({ file }) => file));
  const facts = await gatherFacts({ request, containers, paths, reader, writable: [...used] }, ctx);
  return {
    objects,
    containers,
    unavailable: new Map([...reader.unavailable].filter(([file]) => used.has(file))),
    config: paths.config,
    findings: [...paths.findings, ...facts.findings],
    variables: variablesIn(facts.facts.settings),
    facts: facts.facts,
  };
}

/** `env` of the user's and the administrator's settings; a project's does not count for its servers. */
function variablesIn({ user, managed }: Settings): readonly string[] {
  return [user, ...managed].flatMap(({ env }) => (isJsonObject(env) ? Object.keys(env) : []));
}

interface Where {
  readonly paths: UserPaths;
  readonly user: ConfigFile;
  readonly ctx: Context;
}

async function findContainers(
  { targets, root }: ObserveRequest,
  where: Where,
): Promise<ReadonlyMap<string, Container>> {
  const containers = new Map<string, Container>();
  for (const target of targets) {
    const key = targetKey(target);
    if (!containers.has(key)) containers.set(key, await findContainer(target, { ...where, root }));
  }
  return containers;
}

async function findContainer(
  { scope, folder = '' }: Target,
  { paths, user, ctx, root }: Where & { root: string | null },
): Promise<Container> {
  switch (scope) {
    case 'user':
      return { file: paths.config, path: ['mcpServers'], isShared: false };
    case 'local': {
      const { files } = ctx.system;
      const key =
        (await findProjectKey(folder, { files, platform: ctx.platform })) ??
        spellKey(resolve(folder), ctx.platform);
      const projects = user.kind === 'there' ? user.value['projects'] : undefined;
      const spelled = existingKeys(projects, key, ctx.platform)[0] ?? key;
      return { file: paths.config, path: ['projects', spelled, 'mcpServers'], isShared: false };
    }
    case 'project': {
      const isShared = root !== null && isInside(folder, root);
      return { file: projectFile(folder), path: ['mcpServers'], isShared };
    }
  }
}

interface Collecting {
  readonly reader: Reader;
  readonly objects: Map<string, Observed>;
}

function collectAll(container: Container, { reader, objects }: Collecting): void {
  const entries = entriesAt(container, reader);
  for (const name of Object.keys(entries)) {
    const place = placeIn(container, name);
    const raw = entries[name] as Json;
    if (isTooDeep(raw)) reader.fail(container.file, tooDeep(place));
    else objects.set(place.key, observeEntry(place, raw));
  }
}

function collectOne(place: Place, { reader, objects }: Collecting): void {
  if (objects.has(place.key)) return;
  const entries = entriesAt(containerOf(place), reader);
  const name = place.path.at(-1) ?? '';
  if (!Object.hasOwn(entries, name)) return;
  const raw = entries[name] as Json;
  if (isTooDeep(raw)) reader.fail(place.file, tooDeep(place));
  else objects.set(place.key, observeEntry(place, raw));
}

function tooDeep({ file, path }: Place): Finding {
  const message = `"${file}": "${toPointer(path)}" is nested too deeply`;
  return unavailable('CLIENT_FILE_TOO_DEEP', message, file).finding;
}

/** The entries of a container; empty when there are none or when that cannot be known, which is then recorded. */
function entriesAt({ file, path }: Container, reader: Reader): JsonObject {
  let at: JsonObject = reader.value(file) ?? {};
  for (const [depth, key] of path.entries()) {
    if (!Object.hasOwn(at, key)) return {};
    const next: Json | undefined = at[key];
    if (!isJsonObject(next)) {
      const message = `"${file}": "${toPointer(path.slice(0, depth + 1))}" is not an object`;
      reader.fail(file, unavailable('CLIENT_FILE_SHAPE', message, file, 'correct it by hand').finding);
      return {};
    }
    at = next;
  }
  return at;
}
