import { describe, expect, it } from 'vitest';
import { desire } from '../../src/graph/desire.ts';
import { launchId } from '../../src/graph/launch-id.ts';
import type { Server } from '../../src/model/manifest.ts';
import type { DesiredEntry } from '../../src/model/resource.ts';
import { server, stack } from './stack.ts';
import { surroundings } from './surroundings.ts';

const PROJECT = [{ client: 'claude-code', scope: 'project', folder: '/repo', label: '.' }] as const;

function entryOf(declared: Server): DesiredEntry {
  const graph = desire(
    stack([declared], {
      secrets: {
        'github-token': { backend: 'env', argument: 'GITHUB_TOKEN' },
        linear: { backend: 'exec', argument: ['op', 'read', 'op://dev/linear/token'] },
        local: { backend: 'file', argument: 'secrets/token' },
        dot: { backend: 'dotenv', argument: { key: 'TOKEN' } },
      },
    }),
    surroundings({}),
  );
  const [entry] = graph.desired;
  if (entry?.kind !== 'entry') throw new Error('no entry');
  return entry;
}

const remote = (more: Partial<Server>): Server =>
  server('a', {
    runtime: { kind: 'url', url: 'https://mcp.example.com/mcp' },
    transport: 'http',
    args: [],
    ...more,
  });

describe('a secret that its client cannot read', () => {
  it('leaves the entry for the record of what mcpform exec starts, by its source and with no value', () => {
    const entry = entryOf(
      server('a', { env: { TOKEN: ['x-', { secret: 'linear' }], LEVEL: 'debug', REF: [{ env: 'R' }] } }),
    );
    expect(entry.blocked).toBeUndefined();
    expect(entry.launch).toEqual({
      formatVersion: 1,
      server: 'a',
      command: 'node',
      args: ['server.js'],
      loaderVariables: [],
      env: { TOKEN: ['x-', { secret: 'linear' }] },
      secrets: { linear: { backend: 'exec', argument: ['op', 'read', 'op://dev/linear/token'] } },
    });
    expect(entry.spec.env).toEqual({ LEVEL: 'debug', REF: [{ env: 'R' }] });
    expect(entry.spec.args.at(-1)).toBe(entry.launch && launchId(entry.launch));
    expect(entry.secrets).toEqual([
      { locator: 'env:R', pointer: '/env/REF', via: 'reference' },
      {
        name: 'linear',
        locator: 'exec:["op","read","op://dev/linear/token"]',
        pointer: '/env/TOKEN',
        via: 'wrapper',
      },
    ]);
  });

  it('leaves the headers for a header helper, bound to the URL', () => {
    const entry = entryOf(
      remote({ headers: { Authorization: ['Bearer ', { secret: 'linear' }], 'X-Team': 'tools' } }),
    );
    expect(entry.spec.headers).toEqual({ 'X-Team': 'tools' });
    expect(entry.launch).toMatchObject({
      url: 'https://mcp.example.com/mcp',
      headers: { Authorization: ['Bearer ', { secret: 'linear' }] },
    });
    const id = entry.launch && launchId(entry.launch);
    expect(entry.spec.client['headersHelper']).toMatch(new RegExp(`exec ${id}$`));
  });

  it('is found from the manifest, wherever mcpform is started', () => {
    expect(entryOf(server('a', { env: { T: [{ secret: 'local' }] } })).secrets).toMatchObject([
      { locator: 'file:/repo/secrets/token' },
    ]);
    expect(entryOf(server('a', { env: { T: [{ secret: 'dot' }] } })).secrets).toMatchObject([
      { locator: 'dotenv:{"file":"/repo/.env","key":"TOKEN"}' },
    ]);
  });

  it.each<[string, Server, string]>([
    ['a URL', remote({ runtime: { kind: 'url', url: ['https://x/', { secret: 'linear' }] } }), 'in its URL'],
    [
      'a file that is shared',
      server('a', { env: { T: [{ secret: 'linear' }] }, targets: PROJECT }),
      'colleagues who share the file may not have it',
    ],
    [
      'a reference',
      server('a', { env: { T: [{ secret: 'linear' }] }, emit: 'reference' }),
      'the client has no reference for it',
    ],
    [
      'a program that depends on where the client is started',
      server('a', { runtime: { kind: 'command', command: './run' }, env: { T: [{ secret: 'linear' }] } }),
      'another program wherever the client is started',
    ],
    [
      'headers that another helper makes',
      remote({ headers: { A: [{ secret: 'linear' }] }, client: { headersHelper: '/opt/token' } }),
      'has one of its own',
    ],
  ])('goes into %s never: the server is blocked, and says what to do', (_, declared, words) => {
    const { blocked } = entryOf(declared);
    expect(blocked).toMatchObject({ code: 'GRAPH_SECRET_UNAVAILABLE', severity: 'error' });
    expect(blocked?.message).toContain(words);
    expect(blocked?.hint).not.toBe('');
  });

  it('goes into a shared file where everybody has mcpform, and the manifest says so', () => {
    const entry = entryOf(
      server('a', { env: { T: [{ secret: 'linear' }] }, targets: PROJECT, emit: 'wrapper' }),
    );
    expect(entry.blocked).toBeUndefined();
    expect(entry.spec.env).toEqual({});
  });
});

describe('emit', () => {
  it('wrapper also takes what the client could read', () => {
    const entry = entryOf(server('a', { env: { T: [{ secret: 'github-token' }] }, emit: 'wrapper' }));
    expect(entry.spec.env).toEqual({});
    expect(entry.launch).toMatchObject({
      env: { T: [{ secret: 'github-token' }] },
      secrets: { 'github-token': { backend: 'env', argument: 'GITHUB_TOKEN' } },
    });
    expect(entry.secrets).toMatchObject([{ via: 'wrapper' }]);
  });

  it('plaintext leaves the template for apply to fill in, and says what that means', () => {
    const declared = server('a', { env: { T: ['x', { secret: 'linear' }] }, emit: 'plaintext' });
    const entry = entryOf(declared);
    expect(entry.launch).toBeUndefined();
    expect(entry.fills).toEqual([{ kind: 'text', pointer: '/env/T', template: ['x', { secret: 'linear' }] }]);
    expect(entry.secrets).toMatchObject([{ via: 'plaintext' }]);
    const { findings } = desire(stack([declared]), surroundings({}));
    expect(findings).toMatchObject([{ code: 'SECRET_EXPOSED', severity: 'warning' }]);
  });

  it('plaintext never goes into a file that is shared', () => {
    const entry = entryOf(
      server('a', { env: { T: [{ secret: 'linear' }] }, emit: 'plaintext', targets: PROJECT }),
    );
    expect(entry.blocked).toMatchObject({ code: 'GRAPH_SECRET_UNAVAILABLE' });
    expect(entry.fills).toBeUndefined();
  });
});

describe('a launch id in a manifest', () => {
  const id = `github-${'0123456789abcdef'.repeat(2)}`;

  it.each<[string, Server]>([
    ['as arguments', server('a', { runtime: { kind: 'command', command: 'mcpform' }, args: ['exec', id] })],
    [
      'through a shell',
      server('a', { runtime: { kind: 'command', command: 'sh' }, args: ['-c', `X=1 mcpform exec ${id}`] }),
    ],
    [
      'quoted',
      server('a', { runtime: { kind: 'command', command: 'sh' }, args: ['-c', `"m" "exec" "${id}"`] }),
    ],
    [
      'through a variable of a shell',
      server('a', {
        runtime: { kind: 'command', command: 'sh' },
        args: ['-c', 'mcpform exec "${L}"'],
        env: { L: id },
      }),
    ],
    ['in a header helper', remote({ client: { headersHelper: `mcpform exec ${id}` } })],
  ])('is refused: %s', (_, declared) => {
    expect(entryOf(declared).blocked).toMatchObject({ code: 'GRAPH_LAUNCH_BORROWED' });
  });
});

describe('the digest of a launch', () => {
  const digest = (more: Partial<Server>): string => entryOf(server('a', more)).launchDigest;
  const T = [{ secret: 'linear' }];

  it('changes with every variable of a server that receives a secret: one may say where it is sent', () => {
    expect(digest({ env: { T } })).not.toBe(digest({ env: { T, API: 'https://evil.example' } }));
    expect(digest({ env: { T } })).not.toBe(digest({ env: { T, API: 'https://evil.example' }, args: ['x'] }));
  });

  it('changes with the command that mcpform exec starts', () => {
    const command = (name: string): string =>
      digest({ env: { T }, runtime: { kind: 'command', command: name } });
    expect(command('node')).not.toBe(command('python3'));
    expect(command('node')).toBe(command('node'));
  });

  it('changes when a secret is written down in clear, and not where there is none', () => {
    expect(digest({ env: { T } })).not.toBe(digest({ env: { T }, emit: 'plaintext' }));
    expect(digest({ emit: 'plaintext' })).toBe(digest({}));
  });

  it('does not change with the variables of one that receives none', () => {
    expect(digest({ env: { A: '1' } })).toBe(digest({ env: { A: '2' } }));
  });
});
