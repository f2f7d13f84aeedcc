import fc from 'fast-check';
import { printLock } from '../../../src/lock/print-lock.ts';
import type { Pin } from '../../../src/model/lock.ts';
import type { StackTexts } from './machine.ts';

/** Which no server is handed. */
const KEYS = '/home/ann/.ssh/id_ed25519';

const A = `sha256:${'a'.repeat(64)}`;
const B = `sha256:${'b'.repeat(64)}`;
const TREES = { '1.0.0': `sha256:${'1'.repeat(64)}`, '2.0.0': `sha256:${'2'.repeat(64)}` } as const;

type Server = Readonly<Record<string, unknown>>;
type Pinned = { readonly server: Server; readonly lock?: Pin };

const maybe = <T>(key: string, values: readonly T[]): fc.Arbitrary<Server> =>
  fc
    .option(fc.constantFrom(...values), { nil: undefined })
    .map((value) => (value === undefined ? {} : { [key]: value }));

const env = fc
  .tuple(maybe('PLAIN', ['1', '2']), maybe('TOKEN', ['${secret.one}', '${secret.two}', '${FROM_CLIENT}']))
  .map((fields) => ({ env: Object.assign({}, ...fields) }));

const serviceEnv = fc
  .tuple(
    maybe('PLAIN', ['1', '2']),
    maybe('TOKEN', ['${secret.one}', 'x ${secret.two}']),
    maybe('KEY_FILE', ['${secret.one}']),
  )
  .map((fields) => ({ env: Object.assign({}, ...fields) }));

const targets = maybe('targets', [
  [{ client: 'claude-code', scope: 'user' }],
  [{ client: 'claude-code', scope: 'project' }],
  [
    { client: 'claude-code', scope: 'local' },
    { client: 'claude-code', scope: 'user' },
  ],
]);

const lifecycle = maybe('lifecycle', [{ protect: true }, { onRemove: 'orphan' }, { onRemove: 'delete' }]);
const enabled = maybe('enabled', [false, true, true, true]);
const args = maybe('args', [['--one'], ['--two', '--three']]);

const all = (...parts: readonly fc.Arbitrary<Server>[]): fc.Arbitrary<Server> =>
  fc.tuple(...parts).map((fields) => Object.assign({}, ...fields));

const command = all(
  fc.constantFrom('npx', '/usr/bin/server').map((name) => ({ command: name })),
  args,
  env,
  targets,
  lifecycle,
  enabled,
  maybe('emit', ['plaintext', 'wrapper']),
).map((server): Pinned => ({ server }));

const url = all(
  fc.constantFrom('https://a.example.com/mcp', 'https://b.example.com/mcp').map((text) => ({ url: text })),
  maybe('headers', [
    { Authorization: 'Bearer ${secret.one}' },
    { Authorization: 'Bearer ${secret.two}' },
    { X: 'y' },
  ]),
  targets,
  lifecycle,
  enabled,
).map((server): Pinned => ({ server }));

const packaged = fc
  .tuple(fc.constantFrom('1.0.0' as const, '2.0.0' as const), fc.boolean(), all(args, env, targets, enabled))
  .map(([version, isLocked, server]): Pinned => {
    const name = `npm:@acme/server@${version}`;
    const pin: Pin = {
      kind: 'package',
      package: name,
      integrity: `sha512-${'A'.repeat(86)}==`,
      tree: TREES[version],
    };
    return { server: { package: name, bin: 'server', ...server }, ...(isLocked ? { lock: pin } : {}) };
  });

const imaged = fc
  .tuple(fc.constantFrom(A, B), fc.constantFrom('1', '2'), all(args, env, targets, enabled))
  .map(([digest, tag, server]): Pinned => {
    const image = `registry.example.com/acme/server:${tag}`;
    return { server: { image, ...server }, lock: { kind: 'image', image: `${image}@${digest}` } };
  });

const service = fc
  .tuple(
    fc.constantFrom(A, B),
    all(
      args,
      serviceEnv,
      enabled,
      lifecycle,
      maybe('networks', [['tools'], []]),
      maybe('volumes', [[{ volume: 'data', target: '/data' }], [{ bind: './conf', target: '/conf' }]]),
      maybe('publish', ['127.0.0.1:4100']),
      maybe('resources', [{ memory: '256Mi' }, { memory: '512Mi', pids: 64 }]),
      maybe('headers', [{ Authorization: 'Bearer ${secret.two}' }]),
      maybe('targets', [[{ client: 'claude-code', scope: 'user' }], []]),
    ),
  )
  .map(([digest, server]): Pinned => {
    const image = 'registry.example.com/acme/service:1';
    return {
      server: { image, transport: 'http', port: 3001, path: '/mcp', ...server },
      lock: { kind: 'image', image: `${image}@${digest}` },
    };
  });

const pinned = fc.oneof(command, url, packaged, imaged, service);
const names = ['a', 'b', 'c', 'd', 'e'] as const;

interface Parts {
  readonly servers: Readonly<Record<string, Pinned>>;
  readonly secrets: readonly [string, string];
  readonly shared: Server;
  /** From the first server in user scope to the second, where there is one. */
  readonly isMoved: boolean;
}

const parts: fc.Arbitrary<Parts> = fc.record({
  servers: fc
    .tuple(...names.map((name) => fc.option(pinned, { nil: undefined }).map((each) => [name, each] as const)))
    .map(
      (pairs) => Object.fromEntries(pairs.filter(([, each]) => each !== undefined)) as Record<string, Pinned>,
    ),
  secrets: fc.tuple(fc.constantFrom('ONE', 'OTHER'), fc.constantFrom('TWO', 'THIRD', KEYS)),
  shared: fc.constantFrom<Server>(
    {},
    { volumes: { data: { protect: true } } },
    { volumes: { data: { protect: false } } },
  ),
  isMoved: fc.boolean(),
});

/** Servers that are the same in both are what most changes leave alone. */
const pair = fc.tuple(parts, parts, fc.subarray([...names])).map(([base, other, kept]) => {
  const same = kept.flatMap((name) =>
    base.servers[name] === undefined ? [] : [[name, base.servers[name]] as const],
  );
  return [base, { ...other, servers: { ...other.servers, ...Object.fromEntries(same) } }] as const;
});

export const arbitraryStack: fc.Arbitrary<StackTexts> = parts.map(textsOf);
export const arbitraryPair: fc.Arbitrary<readonly [StackTexts, StackTexts]> = pair.map(
  ([base, head]) => [textsOf({ ...base, isMoved: false }), textsOf(head)] as const,
);

/** JSON is YAML. */
function textsOf({ servers, secrets: [one, two], shared, isMoved }: Parts): StackTexts {
  const pairs = Object.entries(servers);
  const manifest = {
    apiVersion: 'mcpform/v1',
    kind: 'Stack',
    name: 'team',
    secrets: { one: { env: one }, two: two === KEYS ? { file: KEYS } : { exec: ['op', 'read', two] } },
    networks: { tools: {} },
    volumes: { data: {} },
    ...shared,
    ...(isMoved && servers['a'] === undefined && isAtUser(servers['b']) ? { moved: [MOVE] } : {}),
    servers: Object.fromEntries(pairs.map(([name, { server }]) => [name, server])),
  };
  const pins = pairs.flatMap(([name, { lock }]) => (lock === undefined ? [] : [[name, lock] as const]));
  const lock = printLock({ servers: Object.fromEntries(pins), ownership: {}, offers: {}, unknown: {} });
  return { manifest: JSON.stringify(manifest, null, 2), lock: pins.length === 0 ? null : lock };
}

const MOVE = { from: 'claude-code/user/a', to: 'claude-code/user/b' };

function isAtUser(pinned: Pinned | undefined): boolean {
  return pinned !== undefined && /"user"/.test(JSON.stringify(pinned.server['targets'] ?? ['user']));
}
