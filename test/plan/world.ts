import { createHash, createHmac } from 'node:crypto';
import type { Address } from '../../src/model/address.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { InventoryEntry } from '../../src/model/inventory.ts';
import { canonicalJson, type JsonObject } from '../../src/model/json.ts';
import { digestLeaf, digestWhole, isWithin, leavesOf } from '../../src/model/leaves.ts';
import type { SharedOwnership } from '../../src/model/lock.ts';
import type { Lifecycle } from '../../src/model/manifest.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { Desired, Fill, Observed, PinSummary, Place, SecretUse } from '../../src/model/resource.ts';
import { plan } from '../../src/plan/plan.ts';
import type { PlanInput, PlannedResource } from '../../src/plan/plan-input.ts';
import { renderPlanText } from '../../src/report/plan-text.ts';

/** Builders for planner tests: a little world in which a server `x` is `claude-code/user/x`. */
export const digest = (text: string): string =>
  createHmac('sha256', 'test key').update(text).digest('base64url');

export const ownershipDigest = (attributes: JsonObject): string =>
  `sha256:${createHash('sha256').update(canonicalJson(attributes)).digest('hex')}`;

export function placeOf(address: Address): Place {
  const [, scope = '', name = ''] = address.split('/');
  const isShared = scope.startsWith('project');
  const file = isShared ? '/repo/.mcp.json' : '/home/ada/.claude.json';
  return { key: `${file}#/mcpServers/${name}`, file, path: ['mcpServers', name], isShared };
}

export interface DeclaredOptions {
  readonly lifecycle?: Partial<Lifecycle>;
  readonly dependsOn?: readonly Address[];
  readonly secrets?: readonly SecretUse[];
  readonly fills?: readonly Fill[];
  readonly launchDigest?: string;
  readonly blocked?: Finding;
  readonly pin?: PinSummary;
  readonly place?: Place;
}

const command: JsonObject = { type: 'stdio', command: 'node', args: ['server.js'] };

/** A resource of the manifest. A bare name means user scope. */
export function declared(
  name: string,
  attributes: JsonObject = command,
  options: DeclaredOptions = {},
): PlannedResource {
  const address = addressOf(name);
  const desired: Desired = {
    address,
    provider: 'claude-code',
    kind: 'entry',
    server: address.split('/').at(-1) as string,
    target: { client: 'claude-code', scope: 'user' },
    spec: { transport: 'stdio', args: [], env: {}, headers: {}, client: {} },
    dependsOn: (options.dependsOn ?? []).map(addressOf),
    lifecycle: { protect: false, keep: [], ignoreChanges: [], adopt: false, ...options.lifecycle },
    secrets: options.secrets ?? [],
    ...(options.fills === undefined ? {} : { fills: options.fills }),
    launchDigest: options.launchDigest ?? 'launch 1',
    ...(options.blocked === undefined ? {} : { blocked: options.blocked }),
    ...(options.pin === undefined ? {} : { pin: options.pin }),
    at: { file: '/repo/mcp.yaml', pointer: `/servers/${name}` },
  };
  return { desired, place: options.place ?? placeOf(address), attributes };
}

export function addressOf(name: string): Address {
  return name.includes('/') ? name : `claude-code/user/${name}`;
}

/** Something that is there. */
export function there(name: string, attributes: JsonObject = command, unknown: string[] = []): Observed {
  return { place: placeOf(addressOf(name)), attributes, unknown };
}

/** The books after the resource was applied, with `whole` as what was read back. */
export function entry(
  resource: PlannedResource,
  overrides: Partial<InventoryEntry> = {},
  whole: JsonObject = resource.attributes,
): InventoryEntry {
  const { desired, place, attributes } = resource;
  const owned = [...leavesOf(attributes)].filter(
    ([pointer]) => !desired.lifecycle.keep.some((kept) => isWithin(pointer, kept)),
  );
  return {
    address: desired.address,
    provider: desired.provider,
    place,
    base: Object.fromEntries(owned.map(([pointer, value]) => [pointer, digestLeaf(pointer, value, digest)])),
    whole: digestWhole(whole, digest),
    protect: desired.lifecycle.protect,
    adopted: false,
    ...(desired.lifecycle.onRemove === undefined ? {} : { onRemove: desired.lifecycle.onRemove }),
    secrets: [...new Set(desired.secrets.map(({ locator }) => locator))].sort(),
    launchDigest: desired.launchDigest,
    ...(desired.pin === undefined ? {} : { pin: desired.pin }),
    dependsOn: desired.dependsOn,
    appliedRevision: null,
    ...overrides,
  };
}

/** The books after the named command servers were applied. */
export function applied(...names: string[]): readonly InventoryEntry[] {
  return names.map((name) => entry(declared(name)));
}

export interface World {
  readonly desired?: readonly PlannedResource[];
  readonly observed?: readonly Observed[];
  readonly entries?: readonly InventoryEntry[];
  readonly shared?: Readonly<Record<Address, SharedOwnership>>;
  readonly sharedPlaces?: Readonly<Record<Address, Place>>;
  readonly disabled?: readonly string[];
  readonly unavailable?: Readonly<Record<string, Finding>>;
  readonly denied?: Readonly<Record<string, Finding>>;
  readonly moved?: readonly (readonly [string, string])[];
  readonly mode?: Plan['mode'];
  readonly options?: Partial<PlanInput['options']>;
  readonly findings?: readonly Finding[];
  /** Locators of secrets that nobody granted, although the books have them. */
  readonly ungranted?: readonly string[];
  /** Locators of secrets whose value was seen to be another. */
  readonly changed?: readonly string[];
  /** Pointers that cannot change in place. */
  readonly replaces?: readonly string[];
}

const sensitive = ['/env', '/headers', '/args', '/url'];

export function inputOf(world: World): PlanInput {
  return {
    stack: 'team-tools',
    mode: world.mode ?? 'apply',
    lineage: 'lineage-1',
    serial: 7,
    machine: 'machine-1',
    desired: world.desired ?? [],
    disabled: new Set((world.disabled ?? []).map(addressOf)),
    observed: new Map((world.observed ?? []).map((object) => [object.place.key, object])),
    unavailable: new Map(Object.entries(world.unavailable ?? {})),
    entries: Object.fromEntries((world.entries ?? []).map((known) => [known.address, known])),
    shared: world.shared ?? {},
    ...(world.sharedPlaces === undefined ? {} : { sharedPlaces: world.sharedPlaces }),
    ownershipDigest,
    moved: (world.moved ?? []).map(([from, to]) => ({ from: addressOf(from), to: addressOf(to) })),
    denied: new Map(Object.entries(world.denied ?? {}).map(([name, finding]) => [addressOf(name), finding])),
    secrets: factsOf(world),
    traits: () => ({
      isSensitive: (pointer) => sensitive.some((owner) => isWithin(pointer, owner)),
      forcesReplacement: (pointer) => world.replaces?.includes(pointer) ?? false,
    }),
    digest,
    options: { targets: [], takeOwnership: [], filesChanged: 'same', ...world.options },
    findings: world.findings ?? [],
  };
}

/** What an entry of the books receives was granted to it, unless the world says otherwise. */
function factsOf({ entries = [], ungranted = [], changed = [] }: World): PlanInput['secrets'] {
  return {
    isGranted: ({ locator }, { address, launchDigest }) => {
      const entry = entries.find((each) => each.address === address);
      const isKnown = entry?.launchDigest === launchDigest && entry.secrets.includes(locator);
      return isKnown && !ungranted.includes(locator);
    },
    hasChanged: ({ locator }) => changed.includes(locator),
  };
}

export function planOf(world: World): Plan {
  return plan(inputOf(world));
}

/** The plan as compact text: what decision tables compare. */
export function linesOf(world: World): string {
  const text = renderPlanText(planOf(world), { color: false, compact: true });
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('This plan'))
    .join('\n');
}

/** The same without the summary line. */
export function stepsOf(world: World): string {
  return linesOf(world).replace(/\n?(Plan:|No changes\.).*$/s, '');
}

/** Codes of the plan's findings. */
export function codesOf(world: World): readonly string[] {
  return planOf(world).findings.map(({ code }) => code);
}

export function finding(code: Finding['code'], severity: Finding['severity'] = 'error'): Finding {
  return { code, severity, message: `a ${code} in a test` };
}
