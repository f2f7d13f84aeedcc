import { resolve, sep } from 'node:path';
import type { Target } from '../../model/address.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Finding } from '../../model/finding.ts';
import { isJsonObject, type Json, type JsonObject, toPointer } from '../../model/json.ts';
import { type Container, type Observation, type ObserveRequest, targetKey } from '../../model/provider.ts';
import type { Observed, Place } from '../../model/resource.ts';
import { isTooDeep, observeEntry } from './entry.ts';
import { gatherFacts } from './facts.ts';
import { findUserPaths, projectFile, type UserPaths } from './paths.ts';
import { existingKeys, findProjectKey, spellKey } from './project-key.ts';
import { type ConfigFile, readConfig, unavailable } from './read-config.ts';
import { kindOfConfig, refuseLinks, statOrNull } from './write-target.ts';

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
    facts: facts.facts,
  };
}

/** Files by path, each read once, and why some are not available. */
export class Reader {
  readonly unavailable = new Map<string, Finding>();
  readonly #files = new Map<string, Promise<ConfigFile>>();
  readonly #known = new Map<string, ConfigFile>();
  readonly #ctx: Context;
  readonly #root: string | null;

  constructor(ctx: Context, root: string | null) {
    this.#ctx = ctx;
    this.#root = root;
  }

  read(file: string): Promise<ConfigFile> {
    let reading = this.#files.get(file);
    if (reading === undefined) {
      reading = this.#read(file);
      this.#files.set(file, reading);
    }
    return reading;
  }

  /** What a file holds that was read before; null when it is absent or not available. */
  value(file: string): JsonObject | null {
    const found = this.#known.get(file);
    return found?.kind === 'there' && !this.unavailable.has(file) ? found.value : null;
  }

  fail(file: string, finding: Finding): void {
    if (!this.unavailable.has(file)) this.unavailable.set(file, finding);
  }

  /** A project target in a folder that is not there could only fail while writing. */
  async requireFolder({ scope, folder }: Target): Promise<void> {
    if (scope !== 'project' || folder === undefined) return;
    if ((await statOrNull(folder, this.#ctx.system.files)) !== null) return;
    const message = `folder "${folder}" does not exist`;
    this.fail(projectFile(folder), unavailable('CLIENT_FOLDER_MISSING', message, folder).finding);
  }

  async #read(file: string): Promise<ConfigFile> {
    const found = (await this.#refused(file)) ?? (await readConfig(file, this.#ctx.system.files));
    this.#known.set(file, found);
    if (found.kind === 'unavailable') this.fail(file, found.finding);
    return found;
  }

  async #refused(file: string): Promise<ConfigFile | null> {
    if (kindOfConfig(file) !== 'project') return null;
    const root = this.#root;
    try {
      if (root !== null && isInside(file, root))
        await refuseLinks(file, this.#ctx.system.files, resolve(root));
      await refuseLinks(file, this.#ctx.system.files);
      return null;
    } catch (error) {
      if (!(error instanceof McpformError)) throw error;
      return unavailable(error.code, error.message, file, error.hint);
    }
  }
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

function isInside(path: string, folder: string): boolean {
  const inner = resolve(path);
  const outer = resolve(folder);
  return inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : outer + sep);
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

export function placeIn(container: Container, name: string): Place {
  const path = [...container.path, name];
  return {
    key: `${container.file}#${toPointer(path)}`,
    file: container.file,
    path,
    isShared: container.isShared,
  };
}

function containerOf({ file, path, isShared }: Place): Container {
  return { file, path: path.slice(0, -1), isShared };
}
