import fc from 'fast-check';
import type { InventoryEntry } from '../../src/model/inventory.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { SharedOwnership } from '../../src/model/lock.ts';
import type { Lifecycle } from '../../src/model/manifest.ts';
import type { Observed } from '../../src/model/resource.ts';
import type { PlannedResource } from '../../src/plan/plan-input.ts';
import { addressOf, declared, entry, ownershipDigest, there, type World } from './world.ts';

const names = ['a', 'b', 'c', 'd', 'claude-code/project/e', 'claude-code/project/f'];

/** Few values, so that equal ones are common. */
const attributes: fc.Arbitrary<JsonObject> = fc
  .record({
    command: fc.constantFrom('node', 'python'),
    args: fc.constantFrom(['server.js'], ['server.js', '--fast']),
    env: fc.option(fc.record({ X: fc.constantFrom('1', '2'), Y: fc.constant('1') }, { requiredKeys: [] })),
  })
  .map(({ env, ...rest }) => ({
    type: 'stdio',
    ...rest,
    ...(env === null || Object.keys(env).length === 0 ? {} : { env }),
  }));

const lifecycle: fc.Arbitrary<Lifecycle> = fc.record({
  protect: fc.boolean(),
  keep: fc.constantFrom([], [], ['/env/X']),
  ignoreChanges: fc.constantFrom([], [], ['/command']),
  adopt: fc.boolean(),
});

interface Server {
  readonly resource: PlannedResource | null;
  readonly isDisabled: boolean;
  readonly observed: Observed | null;
  readonly entry: InventoryEntry | null;
  readonly ownership: SharedOwnership | null;
}

function server(name: string, dependencies: readonly string[]): fc.Arbitrary<Server> {
  return fc
    .record({
      wanted: attributes,
      before: attributes,
      other: attributes,
      lifecycle,
      declared: fc.constantFrom('yes', 'yes', 'yes', 'no', 'disabled'),
      thereAs: fc.constantFrom('wanted', 'before', 'before', 'other', 'nothing'),
      hasNote: fc.boolean(),
      isOwned: fc.boolean(),
      isWholeKnown: fc.boolean(),
      adopted: fc.boolean(),
      onRemove: fc.constantFrom(undefined, undefined, 'delete' as const, 'orphan' as const),
      dependsOn: fc.subarray([...dependencies]),
      dependedOn: fc.subarray([...dependencies]),
    })
    .map((it) => {
      const values = { wanted: it.wanted, before: it.before, other: it.other, nothing: null }[it.thereAs];
      const note = it.hasNote ? { note: 'theirs' } : {};
      const observed =
        values === null ? null : there(name, { ...values, ...note }, it.hasNote ? ['/note'] : []);
      const onRemove = it.onRemove === undefined ? {} : { onRemove: it.onRemove };
      const before = declared(name, it.before, {
        lifecycle: { ...it.lifecycle, ...onRemove },
        dependsOn: it.dependedOn,
      });
      const whole = it.isWholeKnown && observed !== null ? observed.attributes : it.before;
      const isShared = name.includes('/project/');
      return {
        resource:
          it.declared === 'yes'
            ? declared(name, it.wanted, { lifecycle: it.lifecycle, dependsOn: it.dependsOn })
            : null,
        isDisabled: it.declared === 'disabled',
        observed,
        entry: it.isOwned ? entry(before, { adopted: it.adopted }, whole) : null,
        ownership:
          isShared && it.isOwned ? { digest: ownershipDigest(it.before), adopted: it.adopted } : null,
      };
    });
}

const moved = fc.uniqueArray(
  fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names)).filter(([from, to]) => from !== to),
  { maxLength: 2, selector: ([from]) => from },
);

/** Stacks of up to six servers with a past, a present and a wish, in every combination. */
export const arbitraryWorld: fc.Arbitrary<World> = fc
  .record({
    servers: fc.tuple(...names.map((name, index) => server(name, names.slice(0, index)))),
    moved,
    mode: fc.constantFrom('apply' as const, 'apply' as const, 'apply' as const, 'destroy' as const),
  })
  .map(({ servers, moved: pairs, mode }) => ({
    mode,
    moved: pairs,
    desired: servers.flatMap(({ resource }) => (resource === null ? [] : [resource])),
    observed: servers.flatMap(({ observed }) => (observed === null ? [] : [observed])),
    entries: servers.flatMap((each) => (each.entry === null ? [] : [each.entry])),
    disabled: names.filter((_, index) => servers[index]?.isDisabled),
    shared: Object.fromEntries(
      servers.flatMap(({ ownership }, index) =>
        ownership === null ? [] : [[addressOf(names[index] as string), ownership] as const],
      ),
    ),
  }));
