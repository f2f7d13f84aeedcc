import { describe, expect, it } from 'vitest';
import { findingsOf, HEAD, manifestOf, parseStack, serverOf } from './stack.ts';

const digest = `sha256:${'3f1c'.repeat(16)}`;

const EXAMPLE = `apiVersion: mcpform/v1
kind: Stack
name: team-tools

variables:
  docs: { default: /srv/docs }

secrets:
  github-token: { env: GITHUB_TOKEN }
  linear: { exec: [op, read, "op://dev/linear/token"] }

defaults:
  targets: [{ client: claude-code, scope: user }]

servers:
  filesystem:                       # a package, pinned with its whole dependency tree by the lock
    package: npm:@modelcontextprotocol/server-filesystem@2026.8.31
    args: ["\${var.docs}"]

  github:                           # an image over stdio
    image: ghcr.io/github/github-mcp-server:1.1.2@${digest}
    env:
      GITHUB_PERSONAL_ACCESS_TOKEN: \${secret.github-token}

  everything:                       # an image over HTTP
    image: registry.example.com/mcp/everything:2.0.0
    transport: http
    port: 3001
    path: /mcp
    health: { interval: 10s, timeout: 3s, retries: 3 }
    resources: { memory: 256Mi, cpus: 0.5, pids: 128 }
    volumes: [{ volume: everything-data, target: /data }]
    networks: [tools]
    security: { readOnly: true, user: "1000:1000", dropCapabilities: [ALL] }

  linear:                           # a remote server, shared with the team through .mcp.json
    url: https://mcp.linear.app/mcp
    headers: { Authorization: "Bearer \${secret.linear}" }
    targets: [{ client: claude-code, scope: project }]

networks: { tools: {} }
volumes: { everything-data: { protect: true } }
`;

const LIFECYCLE = { protect: false, keep: [], ignoreChanges: [], adopt: false };
const USER = [{ client: 'claude-code', scope: 'user' }];

describe('the manifest of the manual', () => {
  it('becomes canonical: variables filled in, defaults applied, references kept as references', () => {
    const { manifest, findings } = parseStack(EXAMPLE);
    expect(findings).toEqual([]);
    const common = { tags: [], enabled: true, env: {}, headers: {}, dependsOn: [], client: {}, engine: {} };
    expect(manifest).toEqual({
      name: 'team-tools',
      files: ['/repo/mcp.yaml'],
      root: '/repo',
      servers: [
        {
          ...common,
          name: 'filesystem',
          runtime: {
            kind: 'package',
            ecosystem: 'npm',
            name: '@modelcontextprotocol/server-filesystem',
            version: '2026.8.31',
          },
          transport: 'stdio',
          args: ['/srv/docs'],
          targets: USER,
          lifecycle: LIFECYCLE,
          declaredIn: '/servers/filesystem',
        },
        {
          ...common,
          name: 'github',
          runtime: { kind: 'image', image: `ghcr.io/github/github-mcp-server:1.1.2@${digest}` },
          transport: 'stdio',
          args: [],
          env: { GITHUB_PERSONAL_ACCESS_TOKEN: [{ secret: 'github-token' }] },
          targets: USER,
          lifecycle: LIFECYCLE,
          declaredIn: '/servers/github',
        },
        {
          ...common,
          name: 'everything',
          runtime: { kind: 'image', image: 'registry.example.com/mcp/everything:2.0.0' },
          transport: 'http',
          args: [],
          engine: {
            port: 3001,
            path: '/mcp',
            health: { interval: '10s', timeout: '3s', retries: 3 },
            resources: { memory: '256Mi', cpus: 0.5, pids: 128 },
            volumes: [{ volume: 'everything-data', target: '/data' }],
            networks: ['tools'],
            security: { readOnly: true, user: '1000:1000', dropCapabilities: ['ALL'] },
          },
          targets: USER,
          lifecycle: LIFECYCLE,
          declaredIn: '/servers/everything',
        },
        {
          ...common,
          name: 'linear',
          runtime: { kind: 'url', url: 'https://mcp.linear.app/mcp' },
          transport: 'http',
          args: [],
          headers: { Authorization: ['Bearer ', { secret: 'linear' }] },
          targets: [{ client: 'claude-code', scope: 'project', folder: '/repo' }],
          lifecycle: LIFECYCLE,
          declaredIn: '/servers/linear',
        },
      ],
      secrets: {
        'github-token': { backend: 'env', argument: 'GITHUB_TOKEN' },
        linear: { backend: 'exec', argument: ['op', 'read', 'op://dev/linear/token'] },
      },
      networks: { tools: {} },
      volumes: { 'everything-data': { protect: true } },
      moved: [],
    });
  });

  it('is plain JSON, so that it can be cached', () => {
    const manifest = manifestOf(EXAMPLE);
    expect(JSON.parse(JSON.stringify(manifest))).toEqual(manifest);
  });

  it('reads the same from CRLF and with a byte order mark', () => {
    const windows = `\ufeff${EXAMPLE.replaceAll('\n', '\r\n')}`;
    expect(parseStack(windows)).toEqual({ manifest: manifestOf(EXAMPLE), findings: [] });
  });
});

describe('a server', () => {
  it('carries every field that any server may carry', () => {
    const server = serverOf(`docs:
  description: Reads the docs
  tags: [docs, read-only]
  enabled: false
  package: pypi:mcp-server-docs==1.2.3
  bin: docs-server
  launch: direct
  emit: wrapper
  timeout: 1m30s
  alwaysLoad: true
  health: { timeout: 500ms }
  lifecycle:
    protect: true
    keep: [/env/API_KEY, /headers/a~1b]
    ignoreChanges: [/timeout]
    onRemove: orphan
    adopt: true
`);
    expect(server).toMatchObject({
      description: 'Reads the docs',
      tags: ['docs', 'read-only'],
      enabled: false,
      runtime: { kind: 'package', ecosystem: 'pypi', name: 'mcp-server-docs', version: '1.2.3' },
      bin: 'docs-server',
      launch: 'direct',
      emit: 'wrapper',
      timeoutMs: 90_000,
      client: { alwaysLoad: true },
      engine: { health: { timeout: '500ms' } },
      lifecycle: {
        protect: true,
        keep: ['/env/API_KEY', '/headers/a~1b'],
        ignoreChanges: ['/timeout'],
        onRemove: 'orphan',
        adopt: true,
      },
    });
  });

  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['2m', 120_000],
    ['1h30m', 5_400_000],
    ['1m500ms', 60_500],
  ])('waits %s as %i ms', (text, timeoutMs) => {
    expect(serverOf(`a: { command: x, timeout: ${text} }\n`).timeoutMs).toBe(timeoutMs);
  });

  it.each(['30', '1.5s', 's', '5s3m', '-1s', '10 s', '1d'])('refuses "%s" as a duration', (text) => {
    expect(findingsOf(`${HEAD}servers:\n  a: { command: x, timeout: "${text}" }\n`)).toEqual([
      `5:29 MANIFEST_WRONG_VALUE servers.a.timeout: expected a duration such as "500ms", "30s", "2m" or "1h30m", found "${text}"`,
    ]);
  });

  it.each([
    ['npm:left-pad@1.3.0', 'npm', 'left-pad', '1.3.0'],
    ['npm:left-pad', 'npm', 'left-pad', undefined],
    ['npm:@a/b@^1.2', 'npm', '@a/b', '^1.2'],
    ['npm:@a/b@latest', 'npm', '@a/b', 'latest'],
    ['pypi:mcp-server-time@2026.1.1', 'pypi', 'mcp-server-time', '2026.1.1'],
    ['pypi:a[cli]==1.0', 'pypi', 'a[cli]', '1.0'],
    ['git:https://github.com/o/r@0a1b2c3', 'git', 'https://github.com/o/r', '0a1b2c3'],
    ['git:ssh://git@github.com/o/r.git@v1', 'git', 'ssh://git@github.com/o/r.git', 'v1'],
    ['mcpb:https://x.example/a.mcpb', 'mcpb', 'https://x.example/a.mcpb', undefined],
  ])('runs %s', (text, ecosystem, name, version) => {
    const expected = { kind: 'package', ecosystem, name, ...(version === undefined ? {} : { version }) };
    expect(serverOf(`a: { package: "${text}" }\n`).runtime).toEqual(expected);
  });

  it.each([
    'left-pad@1.3.0',
    'npn:left-pad',
    'npm:',
    'npm:-g',
    'npm:a@-x',
    'npm:Upper',
    'npm:a b',
    'npm:../x',
    'pypi:-e',
    'pypi:a@--pre',
    'git:file:///etc/passwd',
    'git:ext::sh -c touch% /tmp/x',
    'git:https://-x/o',
    'git:https://github.com/o/r@--upload-pack=x',
    'mcpb:http://x.example/a.mcpb',
    'cargo:x',
  ])('refuses the package "%s"', (text) => {
    expect(parseStack(`${HEAD}servers:\n  a: { package: "${text}" }\n`).findings).toMatchObject([
      { code: 'MANIFEST_PACKAGE', at: { pointer: '/servers/a/package', line: 5 } },
    ]);
  });

  it.each([
    'alpine',
    'alpine:3.20',
    'ghcr.io/a/b_c/d-e:1.2',
    'localhost:5000/x',
    `registry.example.com:443/a/b@${digest}`,
    `a/b:c@${digest}`,
  ])('runs the image %s', (image) => {
    expect(serverOf(`a: { image: "${image}" }\n`).runtime).toEqual({ kind: 'image', image });
  });

  it.each([
    'https://ghcr.io/a/b',
    'Alpine',
    '-v',
    'a:b:c',
    'a@sha256:3f1c',
    'a@md5:00',
    'a//b',
    '../a',
    'a b',
    'ghcr.io/a/b:-x',
  ])('refuses the image "%s"', (image) => {
    expect(parseStack(`${HEAD}servers:\n  a: { image: "${image}" }\n`).findings).toMatchObject([
      { code: 'MANIFEST_IMAGE', at: { pointer: '/servers/a/image' } },
    ]);
  });

  it.each([
    ['https://x.example/mcp', 'http', 'https://x.example/mcp'],
    ['http://127.0.0.1:3001/mcp', 'sse', 'http://127.0.0.1:3001/mcp'],
    ['http://[::1]:3001/', 'http', 'http://[::1]:3001/'],
    ['wss://x.example/ws', 'ws', 'wss://x.example/ws'],
    ['${BASE}/mcp', 'http', [{ env: 'BASE' }, '/mcp']],
    ['https://${HOST:-x.example}/mcp', 'http', ['https://', { env: 'HOST', default: 'x.example' }, '/mcp']],
  ])('calls %s over %s', (url, transport, expected) => {
    const server = serverOf(`a: { url: "${url}", transport: ${transport} }\n`);
    expect(server.runtime).toEqual({ kind: 'url', url: expected });
    expect(server.transport).toBe(transport);
  });

  it.each([
    ['mcp.linear.app/mcp', 'http'],
    ['ftp://x.example/', 'http'],
    ['https://x.example/ws', 'ws'],
    ['wss://x.example/', 'http'],
    ['https:///mcp', 'http'],
    ['https://-x/', 'http'],
    ['https://x.example/a b', 'http'],
    ['javascript:alert(1)', 'http'],
    ['https://x.example:port/', 'http'],
  ])('refuses to call "%s" over %s', (url, transport) => {
    const text = `${HEAD}servers:\n  a: { url: "${url}", transport: ${transport} }\n`;
    expect(parseStack(text).findings).toMatchObject([
      { code: 'MANIFEST_URL', at: { pointer: '/servers/a/url', line: 5 } },
    ]);
  });

  it('keeps what an engine understands as written, in both forms of a mount and of networks', () => {
    const server = serverOf(
      `a:
  image: alpine
  volumes: ["data:/data:ro", "./config:/config", { bind: /srv, target: /srv, readOnly: true }]
  networks: { tools: { aliases: [x] }, other: }
  restart: unless-stopped
  labels: { x-team: core }
`,
      {},
      'networks: { tools: , other: { internal: true } }\nvolumes: { data: }\n',
    );
    expect(server.engine).toEqual({
      volumes: ['data:/data:ro', './config:/config', { bind: '/srv', target: '/srv', readOnly: true }],
      networks: { tools: { aliases: ['x'] }, other: null },
      restart: 'unless-stopped',
      labels: { 'x-team': 'core' },
    });
  });
});

describe('x- keys', () => {
  it('hold anchors and notes, and are ignored wherever keys are fixed', () => {
    const manifest = manifestOf(`${HEAD}x-env: &env { LEVEL: info }
x-notes: ["\${var.unknown}", "\${NAME}"]
servers:
  a: { command: x, env: *env, x-owner: me, lifecycle: { x-why: "\${", protect: true } }
  b: { command: y, env: *env }
`);
    expect(manifest.servers.map(({ env }) => env)).toEqual([{ LEVEL: 'info' }, { LEVEL: 'info' }]);
    expect(JSON.stringify(manifest)).not.toContain('x-');
  });

  it('are names like any other where people choose the keys', () => {
    const manifest = manifestOf(`${HEAD}servers:
  x-ray: { url: "https://x.example/", headers: { x-api-version: "1" } }
secrets: { x-key: { env: KEY } }
`);
    expect(manifest.servers[0]).toMatchObject({ name: 'x-ray', headers: { 'x-api-version': '1' } });
    expect(Object.keys(manifest.secrets)).toEqual(['x-key']);
  });
});

describe('targets', () => {
  const targetsOf = (list: string, root = '/repo') =>
    serverOf(`a: { command: x, targets: [${list}] }\n`, { root }).targets;

  it('default to Claude Code in user scope', () => {
    expect(serverOf('a: { command: x }\n').targets).toEqual(USER);
    expect(targetsOf('{ client: claude-code }')).toEqual(USER);
  });

  it('come from the defaults, and are replaced by those of the server', () => {
    const defaults = 'defaults: { targets: [{ client: claude-code, scope: project }] }\n';
    expect(serverOf('a: { command: x }\n', {}, defaults).targets).toEqual([
      { client: 'claude-code', scope: 'project', folder: '/repo' },
    ]);
    expect(serverOf('a: { command: x, targets: [{ client: claude-code }] }\n', {}, defaults).targets).toEqual(
      USER,
    );
  });

  it.each([
    ['services/api', '/repo', '/repo/services/api', 'services/api'],
    ['./services/../services/api/', '/repo', '/repo/services/api', 'services/api'],
    ['.', '/repo', '/repo', undefined],
    ['.', '/', '/repo', 'repo'],
    ['..', '/repo', '/', '..'],
    ['../other', '/repo', '/other', '../other'],
    ['/home/me/other', '/repo', '/home/me/other', '/home/me/other'],
    ['/repo/inside', '/repo', '/repo/inside', 'inside'],
  ])('with path %s and root %s mean %s, shown as %s', (path, root, folder, label) => {
    expect(targetsOf(`{ client: claude-code, scope: local, path: "${path}" }`, root)).toEqual([
      { client: 'claude-code', scope: 'local', folder, ...(label === undefined ? {} : { label }) },
    ]);
  });

  it.each([
    [
      '{ client: claude, scope: user }',
      '5:40 MANIFEST_TARGET servers.a.targets[0].client: client "claude" is not known',
    ],
    [
      '{ client: claude-code, scope: user, path: x }',
      '5:66 MANIFEST_TARGET servers.a.targets[0].path: "path" means nothing in user scope',
    ],
    [
      '{ client: claude-code, scope: project, path: "~/x" }',
      '5:75 MANIFEST_TARGET servers.a.targets[0].path: "~" is not expanded',
    ],
    [
      '{ client: claude-code, scope: global }',
      '5:60 MANIFEST_WRONG_VALUE servers.a.targets[0].scope: expected one of user, local, project, found "global"',
    ],
    [
      '{ client: claude-code, scope: local }, { client: claude-code, scope: local, path: . }',
      '5:69 MANIFEST_TARGET_DUPLICATE servers.a.targets[1]: is the same place as item 0 of the list',
    ],
    ['', '5:29 MANIFEST_TARGET servers.a.targets: the server is nowhere: it has no target'],
  ])('refuse [%s]', (list, finding) => {
    expect(findingsOf(`${HEAD}servers:\n  a: { command: x, targets: [${list}] }\n`)).toEqual([finding]);
  });

  it('may be empty for an image: a server that only runs', () => {
    expect(serverOf('a: { image: x, transport: http, port: 1, targets: [] }\n').targets).toEqual([]);
  });
});

describe('secrets', () => {
  it.each([
    '{ env: NAME }',
    '{ file: /run/secrets/x }',
    '{ exec: [op, read, "op://a/b/c"] }',
    '{ dotenv: { key: X } }',
    '{ sops: { file: s.yaml, key: a.b } }',
    '{ age: { file: s.age } }',
    '{ pass: work/x }',
    '{ op: "op://a/b/c" }',
    '{ lpass: { name: x } }',
    '{ bws: 382580ab-1368-4e85-bfa3-b02e01400c9f }',
    '{ vault: { path: a/b, field: x } }',
    '{ aws: { secret: a, key: b } }',
    '{ gcp: { project: a, secret: b } }',
    '{ keychain: { service: a } }',
    '{ docker: x }',
    '{ env: NAME, description: the token }',
  ])('are referred to as %s', (document) => {
    const { secrets } = manifestOf(`${HEAD}servers: {}\nsecrets: { s: ${document} }\n`);
    const backend = /\{ ([a-z]+)/.exec(document)?.[1];
    expect(secrets['s']?.backend).toBe(backend);
    expect(secrets['s']?.argument).toBeDefined();
  });

  it.each([
    [
      '{}',
      'MANIFEST_SECRET_BACKEND secrets.s: says nowhere where the secret is; exactly one backend is needed',
    ],
    [
      '{ description: x }',
      'MANIFEST_SECRET_BACKEND secrets.s: says nowhere where the secret is; exactly one backend is needed',
    ],
    [
      '{ env: A, file: b }',
      'MANIFEST_SECRET_BACKEND secrets.s: has env and file; exactly one backend is needed',
    ],
    ['{ enb: A }', 'MANIFEST_UNKNOWN_KEY secrets.s.enb: unknown key "enb"'],
    ['ghp', 'MANIFEST_WRONG_TYPE secrets.s: expected a map, found text'],
    [
      '{ env: "1A" }',
      'MANIFEST_WRONG_VALUE secrets.s.env: expected the name of an environment variable: letters, digits and "_", not starting with a digit, found "1A"',
    ],
    ['{ exec: op read x }', 'MANIFEST_WRONG_TYPE secrets.s.exec: expected a list, found text'],
    ['{ exec: [] }', 'MANIFEST_WRONG_VALUE secrets.s.exec: must not be an empty list'],
    [
      '{ op: dev/x }',
      'MANIFEST_WRONG_VALUE secrets.s.op: expected a reference such as "op://vault/item/field", found "dev/x"',
    ],
    ['{ sops: { file: a } }', 'MANIFEST_MISSING_KEY secrets.s.sops: "key" is missing'],
    [
      '{ aws: { region: a } }',
      'MANIFEST_SECRET_BACKEND secrets.s.aws: needs exactly one of secret and parameter',
    ],
  ])('refuse %s', (document, finding) => {
    const found = findingsOf(`${HEAD}servers: {}\nsecrets:\n  s: ${document}\n`);
    expect(found.map((line) => line.replace(/^\S+ /, ''))).toEqual([finding]);
  });
});
