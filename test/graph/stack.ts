import type { Manifest, Server } from '../../src/model/manifest.ts';

/** A canonical manifest with the given servers, as `manifest/` hands it over. */
export function stack(servers: readonly Server[], more: Partial<Manifest> = {}): Manifest {
  return {
    name: 'team-tools',
    files: ['/repo/mcp.yaml'],
    root: '/repo',
    servers,
    secrets: {
      'github-token': { backend: 'env', argument: 'GITHUB_TOKEN' },
      linear: { backend: 'exec', argument: ['op', 'read', 'op://dev/linear/token'] },
    },
    networks: {},
    volumes: {},
    moved: [],
    ...more,
  };
}

/** A server that runs `node server.js` for Claude Code in user scope, unless said otherwise. */
export function server(name: string, more: Partial<Server> = {}): Server {
  return {
    name,
    tags: [],
    enabled: true,
    runtime: { kind: 'command', command: 'node' },
    transport: 'stdio',
    args: ['server.js'],
    env: {},
    headers: {},
    targets: [{ client: 'claude-code', scope: 'user' }],
    dependsOn: [],
    client: {},
    engine: {},
    lifecycle: { protect: false, keep: [], ignoreChanges: [], adopt: false },
    declaredIn: `/servers/${name}`,
    ...more,
  };
}
