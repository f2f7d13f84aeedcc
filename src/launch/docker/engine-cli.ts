import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { isJsonObject, type JsonObject } from '../../model/json.ts';
import { runDocker } from './run-docker.ts';

/** What decides whether a container is left behind. Not its variables: those may be secrets, and are never asked for. */
export interface SeenContainer {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  /** `sha256:…`, what that stood for when it was made. */
  readonly imageId: string;
  readonly state: string;
  /** ISO 8601, UTC, by the engine's clock. */
  readonly created: string;
  readonly labels: Labels;
  /** Entry point and arguments. */
  readonly command: readonly string[];
  /** `-i`: it has a standard input. */
  readonly hasInput: boolean;
  /** Its standard input is that of whoever started it, and closes with that: not so with `-d`. */
  readonly isAttached: boolean;
  readonly hasTerminal: boolean;
  readonly publishesPorts: boolean;
  /** `--rm` */
  readonly isRemovedAtEnd: boolean;
}

export type Labels = Readonly<Record<string, string>>;

type EngineContext = Pick<Context, 'system'>;

const LIST_MS = 10_000;
const INSPECT_MS = 10_000;
/** A container whose shim hangs is never inspected to the end, and holds up those that are asked for with it. */
const INSPECT_ONE_MS = 2000;
/** SIGKILL, unmounting, and the removal of what it wrote. */
const REMOVE_MS = 30_000;
const AT_ONCE = 100;
const SINGLES = 8;
const MOST = 5000;

/** Ids of containers: those with the label, in any state, or all that run. */
export async function listContainers(
  which: { readonly label: string } | 'running',
  ctx: EngineContext,
): Promise<readonly string[]> {
  const filter = which === 'running' ? [] : ['--all', '--filter', `label=${which.label}`];
  const args = ['container', 'ls', '--quiet', '--no-trunc', ...filter];
  const { stdout } = await runDocker(args, { timeoutMs: LIST_MS, doing: 'list containers' }, ctx);
  const ids = stdout.split('\n').filter((line) => line !== '');
  if (ids.length > MOST) throw unreadable(`lists ${ids.length} containers; ${MOST} are the most we look at`);
  const wrong = ids.find((id) => !/^[0-9a-f]{64}$/.test(id));
  if (wrong !== undefined) throw unreadable(`lists "${wrong.slice(0, 80)}", which is no id of a container`);
  return ids;
}

export interface Inspected {
  /** In the order of the ids; what is gone by now is left out. */
  readonly containers: readonly SeenContainer[];
  /** Ids of those that hang in the engine. */
  readonly hanging: readonly string[];
}

export async function inspectContainers(ids: readonly string[], ctx: EngineContext): Promise<Inspected> {
  const containers: SeenContainer[] = [];
  const hanging: string[] = [];
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const some = ids.slice(at, at + AT_ONCE);
    const found = (await unlessTimeout(inspect(some, INSPECT_MS, ctx))) ?? (await inspectSingly(some, ctx));
    for (const each of found) typeof each === 'string' ? hanging.push(each) : containers.push(each);
  }
  return { containers, hanging };
}

/** Null when it is gone by now. */
export async function inspectContainer(id: string, ctx: EngineContext): Promise<SeenContainer | null> {
  const [container = null] = await inspect([id], INSPECT_ONE_MS, ctx);
  return container;
}

/** The containers, and the ids of those that hang. */
async function inspectSingly(
  ids: readonly string[],
  ctx: EngineContext,
): Promise<readonly (SeenContainer | string)[]> {
  const found: (SeenContainer | string)[] = [];
  for (let at = 0; at < ids.length; at += SINGLES) {
    const some = ids.slice(at, at + SINGLES).map(async (id) => {
      const answer = await unlessTimeout(inspect([id], INSPECT_ONE_MS, ctx));
      return answer ?? [id];
    });
    found.push(...(await Promise.all(some)).flat());
  }
  return found;
}

async function unlessTimeout<Answer>(work: Promise<Answer>): Promise<Answer | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof McpformError && error.code === 'ENGINE_TIMEOUT') return null;
    throw error;
  }
}

/** The labels that images bring, by their ids; an image that is gone brings none. */
export async function labelsOfImages(
  ids: readonly string[],
  ctx: EngineContext,
): Promise<ReadonlyMap<string, Labels>> {
  const format = '{"id":{{json .Id}},"labels":{{json .Config.Labels}}}';
  const found = new Map<string, Labels>();
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const args = ['image', 'inspect', '--format', format, ...ids.slice(at, at + AT_ONCE)];
    const options = { timeoutMs: INSPECT_MS, doing: 'inspect images', mayLack: true } as const;
    for (const { id, labels } of recordsOf((await runDocker(args, options, ctx)).stdout)) {
      found.set(String(id), isJsonObject(labels) ? (labels as Labels) : {});
    }
  }
  return found;
}

/** One line of JSON each. `docker ps` has labels too, but joined by commas that may be in them. */
const FORMAT = `{${[
  '"id":{{json .Id}}',
  '"name":{{json .Name}}',
  '"image":{{json .Config.Image}}',
  '"imageId":{{json .Image}}',
  '"state":{{json .State.Status}}',
  '"created":{{json .Created}}',
  '"labels":{{json .Config.Labels}}',
  '"entrypoint":{{json .Config.Entrypoint}}',
  '"command":{{json .Config.Cmd}}',
  '"hasInput":{{json .Config.OpenStdin}}',
  '"isAttached":{{json .Config.AttachStdin}}',
  '"hasTerminal":{{json .Config.Tty}}',
  '"ports":{{json .HostConfig.PortBindings}}',
  '"publishesAll":{{json .HostConfig.PublishAllPorts}}',
  '"isRemovedAtEnd":{{json .HostConfig.AutoRemove}}',
].join(',')}}`;

async function inspect(
  ids: readonly string[],
  timeoutMs: number,
  ctx: EngineContext,
): Promise<readonly SeenContainer[]> {
  const args = ['container', 'inspect', '--format', FORMAT, ...ids];
  const options = { timeoutMs, doing: 'inspect containers', mayLack: true } as const;
  const { stdout } = await runDocker(args, options, ctx);
  return recordsOf(stdout).map(readContainer);
}

function readContainer(value: JsonObject): SeenContainer {
  const { id, name, image, imageId, state, created } = value;
  const texts = [id, name, image, imageId, state, created];
  const time = typeof created === 'string' ? Date.parse(created) : Number.NaN;
  if (texts.some((text) => typeof text !== 'string') || Number.isNaN(time)) {
    throw unreadable('describes a container in a form that we do not know');
  }
  const list = (part: unknown): readonly string[] =>
    Array.isArray(part) ? part.filter((each): each is string => typeof each === 'string') : [];
  return {
    id: id as string,
    name: (name as string).replace(/^\//, ''),
    image: image as string,
    imageId: imageId as string,
    state: state as string,
    created: new Date(time).toISOString(),
    labels: isJsonObject(value['labels']) ? (value['labels'] as Labels) : {},
    command: [...list(value['entrypoint']), ...list(value['command'])],
    hasInput: value['hasInput'] === true,
    isAttached: value['isAttached'] === true,
    hasTerminal: value['hasTerminal'] === true,
    publishesPorts:
      value['publishesAll'] === true ||
      (isJsonObject(value['ports']) && Object.keys(value['ports']).length > 0),
    isRemovedAtEnd: value['isRemovedAtEnd'] === true,
  };
}

function recordsOf(stdout: string): readonly JsonObject[] {
  const lines = stdout.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => {
    try {
      const value: unknown = JSON.parse(line);
      if (isJsonObject(value)) return value;
    } catch {
      // Said below.
    }
    throw unreadable('answers in what is no JSON');
  });
}

/**
 * Removes it, whatever it does. Its volumes without a name go only where they would have gone with it anyway (`--rm`).
 * `gone`: somebody else did.
 */
export async function removeContainer(
  { id, isRemovedAtEnd }: Pick<SeenContainer, 'id' | 'isRemovedAtEnd'>,
  ctx: EngineContext,
): Promise<'removed' | 'gone'> {
  const args = ['container', 'rm', '--force', ...(isRemovedAtEnd ? ['--volumes'] : []), id];
  const options = { timeoutMs: REMOVE_MS, doing: `remove container "${id.slice(0, 12)}"` };
  const { lacks } = await runDocker(args, { ...options, mayLack: true }, ctx);
  return lacks ? 'gone' : 'removed';
}

function unreadable(what: string): McpformError {
  return new McpformError('ENGINE_FAILED', `the container engine ${what}`, {
    hint: 'see what `docker ps` and `docker version` say',
  });
}
