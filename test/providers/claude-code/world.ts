import { createHmac } from 'node:crypto';
import { createConceal } from '../../../src/formats/conceal.ts';
import { type Address, entryAddress, type Target } from '../../../src/model/address.ts';
import type { Context } from '../../../src/model/context.ts';
import type { Event } from '../../../src/model/event.ts';
import { type Json, type JsonObject, sameJson, toPointer } from '../../../src/model/json.ts';
import { digestLeaf, digestWhole, leavesOf } from '../../../src/model/leaves.ts';
import type { PathChange, Plan, Step } from '../../../src/model/plan.ts';
import type { Observation, ObserveRequest, Work } from '../../../src/model/provider.ts';
import type { Desired, EntrySpec, Observed, Place } from '../../../src/model/resource.ts';
import type { HeldLock, Locks, System } from '../../../src/model/system.ts';
import { claudeCode } from '../../../src/providers/claude-code/index.ts';
import { type MemoryOptions, type MemorySystem, memorySystem } from '../../../src/system/memory.ts';
import { realSystem } from '../../../src/system/real.ts';
import type { Home } from '../../support/throwaway-home.ts';

export const digest = (text: string): string => createHmac('sha256', 'key').update(text).digest('base64url');

export interface World {
  readonly ctx: Context;
  readonly events: Event[];
}

/** A context over any system, whose home is `home`. */
export function contextOver(system: System, home: string, env: Readonly<Record<string, string>> = {}): World {
  const events: Event[] = [];
  const ctx: Context = {
    system,
    home,
    env: { MCPFORM_CLAUDE_MANAGED_FOLDER: `${home}/managed`, ...env },
    platform: 'linux',
    signal: new AbortController().signal,
    emit: (event) => void events.push(event),
    folders: {
      state: `${home}/.local/state/mcpform`,
      cache: `${home}/.cache/mcpform`,
      config: `${home}/.config/mcpform`,
      data: `${home}/.local/share/mcpform`,
    },
    launcher: { command: '/usr/bin/node', args: ['/opt/mcpform/mcpform.cjs', 'exec'], ephemeral: null },
    digest,
    conceal: createConceal(),
  };
  return { ctx, events };
}

export function realWorld(home: Home, env: Readonly<Record<string, string>> = {}): World {
  return contextOver(realSystem(), home.folder, env);
}

export const HOME = '/home/ann';
export const CONFIG = `${HOME}/.claude.json`;

export interface MemoryWorld extends World {
  readonly system: MemorySystem & { readonly locks: MemoryLocks };
  text(path: string): Promise<string>;
}

export function memoryWorld(
  tree: NonNullable<MemoryOptions['tree']> = {},
  options: Omit<MemoryOptions, 'tree'> & { readonly env?: Readonly<Record<string, string>> } = {},
): MemoryWorld {
  const { env = {}, ...rest } = options;
  const system = {
    ...memorySystem({ tree: { [`${HOME}/`]: '', ...tree }, ...rest }),
    locks: new MemoryLocks(),
  };
  return {
    ...contextOver(system, HOME, env),
    system,
    text: async (path) => (await system.files.read(path)).toString('utf8'),
  };
}

/** The client's lock for a disk in memory: held by whoever took it, or by a test. */
export class MemoryLocks implements Locks {
  readonly taken: string[] = [];
  readonly held = new Set<string>();
  isCompromised = false;

  async take(path: string): Promise<HeldLock | null> {
    if (this.held.has(path)) return null;
    this.held.add(path);
    this.taken.push(path);
    return { isCompromised: () => this.isCompromised, release: async () => void this.held.delete(path) };
  }
}

export const USER: Target = { client: 'claude-code', scope: 'user' };
export const localIn = (folder: string): Target => ({ client: 'claude-code', scope: 'local', folder });
export const projectIn = (folder: string): Target => ({ client: 'claude-code', scope: 'project', folder });

export function spec(fields: Partial<EntrySpec> = {}): EntrySpec {
  const command = fields.url === undefined ? { command: 'node' } : {};
  return { transport: 'stdio', ...command, args: [], env: {}, headers: {}, client: {}, ...fields };
}

export function desired(name: string, target: Target, fields: Partial<EntrySpec> = {}): Desired {
  return {
    address: entryAddress(target, name),
    provider: 'claude-code',
    kind: 'entry',
    server: name,
    target,
    spec: spec(fields),
    dependsOn: [],
    lifecycle: { protect: false, keep: [], ignoreChanges: [], adopt: false },
    secrets: [],
    launchDigest: 'launch',
    at: { file: '/repo/mcp.yaml', pointer: `/servers/${name}` },
  };
}

export function observe(ctx: Context, request: Partial<ObserveRequest> = {}): Promise<Observation> {
  return claudeCode.observe(
    { targets: [USER], desired: [], places: [], ids: new Map(), root: null, ...request },
    ctx,
  );
}

export function placeOf(file: string, ...path: string[]): Place {
  return { key: `${file}#${toPointer(path)}`, file, path, isShared: false };
}

export const userPlace = (name: string, file = CONFIG): Place => placeOf(file, 'mcpServers', name);

interface StepFields {
  readonly place: Place;
  readonly observed?: Observed | JsonObject | null;
  readonly address?: Address;
  readonly precondition?: string;
}

function stepOf(action: Step['action'], { place, observed, address, precondition }: StepFields): Step {
  const before = attributesOf(observed);
  return {
    address: address ?? `claude-code/user/${place.path.at(-1)}`,
    provider: 'claude-code',
    action,
    because: 'declared',
    place,
    paths: [],
    needs: [],
    secrets: [],
    isDestructive: action === 'delete',
    precondition: precondition ?? (before === null ? 'absent' : digestWhole(before, digest)),
  };
}

function attributesOf(observed: Observed | JsonObject | null | undefined): JsonObject | null {
  if (observed === null || observed === undefined) return null;
  return claudeCode.normalize(
    'place' in observed ? (observed as Observed).attributes : (observed as JsonObject),
  );
}

export function create(place: Place, entry: JsonObject, address?: Address): Work {
  const attributes = claudeCode.normalize(entry);
  const step = stepOf('create', { place, ...(address === undefined ? {} : { address }) });
  return { step: { ...step, paths: changes({}, attributes) }, attributes, record: null };
}

/** Before and after as the planner would put them; only what differs is in it. */
export function update(place: Place, before: JsonObject, after: JsonObject): Work {
  const attributes = claudeCode.normalize(after);
  const step = stepOf('update', { place, observed: before });
  return {
    step: { ...step, paths: changes(claudeCode.normalize(before), attributes) },
    attributes,
    record: null,
  };
}

export function remove(place: Place, observed: JsonObject): Work {
  return { step: stepOf('delete', { place, observed }), attributes: null, record: null };
}

export function move(from: Place, to: Place, before: JsonObject, after: JsonObject = before): Work {
  const attributes = claudeCode.normalize(after);
  const step = stepOf('move', { place: to, observed: before });
  const paths = changes(claudeCode.normalize(before), attributes);
  return { step: { ...step, previousPlace: from, paths }, attributes, record: null };
}

export function other(action: 'adopt' | 'record' | 'forget', place: Place, observed: JsonObject): Work {
  const attributes = action === 'forget' ? null : claudeCode.normalize(observed);
  return { step: stepOf(action, { place, observed }), attributes, record: null };
}

export function changes(before: JsonObject, after: JsonObject): readonly PathChange[] {
  const old = leavesOf(before);
  const next = leavesOf(after);
  const pointers = [...new Set([...old.keys(), ...next.keys()])].filter((pointer) => pointer !== '').sort();
  return pointers.flatMap((pointer): PathChange[] => {
    const from = old.get(pointer);
    const to = next.get(pointer);
    if (sameJson(from, to)) return [];
    return [
      {
        pointer,
        ...(from === undefined ? {} : { before: shown(pointer, from) }),
        ...(to === undefined ? {} : { after: { value: to } }),
        cause: 'config',
      },
    ];
  });
}

function shown(pointer: string, value: Json): PathChange['before'] & object {
  if (!claudeCode.isSensitive(pointer)) return { value };
  return { hidden: true, digest: digestLeaf(pointer, value, digest) };
}

export function planOf(works: readonly Work[], unchanged: readonly Address[] = []): Plan {
  return {
    formatVersion: '1.0',
    planId: 'plan',
    stack: 'test',
    mode: 'apply',
    lineage: null,
    serial: 0,
    machine: 'machine',
    steps: works.map(({ step }) => step),
    unchanged,
    findings: [],
    summary: {
      record: 0,
      create: 0,
      update: 0,
      replace: 0,
      delete: 0,
      adopt: 0,
      move: 0,
      forget: 0,
      conflict: 0,
      unchanged: unchanged.length,
    },
    isComplete: true,
    isApplicable: true,
  };
}
