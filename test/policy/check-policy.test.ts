import { describe, expect, it } from 'vitest';
import { desire } from '../../src/graph/desire.ts';
import type { Server, Template } from '../../src/model/manifest.ts';
import { checkPolicy } from '../../src/policy/check-policy.ts';
import { server, stack } from '../graph/stack.ts';
import { surroundings } from '../graph/surroundings.ts';
import { here, hosts, policy, verdict } from './world.ts';

const command = (program: Template, ...args: Template[]): Partial<Server> => ({
  runtime: { kind: 'command', command: program },
  args,
});
const url = (text: Template): Partial<Server> => ({
  runtime: { kind: 'url', url: text },
  transport: 'http',
  args: [],
});
const env = (name: string): Template => [{ env: name }];

describe('without a policy', () => {
  it('everything is allowed', () => {
    expect(verdict([], command('rm', '-rf', '/'))).toBe('allow');
  });

  it('of the subject, everything is allowed', () => {
    expect(verdict(policy({ scopes: { allow: ['user'] } }), command('rm'))).toBe('allow');
  });
});

describe('commands', () => {
  it.each<[string, readonly string[], Partial<Server>, boolean]>([
    ['the same words', ['node server.js'], command('node', 'server.js'), true],
    ['one more word', ['node server.js'], command('node', 'server.js', '-x'), false],
    ['no arguments', ['node'], command('node'), true],
    ['arguments it does not name', ['node'], command('node', '-e', 'x'), false],
    ['any arguments', ['node **'], command('node', '-e', 'x'), true],
    ['any arguments, none given', ['node **'], command('node'), true],
    ['one argument', ['npx -y @acme/* **'], command('npx', '-y', '@acme/x@1', '--port', '1'), true],
    ['another scope', ['npx -y @acme/*'], command('npx', '-y', '@evil/x'), false],
    ['a word that only begins alike', ['npx -y @acme/*'], command('npx', '-y', 'x@acme/y'), false],
    ['two words hidden in one argument', ['npx -y @acme/x'], command('npx', '-y @acme/x'), false],
    ['one argument for two words', ['npx * *'], command('npx', '-y @acme/x'), false],
    ['another folder’s program of that name', ['npx **'], command('./npx', 'x'), false],
    ['another case', ['npx **'], command('NPX'), false],
    ['a program in a folder', ['/opt/mcp/*'], command('/opt/mcp/a'), true],
    ['a way out of the folder', ['/opt/mcp/*'], command('/opt/mcp/../../tmp/a'), false],
    ['a way out in an argument', ['node /opt/mcp/*'], command('node', '/opt/mcp/../../tmp/a.js'), false],
    ['a variable for the program', ['node*'], command(env('NODE')), false],
    ['a variable inside the program', ['/opt/mcp/*'], command(['/opt/mcp/', { env: 'X' }]), false],
    ['a variable the pattern spells', ['${HOME}/bin/*'], command([{ env: 'HOME' }, '/bin/a']), true],
    ['a variable in an argument', ['node /opt/*'], command('node', ['/opt/', { env: 'X' }]), false],
    ['a whole argument that may be anything', ['node *'], command('node', env('X')), true],
    ['everything', ['*'], command(env('X'), 'a'), true],
    ['nothing', [], command('node'), false],
  ])('allow %s', (_, allow, more, isAllowed) => {
    expect(verdict(policy({ commands: { allow } }), more).startsWith('allow')).toBe(isAllowed);
  });

  it.each<[string, readonly string[], Partial<Server>, boolean]>([
    ['the program with any arguments', ['bash'], command('bash', '-c', 'x'), true],
    ['the program by path', ['bash'], command('/usr/bin/bash', '-c', 'x'), true],
    ['the program in another case', ['bash'], command('BASH'), true],
    ['the program with an extension', ['bash'], command('C:\\bin\\bash.exe'), true],
    ['a program that only ends alike', ['bash'], command('mybash'), false],
    ['a variable that may be it', ['bash'], command(env('SHELL')), true],
    ['a path whose last part may be it', ['bash'], command(['/bin/', { env: 'X' }]), true],
    ['a known program in an unknown folder', ['bash'], command([{ env: 'HOME' }, '/bin/zsh']), false],
    [
      'an argument anywhere',
      ['docker ** --privileged **'],
      command('docker', 'run', '--privileged', 'x'),
      true,
    ],
    ['an argument that may be it', ['docker ** --privileged **'], command('docker', 'run', env('X')), true],
    ['other arguments', ['docker ** --privileged **'], command('docker', 'run', 'x'), false],
    ['a final star and more', ['npx *'], command('npx', '-y', 'x', 'y'), true],
    ['a final star and nothing', ['npx *'], command('npx'), true],
  ])('deny %s', (_, deny, more, isDenied) => {
    expect(verdict(policy({ commands: { deny } }), more).startsWith('deny')).toBe(isDenied);
  });

  it('are denied when both lists match', () => {
    expect(verdict(policy({ commands: { allow: ['*'], deny: ['bash'] } }), command('bash'))).toBe(
      'deny command "bash"',
    );
  });

  it('are warned about, or denied, when no pattern matches and the default says so', () => {
    expect(verdict(policy({ commands: { allow: ['node **'], default: 'warn' } }), command('x'))).toBe(
      'warn command "x"',
    );
    expect(verdict(policy({ commands: { default: 'deny' } }), command('x'))).toBe('deny command "x"');
  });

  it('are not what packages and images are judged as', () => {
    const npm = { kind: 'package', ecosystem: 'npm', name: 'x', version: '1.0.0' } as const;
    expect(verdict(policy({ commands: { default: 'deny' } }), { runtime: npm, launch: 'direct' })).toBe(
      'allow',
    );
  });
});

describe('loader variables', () => {
  const preload = { ...command('node', 'a.js'), env: { NODE_OPTIONS: '--require ./x.js', LEVEL: 'debug' } };

  it.each(['commands', 'packages', 'images', 'registries'] as const)(
    'are denied, unsaid, where %s are restricted',
    (subject) => {
      expect(verdict(policy({ [subject]: { deny: ['npm:nothing'] } }), preload)).toBe(
        'deny variable "NODE_OPTIONS"',
      );
    },
  );

  it('are allowed where nothing is restricted, or by name', () => {
    expect(verdict(policy({ commands: { default: 'warn', allow: ['*'] } }), preload)).toBe('allow');
    expect(
      verdict(policy({ commands: { allow: ['node **'] }, loaderVariables: { allow: ['NODE_*'] } }), preload),
    ).toBe('allow');
  });

  it.each([
    'Path',
    'ld_preload',
    'npm_config_registry',
    'PIP_INDEX_URL',
    'UV_INDEX',
    'PYTHONPATH',
    'DOCKER_HOST',
  ])('include %s', (name) => {
    const more = { ...command('node'), env: { [name]: 'x' } };
    expect(verdict(policy({ commands: { allow: ['node'] } }), more)).toBe(`deny variable "${name}"`);
  });
});

describe('packages', () => {
  const pkg = (ecosystem: 'npm' | 'pypi', name: string, version = '1.2.3'): Partial<Server> => ({
    runtime: { kind: 'package', ecosystem, name, version },
    launch: 'direct',
    args: [],
  });

  it.each<[string, Partial<Server>, boolean]>([
    ['npm:@acme/*', pkg('npm', '@acme/x'), true],
    ['npm:@acme/x@1.2.3', pkg('npm', '@acme/x'), true],
    ['npm:@acme/x@1.*', pkg('npm', '@acme/x'), true],
    ['npm:@acme/x@2.*', pkg('npm', '@acme/x'), false],
    ['npm:@acme/*', pkg('npm', '@acme-evil/x'), false],
    ['npm:acme', pkg('npm', 'acme-evil'), false],
    ['npm:*', pkg('pypi', 'x'), false],
    ['pypi:mcp-server', pkg('pypi', 'Mcp_Server[cli]'), true],
    ['pypi:Mcp.Server==1.2.3', pkg('pypi', 'mcp-server'), true],
    ['*', pkg('npm', 'x'), true],
  ])('allow %s', (pattern, more, isAllowed) => {
    expect(verdict(policy({ packages: { allow: [pattern] } }), more).startsWith('allow')).toBe(isAllowed);
  });

  it.each<[string, Partial<Server>]>([
    ['pypi:evil-pkg', pkg('pypi', 'Evil_Pkg')],
    ['npm:evil', pkg('npm', 'Evil')],
    ['npm:evil@1.2.3', pkg('npm', 'evil')],
    ['*:evil', pkg('npm', 'evil')],
  ])('deny %s in any spelling', (pattern, more) => {
    expect(verdict(policy({ packages: { deny: [pattern] } }), more)).toMatch(/^deny package/);
  });

  it('are judged before they can be launched at all', () => {
    const verified: Partial<Server> = { ...pkg('npm', 'evil'), launch: 'verified' };
    expect(verdict(policy({ packages: { deny: ['npm:evil'] } }), verified)).toBe(
      'deny package "npm:evil@1.2.3"',
    );
  });
});

describe('images and registries', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  const image = (name: string): Partial<Server> => ({
    runtime: { kind: 'image', image: `${name}@${digest}` },
    launch: 'direct',
    args: [],
  });

  it.each<[string, string, boolean]>([
    ['ghcr.io/acme/*', 'ghcr.io/acme/x:1', true],
    ['ghcr.io/acme/*', 'GHCR.io/acme/x:1', true],
    ['ghcr.io/acme/x:1', 'ghcr.io/acme/x:1', true],
    ['ghcr.io/acme/x:2', 'ghcr.io/acme/x:1', false],
    [`ghcr.io/acme/x:1@${digest}`, 'ghcr.io/acme/x:1', true],
    ['ghcr.io/acme/*', 'ghcr.io.evil.example/acme/x', false],
    ['ghcr.io/acme/*', 'evil.example/ghcr.io/acme/x', false],
    ['mcp/*', 'mcp/x:1', true],
    ['mcp/*', 'docker.io/mcp/x:1', true],
    ['docker.io/mcp/*', 'mcp/x', true],
    ['docker.io/library/redis', 'redis:7', true],
    ['mcp/*', 'evil.example/mcp/x', false],
    ['localhost:5000/*', 'localhost:5000/x', true],
  ])('allow %s for %s: %s', (pattern, name, isAllowed) => {
    expect(verdict(policy({ images: { allow: [pattern] } }), image(name)).startsWith('allow')).toBe(
      isAllowed,
    );
  });

  it.each<[string, string, boolean]>([
    ['ghcr.io', 'ghcr.io/acme/x', true],
    ['*.example.com', 'a.example.com:5000/x', true],
    ['*.example.com', 'example.com.evil.test/x', false],
    ['docker.io', 'redis', true],
    ['example.com:5000', 'example.com:5001/x', false],
  ])('come from allowed registries: %s for %s: %s', (pattern, name, isAllowed) => {
    expect(verdict(policy({ registries: { allow: [pattern] } }), image(name)).startsWith('allow')).toBe(
      isAllowed,
    );
  });
});

describe('a local image', () => {
  const local = (name: string): Partial<Server> => ({
    runtime: { kind: 'image', image: name, isLocal: true },
    args: [],
  });

  it.each<['images' | 'registries', string, string, boolean]>([
    ['images', 'local://ghcr.io/acme/*', 'ghcr.io/acme/x:1', true],
    ['images', 'local://*', 'ghcr.io/acme/x:1', true],
    ['images', 'local://acme/*', 'acme/x', true],
    ['images', '*', 'ghcr.io/acme/x:1', true],
    ['images', 'ghcr.io/acme/*', 'ghcr.io/acme/x:1', false],
    ['images', '*/acme/x', 'ghcr.io/acme/x', false],
    ['images', '*acme/x*', 'ghcr.io/acme/x:1', false],
    ['images', 'local/*', 'local/x', false],
    ['images', 'local:5000/*', 'local:5000/x', false],
    ['images', 'localhost/*', 'localhost/x:1', false],
    ['images', 'local://localhost/*', 'localhost/x:1', true],
    ['registries', 'ghcr.io', 'ghcr.io/acme/x', false],
    ['registries', 'localhost', 'localhost/x', false],
    ['registries', '*l*', 'localhost/x', false],
    ['registries', 'local://', 'ghcr.io/acme/x', true],
    ['registries', '*', 'ghcr.io/acme/x', true],
  ])('is allowed under %s by %s, called %s: %s', (subject, pattern, name, isAllowed) => {
    const said = verdict(policy({ [subject]: { allow: [pattern] } }), local(name));
    expect(said.startsWith('allow')).toBe(isAllowed);
  });

  it.each<['images' | 'registries', string]>([
    ['images', 'ghcr.io/acme/*'],
    ['images', 'local://*'],
    ['registries', 'ghcr.io'],
    ['registries', 'local://'],
  ])('is denied under %s by %s', (subject, pattern) => {
    const said = verdict(policy({ [subject]: { deny: [pattern] } }), local('ghcr.io/acme/x:1'));
    expect(said).toBe('deny local image "ghcr.io/acme/x:1"');
  });

  it('is judged so where an engine is asked for it by its id alone, and as its container', () => {
    const runtime = { kind: 'image', image: 'ghcr.io/acme/x:1', isLocal: true } as const;
    const pin = {
      kind: 'local-image',
      image: runtime.image,
      id: `sha256:${'5a'.repeat(32)}`,
    } as const;
    const declared = server('a', { runtime, transport: 'http', args: [], engine: { port: 3000 } });
    const { desired } = desire(stack([declared]), surroundings({ a: pin }));
    const judge = (images: Parameters<typeof policy>[0]['images']) =>
      checkPolicy([policy({ images: images ?? {} })], desired, {
        rendered: new Map(),
        source: here,
        hosts,
      }).map(({ address }) => address);
    const both = [`docker/image/ghcr.io/acme/x@${'5a'.repeat(6)}`, 'docker/container/a'];
    expect(judge({ allow: ['ghcr.io/acme/*'] })).toEqual(both);
    expect(judge({ deny: ['ghcr.io/acme/*'] })).toEqual(both);
    expect(judge({ allow: ['local://ghcr.io/acme/x:1'] })).toEqual([]);
  });

  it('is not what a pattern for local images means by a registry called so', () => {
    const pulled = { runtime: { kind: 'image' as const, image: 'local:5000/x:1' }, args: [] };
    expect(verdict(policy({ images: { allow: ['local://*'] } }), pulled)).toMatch(/^deny image/);
    expect(verdict(policy({ registries: { allow: ['local://'] } }), pulled)).toMatch(/^deny registry/);
  });
});

describe('URL hosts', () => {
  it.each<[string, Template, boolean]>([
    ['mcp.example.com', 'https://mcp.example.com/x', true],
    ['MCP.example.com', 'https://mcp.EXAMPLE.com:8443/x', true],
    ['mcp.example.com:8443', 'https://mcp.example.com:8443/x', true],
    ['mcp.example.com:8443', 'https://mcp.example.com/x', false],
    ['mcp.example.com', 'https://mcp.example.com./x', true],
    ['*.example.com', 'https://a.b.example.com/', true],
    ['*.example.com', 'https://example.com/', false],
    ['*.example.com', 'https://evilexample.com/', false],
    ['mcp.example.com', 'https://mcp.example.com.evil.test/', false],
    ['mcp.example.com', 'https://mcp.example.com@evil.test/', false],
    ['mcp.example.com', 'https://evil.test/?x=mcp.example.com', false],
    ['mcp.example.com', 'https:\\\\evil.test\\mcp.example.com', false],
    ['mcp.example.com', 'not a url', false],
    ['mcp.example.com', ['https://mcp.example.com/', { env: 'TENANT' }], true],
    ['*', ['https://', { env: 'HOST' }, '/'], true],
    ['*.example.com', ['https://', { env: 'HOST' }, '.example.com/'], false],
    ['mcp.example.com', ['https://mcp.example.com', { env: 'X' }], false],
    ['[::1]:80*', 'http://[::1]:8080/', true],
  ])('allow %s for %j: %s', (pattern, text, isAllowed) => {
    expect(verdict(policy({ urlHosts: { allow: [pattern] } }), url(text)).startsWith('allow')).toBe(
      isAllowed,
    );
  });

  it('that nobody knows yet are denied wherever hosts are restricted', () => {
    const unknown = url(['https://', { env: 'HOST' }, '/']);
    expect(verdict(policy({ urlHosts: { deny: ['evil.test'] } }), unknown)).toBe(
      'deny a URL whose host is not known',
    );
    expect(verdict(policy({ urlHosts: { default: 'warn' } }), unknown)).toBe(
      'warn a URL whose host is not known',
    );
  });
});

describe('headersHelper', () => {
  const helper = (text: string): Partial<Server> => ({
    ...url('https://a.test/'),
    client: { headersHelper: text },
  });

  it.each<[string, string, boolean]>([
    ['/opt/token *', '/opt/token --audience x', true],
    ['/opt/token *', '/opt/token; rm -rf ~', false],
    ['/opt/token *', '/opt/token $(evil)', false],
    ['/opt/token *', '/opt/token x\nevil', false],
    ['/opt/token "$AUD"', '/opt/token "$AUD"', true],
    ['*', 'anything; at all', true],
  ])('allow %s for %j: %s', (pattern, text, isAllowed) => {
    expect(verdict(policy({ headersHelper: { allow: [pattern] } }), helper(text)).startsWith('allow')).toBe(
      isAllowed,
    );
  });

  it('is denied without being quoted, since people paste keys there', () => {
    expect(verdict(policy({ headersHelper: { default: 'deny' } }), helper('echo sk-123'))).toBe(
      'deny headersHelper',
    );
  });
});

describe('scopes, clients and secrets', () => {
  it('are judged by name', () => {
    const strict = policy({
      scopes: { deny: ['user'] },
      clients: { allow: ['vscode'] },
      secrets: { allow: ['env:MCP_*'] },
    });
    const more = { env: { A: env('MCP_KEY'), B: env('GITHUB_TOKEN'), C: [{ secret: 'github-token' }] } };
    expect(verdict(strict, more)).toBe(
      'deny client "claude-code"; deny scope "user"; deny secret "env:GITHUB_TOKEN"',
    );
  });
});

describe('sources', () => {
  it.each<[string, string | null, boolean]>([
    ['github.com/acme/*', 'https://github.com/acme/tools.git', true],
    ['github.com/acme/*', 'git@github.com:acme/tools.git', true],
    ['github.com/acme/tools', 'ssh://git@github.com/acme/tools/', true],
    ['github.com/acme/*', 'github.com/acme/tools', true],
    ['git.acme.com:8443/acme/*', 'git.acme.com:8443/acme/tools', true],
    ['github.com/acme/*', 'github.com.evil.test/acme/tools', false],
    ['github.com/acme/*', 'github.com/acme/../evil/tools', false],
    ['github.com/acme/*', '../github.com/acme/tools', false],
    ['github.com/acme/*', 'https://github.com.evil.test/acme/tools', false],
    ['github.com/acme/*', 'https://github.com/acme/../evil/tools', false],
    ['github.com/acme/*', 'git@github.com:acme/../evil/tools', false],
    ['github.com/acme/*', null, false],
    ['file:/repo', null, true],
    ['file:*', '/srv/git/tools.git', true],
  ])('allow %s for %j: %s', (pattern, remote, isAllowed) => {
    const source = { ...here, remote };
    expect(verdict(policy({ sources: { allow: [pattern] } }), {}, source).startsWith('allow')).toBe(
      isAllowed,
    );
  });
});

describe('several policies', () => {
  it('must all allow, and each says so itself', () => {
    const root = policy({ commands: { allow: ['node **'] } });
    const own = policy({ commands: { deny: ['node'] } }, '/home/me/.config/mcpform/policy.yaml');
    const { desired } = desire(stack([server('a')]), surroundings());
    expect(checkPolicy([root, own], desired, { rendered: new Map(), source: here, hosts })).toEqual([
      {
        code: 'POLICY_DENIED',
        severity: 'error',
        message:
          '"claude-code/user/a": command "node" is denied by the policy "/home/me/.config/mcpform/policy.yaml"',
        hint: 'change the manifest, or have `commands` in the policy allow it',
        address: 'claude-code/user/a',
        at: { file: '/repo/mcp.yaml', pointer: '/servers/a', part: 'key' },
      },
    ]);
  });

  it('give one finding for every thing and every server', () => {
    const strict = policy({ commands: { default: 'deny' }, scopes: { default: 'warn' } });
    const { desired } = desire(stack([server('a'), server('b')]), surroundings());
    expect(
      checkPolicy([strict], desired, { rendered: new Map(), source: here, hosts }).map(({ code }) => code),
    ).toEqual(['POLICY_WARNING', 'POLICY_DENIED', 'POLICY_WARNING', 'POLICY_DENIED']);
  });
});
