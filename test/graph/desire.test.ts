import { describe, expect, it } from 'vitest';
import { desire } from '../../src/graph/desire.ts';
import { launchId } from '../../src/graph/launch-id.ts';
import type { ImageLaunchRecord, LaunchRecord } from '../../src/model/launch.ts';
import type { Pin } from '../../src/model/lock.ts';
import type { Manifest, Server } from '../../src/model/manifest.ts';
import type { Desired, DesiredEntry } from '../../src/model/resource.ts';
import { templateText } from '../../src/model/template.ts';
import { server, stack } from './stack.ts';
import { surroundings } from './surroundings.ts';

const user = { client: 'claude-code', scope: 'user' } as const;
const project = { client: 'claude-code', scope: 'project', folder: '/repo' } as const;
const api = {
  client: 'claude-code',
  scope: 'project',
  folder: '/repo/services/api',
  label: 'services/api',
} as const;

const graphOf = (manifest: Manifest, pins: Readonly<Record<string, Pin>> = {}) =>
  desire(manifest, surroundings(pins));

function only(declared: Server, pin?: Pin): DesiredEntry {
  const { desired } = graphOf(stack([declared]), pin === undefined ? {} : { [declared.name]: pin });
  expect(desired).toHaveLength(1);
  return desired[0] as DesiredEntry;
}

const DIRECT =
  'docker run -i --rm --init --cap-drop=ALL --security-opt=no-new-privileges --pids-limit=128 --log-driver=none' +
  ' --label=dev.mcpform.launch=direct --label=dev.mcpform.server=a --label=dev.mcpform.stack=team-tools';
const specLine = ({ spec }: DesiredEntry): string =>
  [spec.command ?? '', ...spec.args].map(templateText).join(' ');
const lineOf = (desired: Desired): string => specLine(desired as DesiredEntry);

describe('desire', () => {
  it('puts every server at every target, in declaration order', () => {
    const { desired, findings } = graphOf(
      stack([server('b', { targets: [user, api] }), server('a', { targets: [project] })]),
    );
    expect(desired.map(({ address }) => address)).toEqual([
      'claude-code/user/b',
      'claude-code/project:services/api/b',
      'claude-code/project/a',
    ]);
    expect(findings).toEqual([]);
  });

  it('writes a command server as declared', () => {
    const desired = only(
      server('a', {
        runtime: { kind: 'command', command: [{ env: 'HOME' }, '/bin/a'] },
        args: ['--token', [{ env: 'T', default: 'none' }]],
        env: { LEVEL: 'debug' },
        timeoutMs: 30_000,
        client: { alwaysLoad: true },
      }),
    );
    expect(desired).toMatchObject({
      provider: 'claude-code',
      kind: 'entry',
      server: 'a',
      target: user,
      runtime: { kind: 'command' },
      at: { file: '/repo/mcp.yaml', pointer: '/servers/a', part: 'key' },
      spec: {
        transport: 'stdio',
        command: [{ env: 'HOME' }, '/bin/a'],
        args: ['--token', [{ env: 'T', default: 'none' }]],
        env: { LEVEL: 'debug' },
        headers: {},
        timeoutMs: 30_000,
        client: { alwaysLoad: true },
      },
    });
    expect(desired.blocked).toBeUndefined();
  });

  it.each(['http', 'sse', 'ws'] as const)('keeps the %s transport of a url server', (transport) => {
    const desired = only(
      server('a', { runtime: { kind: 'url', url: 'https://mcp.example.com/x' }, transport, args: [] }),
    );
    expect(desired.spec).toMatchObject({ transport, url: 'https://mcp.example.com/x', args: [] });
    expect(desired.spec.command).toBeUndefined();
  });

  it('lists where disabled servers would be, and desires nothing of them', () => {
    const { desired, disabled } = graphOf(
      stack([server('off', { enabled: false, targets: [user, project] }), server('on')]),
    );
    expect(desired.map((each) => each.server)).toEqual(['on']);
    expect(disabled).toEqual(['claude-code/user/off', 'claude-code/project/off']);
  });

  it('desires nothing of a stack without servers', () => {
    expect(graphOf(stack([]))).toEqual({ desired: [], disabled: [], findings: [] });
  });
});

describe('secrets', () => {
  it("become the client's own variables when they come from the environment", () => {
    const desired = only(
      server('a', {
        env: { TOKEN: [{ secret: 'github-token' }], MIXED: ['x', '', 'y'] },
      }),
    );
    expect(desired.spec.env).toEqual({ TOKEN: [{ env: 'GITHUB_TOKEN' }], MIXED: 'xy' });
  });

  it('are listed with the place each goes to, sorted, once', () => {
    const desired = only(
      server('a', {
        runtime: { kind: 'command', command: [{ env: 'BIN' }] },
        args: ['-k', [{ env: 'KEY' }], [{ env: 'KEY' }]],
        env: { 'A/B': [{ secret: 'github-token' }], C: ['p', { env: 'C', default: 'd' }] },
      }),
    );
    expect(desired.secrets).toEqual([
      { locator: 'env:KEY', pointer: '/args', via: 'reference' },
      { locator: 'env:BIN', pointer: '/command', via: 'reference' },
      { name: 'github-token', locator: 'env:GITHUB_TOKEN', pointer: '/env/A~1B', via: 'reference' },
      { locator: 'env:C', pointer: '/env/C', via: 'reference' },
    ]);
  });

  it('are seen in the url and the headers of a remote server', () => {
    const desired = only(
      server('a', {
        runtime: { kind: 'url', url: ['https://x.example/', { env: 'TENANT' }] },
        transport: 'http',
        args: [],
        headers: { Authorization: ['Bearer ', { secret: 'github-token' }] },
      }),
    );
    expect(desired.secrets).toEqual([
      {
        name: 'github-token',
        locator: 'env:GITHUB_TOKEN',
        pointer: '/headers/Authorization',
        via: 'reference',
      },
      { locator: 'env:TENANT', pointer: '/url', via: 'reference' },
    ]);
    expect(desired.spec.headers).toEqual({ Authorization: ['Bearer ', { env: 'GITHUB_TOKEN' }] });
  });
});

describe('kept values', () => {
  const keep = (...pointers: string[]) =>
    graphOf(
      stack([
        server('a', { lifecycle: { protect: false, keep: pointers, ignoreChanges: [], adopt: false } }),
      ]),
    );

  it('are pointed out for as long as they are kept, where credentials stand', () => {
    expect(keep('/env/API_KEY', '/timeout', '/args').findings).toMatchObject([
      {
        code: 'GRAPH_VALUE_KEPT',
        severity: 'warning',
        message: expect.stringContaining('"/env/API_KEY", "/args" stay'),
      },
    ]);
  });

  it('elsewhere are nobody’s concern', () => {
    expect(keep('/timeout', '/oauth/scopes').findings).toEqual([]);
  });
});

describe('packages and images', () => {
  const npm = { kind: 'package', ecosystem: 'npm', name: '@scope/server', version: '1.2.3' } as const;
  const pypi = { kind: 'package', ecosystem: 'pypi', name: 'mcp-server[cli]', version: '2.0.0rc1' } as const;
  const digest = `sha256:${'3f'.repeat(32)}`;
  const image = { kind: 'image', image: `ghcr.io/github/mcp:1.1.2@${digest}` } as const;
  const pin = {
    kind: 'package',
    package: 'npm:@scope/server@1.4.0',
    integrity: `sha512-${'A'.repeat(86)}==`,
    tree: `sha256:${'b'.repeat(64)}`,
  } as const;

  it.each([
    ['npm', npm, undefined, 'npx -y @scope/server@1.2.3 server.js'],
    ['npm with a bin', npm, 'serve', 'npx -y --package=@scope/server@1.2.3 -- serve server.js'],
    ['pypi', pypi, undefined, 'uvx --from mcp-server[cli]==2.0.0rc1 mcp-server server.js'],
    ['pypi with a bin', pypi, 'serve', 'uvx --from mcp-server[cli]==2.0.0rc1 serve server.js'],
  ] as const)(
    'launches %s directly at its exact version, and says what that is worth',
    (_, runtime, bin, line) => {
      const declared = server('a', { runtime, launch: 'direct', ...(bin === undefined ? {} : { bin }) });
      const { desired, findings } = graphOf(stack([declared]));
      expect(desired.map(lineOf)).toEqual([line]);
      expect(findings).toMatchObject([
        { code: 'GRAPH_LAUNCH_DIRECT', severity: 'warning', address: 'claude-code/user/a' },
        { code: 'GRAPH_UNLOCKED', severity: 'warning', address: 'claude-code/user/a' },
      ]);
    },
  );

  it('launches what the lock says a range stands for', () => {
    const declared = server('a', { runtime: { ...npm, version: '^1' }, launch: 'direct' });
    const { desired, findings } = graphOf(stack([declared]), { a: pin });
    expect(desired.map(lineOf)).toEqual(['npx -y @scope/server@1.4.0 server.js']);
    expect(findings.map(({ code }) => code)).toEqual(['GRAPH_LAUNCH_DIRECT']);
  });

  it('goes through a shell on Windows, but not in a file that others read', () => {
    const declared = server('a', { runtime: npm, launch: 'direct', targets: [user, project] });
    const { desired } = desire(stack([declared]), { ...surroundings(), platform: 'win32' });
    expect(desired.map(lineOf)).toEqual([
      'cmd /c npx -y @scope/server@1.2.3 server.js',
      'npx -y @scope/server@1.2.3 server.js',
    ]);
  });

  it('launches a locked package through mcpform, bound to the pin by the id of the launch', () => {
    const env = { KEY: [{ env: 'KEY' }], NODE_OPTIONS: '--max-old-space-size=99' } as const;
    const desired = only(server('a', { runtime: npm, args: ['--root', [{ env: 'ROOT' }]], env }), pin);
    expect(desired.launch).toEqual({
      formatVersion: 1,
      server: 'a',
      pin: { package: pin.package, integrity: pin.integrity, tree: pin.tree },
      bin: null,
      args: ['--root', [{ env: 'ROOT' }]],
      loaderVariables: ['NODE_OPTIONS'],
    });
    expect(desired.spec).toMatchObject({ command: '/usr/bin/node', env });
    expect(desired.spec.args).toEqual([
      '/opt/mcpform/mcpform.cjs',
      'exec',
      launchId(desired.launch as LaunchRecord),
    ]);
    expect(desired.pin).toEqual({ name: pin.package, digest: pin.tree, integrity: pin.integrity });
    expect(desired.blocked).toBeUndefined();
  });

  it('names a bundle on this disk by its whole path', () => {
    const runtime = { kind: 'package', ecosystem: 'mcpb', name: './tools/x.mcpb' } as const;
    const bundle = {
      kind: 'package',
      package: 'mcpb:./tools/x.mcpb',
      integrity: `sha256-${'A'.repeat(43)}=`,
    } as const;
    const { launch, pin: summary } = only(server('a', { runtime }), bundle);
    expect(launch).toMatchObject({
      pin: { package: 'mcpb:/repo/tools/x.mcpb', integrity: bundle.integrity },
    });
    expect(summary).toEqual({ name: 'mcpb:./tools/x.mcpb', digest: bundle.integrity });
  });

  it.each([
    ['another version', { package: 'npm:@scope/server@1.4.1' }],
    ['another integrity', { integrity: `sha512-${'B'.repeat(86)}==` }],
    ['another dependency', { tree: `sha256:${'c'.repeat(64)}` }],
  ])('gives the launch another name for %s', (_, other) => {
    const declared = server('a', { runtime: npm });
    const [one, two] = [only(declared, pin), only(declared, { ...pin, ...other })];
    expect(one.spec.args.at(-1)).not.toBe(two.spec.args.at(-1));
    expect(one.launchDigest).not.toBe(two.launchDigest);
  });

  it('launches an image through mcpform, with what is known in the record and the rest in the entry', () => {
    const declared = server('a', {
      runtime: image,
      args: ['serve', [{ env: 'ROOT' }]],
      env: { TOKEN: [{ secret: 'github-token' }], LEVEL: 'debug' },
    });
    const desired = only(declared, { kind: 'image', image: image.image });
    expect(desired.blocked).toBeUndefined();
    expect(desired.launch).toMatchObject({
      server: 'a',
      container: {
        image: image.image,
        args: ['serve', [{ env: 'ROOT' }]],
        env: { TOKEN: [{ env: 'TOKEN' }], LEVEL: 'debug' },
        droppedCapabilities: ['ALL'],
        noNewPrivileges: true,
        service: null,
      },
    });
    expect(desired.spec).toMatchObject({
      command: '/usr/bin/node',
      env: { TOKEN: [{ env: 'GITHUB_TOKEN' }] },
    });
    expect(desired.spec.env).not.toHaveProperty('LEVEL');
    expect(desired.spec.args.at(-1)).toBe(launchId(desired.launch as ImageLaunchRecord));
  });

  it('never lets a client’s value steer docker itself', () => {
    const declared = server('a', { runtime: image, env: { DOCKER_HOST: [{ env: 'X' }] } });
    const pinned = { kind: 'image', image: image.image } as const;
    expect(only(declared, pinned).blocked).toMatchObject({ code: 'GRAPH_LAUNCH_UNAVAILABLE' });
    const literal = server('a', { runtime: image, env: { DOCKER_HOST: 'tcp://inside' } });
    expect(only(literal, pinned).blocked).toBeUndefined();
  });

  it('starts an image by the digest that the lock has for its tag', () => {
    const declared = server('a', { runtime: { kind: 'image', image: 'mcp:1' }, launch: 'direct' });
    const desired = only(declared, { kind: 'image', image: `mcp:1@${digest}` });
    expect(lineOf(desired)).toBe(`${DIRECT} mcp:1@${digest} server.js`);
    expect(desired.pin).toEqual({ name: 'mcp:1', digest });
  });

  it.each(['mcp', 'mcp:latest'])('points out that nobody knows which version "%s" is', (name) => {
    const declared = server('a', { runtime: { kind: 'image', image: name }, launch: 'direct' });
    const { findings } = graphOf(stack([declared]), { a: { kind: 'image', image: `${name}@${digest}` } });
    expect(findings.map(({ code }) => code)).toEqual(['GRAPH_LAUNCH_DIRECT', 'GRAPH_IMAGE_LATEST']);
  });

  it.each([
    ['a verified package', { runtime: npm }],
    ['a range', { runtime: { ...npm, version: '^1.2.3' }, launch: 'direct' }],
    ['a tag', { runtime: { ...npm, version: 'latest' }, launch: 'direct' }],
    ['a package without a version', { runtime: { ...npm, version: undefined }, launch: 'direct' }],
    ['an image by tag', { runtime: { kind: 'image', image: 'mcp:1' }, launch: 'direct' }],
  ] as const)('blocks %s that is not in the lock', (_, more) => {
    const { desired, findings } = graphOf(stack([server('a', more as Partial<Server>), server('b')]));
    expect(findings).toEqual([]);
    expect(desired[0]?.blocked).toMatchObject({ code: 'GRAPH_UNLOCKED', hint: 'run `mcpform lock`' });
    expect(desired[1]?.blocked).toBeUndefined();
  });

  it('launches a pinned image directly, passing variables by name only', () => {
    const declared = server('a', {
      runtime: image,
      launch: 'direct',
      args: ['serve'],
      env: { TOKEN: [{ secret: 'github-token' }], LEVEL: 'debug' },
    });
    const desired = only(declared);
    expect(lineOf(desired)).toBe(`${DIRECT} -e TOKEN -e LEVEL ghcr.io/github/mcp:1.1.2@${digest} serve`);
    expect(desired.spec.env).toEqual({ TOKEN: [{ env: 'GITHUB_TOKEN' }], LEVEL: 'debug' });
    expect(desired.secrets).toEqual([
      { name: 'github-token', locator: 'env:GITHUB_TOKEN', pointer: '/env/TOKEN', via: 'reference' },
    ]);
  });

  it('gives a directly launched image what the manifest says of its container, and says what is risky', () => {
    const engine = {
      volumes: ['./docs:/docs:rw'],
      resources: { memory: '256Mi' },
      security: { addCapabilities: ['NET_RAW'] },
    };
    const declared = server('a', { runtime: image, launch: 'direct', engine });
    const { desired, findings } = graphOf(stack([declared]));
    const line = lineOf(desired[0] as DesiredEntry);
    expect(line).toContain(' --cap-drop=ALL --cap-add=NET_RAW ');
    expect(line).toContain(
      ' --memory=268435456 --pids-limit=128 --mount=type=bind,source=/repo/docs,target=/docs ',
    );
    expect(findings.map(({ code }) => code)).toEqual([
      'GRAPH_LAUNCH_DIRECT',
      'GRAPH_UNLOCKED',
      'GRAPH_CONTAINER_PRIVILEGES',
      'GRAPH_CONTAINER_WRITES',
    ]);
    expect(desired[0]?.container?.mounts).toEqual([
      { kind: 'bind', source: '/repo/docs', target: '/docs', isReadOnly: false },
    ]);
  });

  it('starts an image on the engine of a Docker context, directly and through mcpform', () => {
    const pinned = { kind: 'image', image: image.image } as const;
    const engine = { engine: 'lab' };
    const direct = only(server('a', { runtime: image, launch: 'direct', engine }), pinned);
    expect(lineOf(direct)).toMatch(/^docker --context lab run -i --rm /);
    expect(direct.engine).toBe('lab');
    const attended = only(server('a', { runtime: image, engine }), pinned);
    expect(attended.launch).toMatchObject({ server: 'a', context: 'lab' });
    const ambient = only(server('a', { runtime: image }), pinned);
    expect(ambient.launch).not.toHaveProperty('context');
    expect(ambient).not.toHaveProperty('engine');
    expect(ambient.spec.args).not.toEqual(attended.spec.args);
  });

  it('says of a shared line that its network is not there for who applies nothing', () => {
    const declared = server('a', {
      runtime: image,
      engine: { networks: ['n', 'x'] },
      targets: [user, project],
    });
    const networks = { n: {}, x: { external: true } };
    const { findings, desired } = desire(
      stack([declared], { networks }),
      surroundings({ a: { kind: 'image', image: image.image } }),
    );
    expect(
      findings.map(({ message, address }) => [address, /"team-tools\.[a-z]"/.exec(message)?.[0]]),
    ).toEqual([
      ['claude-code/project/a', undefined],
      ['claude-code/project/a', '"team-tools.n"'],
    ]);
    expect(desired.filter(({ blocked }) => blocked !== undefined)).toEqual([]);
  });

  it('launches directly by default in project scope, where colleagues may not have mcpform', () => {
    const { desired } = graphOf(stack([server('a', { runtime: npm, targets: [user, project] })]));
    expect(desired.map(({ blocked }) => blocked?.code)).toEqual(['GRAPH_UNLOCKED', undefined]);
  });

  it.each([
    [
      'a name that is an option',
      { runtime: { ...npm, name: '--eval' }, launch: 'direct' },
      'not an npm package',
    ],
    ['a path', { runtime: { ...npm, name: '../evil' }, launch: 'direct' }, 'not an npm package'],
    ['an option for uvx', { runtime: { ...pypi, name: '-e' }, launch: 'direct' }, 'not a PyPI project'],
    ['a bin that is an option', { runtime: npm, bin: '-c', launch: 'direct' }, 'not a program name'],
    [
      'a package from git',
      { runtime: { ...npm, ecosystem: 'git' }, launch: 'direct' },
      'from "git" can only',
    ],
    ['a bundle', { runtime: { ...npm, ecosystem: 'mcpb' }, launch: 'direct' }, 'from "mcpb" can only'],
    [
      'an image with a variable that docker itself obeys',
      { runtime: image, env: { DOCKER_HOST: 'tcp://elsewhere' }, launch: 'direct' },
      'variable "DOCKER_HOST" would reach the docker command',
    ],
    [
      'an image with an option that the client would expand',
      { runtime: image, engine: { labels: { a: '${HOME}' } }, launch: 'direct' },
      'would expand a "${"',
    ],
    [
      'a folder beside the manifest in a file that others share',
      { runtime: image, engine: { volumes: ['./data:/data'] }, targets: [project] },
      '"./data" is somewhere else on every machine',
    ],
    [
      'a profile beside the manifest in a file that others share',
      { runtime: image, engine: { security: { seccomp: 'seccomp.json' } }, targets: [project] },
      '"seccomp.json" is somewhere else on every machine',
    ],
  ] as const)('blocks %s, and only that server', (_, more, message) => {
    const { desired, findings } = graphOf(stack([server('a', more as Partial<Server>), server('b')]));
    expect(findings).toEqual([]);
    expect(desired[0]?.blocked?.code).toBe('GRAPH_LAUNCH_UNAVAILABLE');
    expect(desired[0]?.blocked?.message).toContain(message);
    expect(desired[0]?.blocked?.hint).toBeTruthy();
    expect(desired[1]?.blocked).toBeUndefined();
  });
});

describe('dependencies', () => {
  it('are all addresses of the servers named', () => {
    const { desired } = graphOf(
      stack([server('a', { targets: [user, project] }), server('b', { dependsOn: ['a', 'a'] })]),
    );
    expect(desired[2]?.dependsOn).toEqual(['claude-code/project/a', 'claude-code/user/a']);
  });

  it('on a disabled server are dropped with a warning', () => {
    const { desired, findings } = graphOf(
      stack([server('a', { enabled: false }), server('b', { dependsOn: ['a'] })]),
    );
    expect(desired[0]?.dependsOn).toEqual([]);
    expect(findings).toMatchObject([
      {
        code: 'GRAPH_DEPENDENCY_DISABLED',
        severity: 'warning',
        message: 'server "b" depends on "a", which is disabled',
      },
    ]);
  });

  it('may form a diamond', () => {
    const servers = Object.entries({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] }).map(([name, dependsOn]) =>
      server(name, { dependsOn }),
    );
    expect(graphOf(stack(servers)).findings).toEqual([]);
  });
});
