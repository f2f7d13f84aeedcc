import { describe, expect, it } from 'vitest';
import { treeDigest } from '../../../src/lock/tree-file.ts';
import type { PackagePin } from '../../../src/model/lock.ts';
import type { Runtime } from '../../../src/model/manifest.ts';
import type { ResolveRequest } from '../../../src/model/resolver.ts';
import { pypiResolver } from '../../../src/resolve/pypi/resolver.ts';
import { type Fake, fakePython, fakeWorld, type Page } from '../fake-world.ts';

const [a, b, c] = ['a'.repeat(64), 'b'.repeat(64), 'c'.repeat(64)];
const json = 'application/vnd.pypi.simple.v1+json';
const help = { stdout: '--index-url <url> (default https://index.example/simple).' };

const ask = (
  name: string,
  version?: string,
  more: Partial<ResolveRequest<PackagePin>> = {},
): ResolveRequest<PackagePin> => ({
  server: 'time',
  runtime: {
    kind: 'package',
    ecosystem: 'pypi',
    name,
    ...(version === undefined ? {} : { version }),
  } satisfies Runtime,
  current: null,
  currentTree: null,
  isUpdate: false,
  cooldownMs: 0,
  root: '/work',
  ...more,
});

const report = (name: string, version: string, sha256 = a, requires: readonly string[] = []): string =>
  JSON.stringify({
    version: '1',
    environment: { sys_platform: 'linux', python_version: '3.11', platform_python_implementation: 'CPython' },
    install: [
      {
        download_info: {
          url: `https://files.example/${name}-${version}-py3-none-any.whl`,
          archive_info: { hashes: { sha256 } },
        },
        is_direct: false,
        metadata: { name, version, requires_dist: requires },
      },
    ],
  });

const page = (
  name: string,
  files: Readonly<Record<string, { sha256: string; at?: string; yanked?: string }>>,
): Page => ({
  headers: { 'content-type': json },
  body: JSON.stringify({
    files: Object.entries(files).map(([version, { sha256, at, yanked }]) => ({
      filename: `${name}-${version.replace('@', '-py3-none-')}${version.includes('@') ? '' : '-py3-none-any'}.whl`,
      hashes: { sha256 },
      yanked: yanked ?? false,
      ...(at === undefined ? {} : { 'upload-time': at }),
    })),
  }),
});

/** pip that resolves to what it is told, with no configuration. */
const pip = (stdout: string, config = ''): Fake =>
  fakePython((args) =>
    args[0] === 'config' ? { stdout: config } : args.includes('--help') ? help : { stdout },
  );

const failingPip = (stderr: string): Fake =>
  fakePython((args) => (args.includes('--dry-run') ? { exitCode: 1, stderr } : help));

describe('a Python project', () => {
  it('is pinned with all wheels of its version, in the one page that has what pip chose', async () => {
    const { ctx, ran } = fakeWorld(
      pip(report('mcp-time', '1.0', a), `global.extra-index-url='https://other.example/simple'`),
      {
        'https://other.example/simple/mcp-time/': page('mcp_time', {
          '1.0': { sha256: a },
          '1.0@win_amd64': { sha256: b },
        }),
        'https://index.example/simple/mcp-time/': page('mcp_time', { '1.0': { sha256: c } }),
      },
    );
    const { pin, tree, findings } = await pypiResolver.resolve(ask('MCP_time'), ctx);
    expect(tree).toBe(
      `# Written by mcpform; commit it beside the lock.\n# Resolved by pip for CPython 3.11 on linux.\nmcp-time==1.0 \\\n    --hash=sha256:${a} \\\n    --hash=sha256:${b}\n`,
    );
    expect(pin).toEqual({
      kind: 'package',
      package: 'pypi:MCP_time@1.0',
      requested: 'pypi:MCP_time',
      tree: treeDigest(tree as string),
    });
    expect(findings).toEqual([]);
    const call = ran.find(({ args }) => args.includes('--dry-run'));
    expect(call?.args.slice(0, 2)).toEqual(['-I', '-c']);
    expect(call?.args.slice(3)).toEqual([
      ...['install', '--dry-run', '--ignore-installed', '--quiet', '--report', '-', '--only-binary', ':all:'],
      ...['--no-color', '--progress-bar', 'off', '--', 'mcp-time'],
    ]);
    expect(call?.options.cwd).toMatch(/^\/c\/resolve\/[0-9a-f]{16}$/);
  });

  it('is what is locked, and nobody is asked, while that answers the question', async () => {
    const { ctx, ran, requests } = fakeWorld(() => null);
    const tree = `x==1.0 \\\n    --hash=sha256:${a}\n`;
    const current: PackagePin = {
      kind: 'package',
      package: 'pypi:x@1.0',
      requested: 'pypi:x',
      tree: treeDigest(tree),
    };
    const kept = await pypiResolver.resolve(
      ask('x', undefined, { current, currentTree: tree.replaceAll('\n', '\r\n') }),
      ctx,
    );
    expect(kept.pin).toBe(current);
    expect([...ran, ...requests]).toEqual([]);
  });

  it('keeps its extras and the spelling of its version', async () => {
    const { ctx, ran } = fakeWorld(pip(report('x', '1.0')));
    const { pin } = await pypiResolver.resolve(ask('X[cli,B_a]', '1.0.0'), ctx);
    expect(pin).toMatchObject({ package: 'pypi:X[cli,B_a]@1.0.0' });
    expect(pin).not.toHaveProperty('requested');
    expect(ran.at(-1)?.args.at(-1)).toBe('x[b-a,cli]==1.0.0');
  });

  it('has one hash, and a finding, when the index cannot be read', async () => {
    const { ctx } = fakeWorld(pip(report('x', '1.0')), {
      'https://index.example/simple/x/': { status: 401 },
    });
    const { tree, findings } = await pypiResolver.resolve(ask('x'), ctx);
    expect(tree).toContain(
      `only: the index did not say which others there are.\nx==1.0 \\\n    --hash=sha256:${a}\n`,
    );
    expect(findings.map(({ code, message }) => [code, message])).toEqual([
      [
        'RESOLVE_PARTIAL',
        `server "time": only this machine's wheel of "x" is pinned: the index could not be read`,
      ],
    ]);
  });

  it('says which version was withdrawn', async () => {
    const { ctx } = fakeWorld(pip(report('x', '1.0')), {
      'https://index.example/simple/x/': page('x', { '1.0': { sha256: a, yanked: '' } }),
    });
    expect((await pypiResolver.resolve(ask('x', '1.0'), ctx)).findings).toMatchObject([
      { code: 'RESOLVE_YANKED' },
    ]);
  });

  it('is not chosen among versions that are too young', async () => {
    const { ctx, ran } = fakeWorld(pip(report('x', '1.0')), {
      'https://index.example/simple/x/': page('x', {
        '1.0': { sha256: a, at: '2025-11-01T00:00:00Z' },
        '1.1': { sha256: b, at: '2025-12-31T00:00:00Z' },
        '1.0@win_amd64': { sha256: c, at: '2025-12-31T00:00:00Z' },
      }),
    });
    const { findings } = await pypiResolver.resolve(ask('x', '>=1', { cooldownMs: 7 * 86_400_000 }), ctx);
    expect(ran.at(-1)?.args.at(-1)).toBe('x>=1,!=1.1');
    expect(findings).toMatchObject([{ code: 'RESOLVE_COOLDOWN', severity: 'info' }]);
  });

  it('says when an index has no dates to cool down by', async () => {
    const { ctx, ran } = fakeWorld(pip(report('x', '1.0')), {
      'https://index.example/simple/x/': page('x', { '1.0': { sha256: a } }),
    });
    const { findings } = await pypiResolver.resolve(ask('x', undefined, { cooldownMs: 1000 }), ctx);
    expect(ran.at(-1)?.args.at(-1)).toBe('x');
    expect(findings).toMatchObject([{ code: 'RESOLVE_COOLDOWN', severity: 'warning' }]);
  });
});

describe('a version that was locked', () => {
  const locked = (hashes: readonly string[]) => {
    const currentTree = `x==1.0 \\\n${hashes.map((hash) => `    --hash=sha256:${hash}`).join(' \\\n')}\n`;
    const current: PackagePin = {
      kind: 'package',
      package: 'pypi:x@1.0',
      requested: 'pypi:x',
      tree: treeDigest(currentTree),
    };
    return { current, currentTree, isUpdate: true };
  };
  const now = (files: readonly string[]) =>
    fakeWorld(pip(report('x', '1.0', files[0])), {
      'https://index.example/simple/x/': page(
        'x',
        Object.fromEntries(files.map((sha256, index) => [`1.0@p${index}`, { sha256 }])),
      ),
    }).ctx;

  it('may get more wheels, or lose some', async () => {
    expect((await pypiResolver.resolve(ask('x', undefined, locked([a])), now([a, b]))).tree).toContain(b);
    expect((await pypiResolver.resolve(ask('x', undefined, locked([a, b])), now([a]))).tree).not.toContain(b);
  });

  it('never has another wheel instead: both hashes are named', async () => {
    await expect(pypiResolver.resolve(ask('x', undefined, locked([a])), now([b]))).rejects.toMatchObject({
      code: 'RESOLVE_INTEGRITY',
      message: `"x" 1.0 was locked with sha256:${a} and now has sha256:${b} instead`,
    });
  });
});

describe('what pip is started with', () => {
  it('is where things come from; not what to install, where to, or what Python loads', async () => {
    const { ctx, ran } = fakeWorld(
      pip(report('x', '1.0')),
      {},
      {
        PIP_INDEX_URL: 'https://a.example',
        PIP_CERT: '/ca.pem',
        HTTPS_PROXY: 'http://proxy:1',
        PIP_REQUIREMENT: '/evil.txt',
        PIP_EDITABLE: '/evil',
        PIP_TARGET: '/evil',
        PIP_PYTHON: '/evil',
        pip_no_binary: ':all:',
        PYTHONPATH: '/evil',
        PYTHONSTARTUP: '/evil',
      },
    );
    await pypiResolver.resolve(ask('x'), ctx);
    for (const { options } of ran.filter(({ command }) => command === 'python3')) {
      expect(options.inheritsEnv).toBe(false);
      expect(Object.values(options.env ?? {}).filter((value) => /evil|:all:/.test(value))).toEqual([]);
    }
    expect(ran.at(-1)?.options.env).toMatchObject({
      PIP_INDEX_URL: 'https://a.example',
      PIP_CERT: '/ca.pem',
      HTTPS_PROXY: 'http://proxy:1',
    });
  });

  it.each([
    ['-r/etc/passwd', undefined],
    ['--index-url=x', undefined],
    ['x', '--pre'],
    ['x', '1.0 --pre'],
    ['x @ https://evil.example/x.whl', undefined],
    ['./x', undefined],
    ['x', 'latest'],
    ['x;os_name', undefined],
  ])('is never %j at %j', async (name, version) => {
    const { ctx, ran } = fakeWorld(() => null);
    await expect(pypiResolver.resolve(ask(name, version), ctx)).rejects.toMatchObject({
      code: 'RESOLVE_NAME',
    });
    expect(ran).toEqual([]);
  });
});

describe('a failure', () => {
  it.each([
    ['there is no Python', () => null, 'RESOLVE_TOOL', 'no Python 3.9 or newer'],
    ['pip is too old', fakePython(() => help, '22.1'), 'RESOLVE_TOOL', 'pip 22.1, which is older than 22.2'],
    [
      'the index is away',
      failingPip('WARNING: Retrying\nERROR: Max retries exceeded with url: https://me:pw@x/y'),
      'RESOLVE_UNAVAILABLE',
      'https://x/y',
    ],
    [
      'a dependency is wanted by address',
      pip(report('x', '1.0').replace('"is_direct":false', '"is_direct":true')),
      'RESOLVE_SOURCE',
      '"x"',
    ],
    [
      'pip chose a source archive',
      pip(report('x', '1.0').replace('-py3-none-any.whl', '.tar.gz')),
      'RESOLVE_SOURCE',
      '"x"',
    ],
    ['the report is none', pip('nonsense'), 'RESOLVE_TOOL', 'JSON'],
    [
      'versions conflict',
      failingPip('ERROR: ResolutionImpossible: for help'),
      'RESOLVE_TOOL',
      'ResolutionImpossible',
    ],
  ] as const)('that %s has its code and its words, and no password', async (_, fake, code, words) => {
    const { ctx } = fakeWorld(fake);
    const failure = pypiResolver.resolve(ask('x'), ctx);
    await expect(failure).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
    await expect(failure).rejects.not.toMatchObject({ message: expect.stringContaining('pw') });
  });

  it('of a project without wheels says so', async () => {
    const stderr = 'ERROR: Could not find a version that satisfies the requirement x (from versions: none)';
    const files = [{ filename: 'x-1.0.tar.gz', hashes: { sha256: a } }];
    const sources = { headers: { 'content-type': json }, body: JSON.stringify({ files }) };
    const { ctx } = fakeWorld(failingPip(stderr), { 'https://index.example/simple/x/': sources });
    await expect(pypiResolver.resolve(ask('x'), ctx)).rejects.toMatchObject({ code: 'RESOLVE_NO_WHEEL' });
    await expect(pypiResolver.resolve(ask('x'), fakeWorld(failingPip(stderr)).ctx)).rejects.toMatchObject({
      code: 'RESOLVE_NOT_FOUND',
    });
  });
});

describe('the passwords of an index', () => {
  it('go to it alone, and to nobody it redirects to', async () => {
    const config = `global.index-url='https://me:p%40ss@index.example/simple'`;
    const { ctx, requests } = fakeWorld(pip(report('x', '1.0'), config), {
      'https://index.example/simple/x/': { status: 302, headers: { location: 'https://mirror.example/x/' } },
      'https://mirror.example/x/': page('x', { '1.0': { sha256: a } }),
    });
    await pypiResolver.resolve(ask('x'), ctx);
    const sent = requests.map(({ url, headers }) => [url, headers?.['authorization']]);
    expect(sent).toEqual([
      ['https://index.example/simple/x/', `Basic ${Buffer.from('me:p@ss').toString('base64')}`],
      ['https://mirror.example/x/', undefined],
    ]);
  });
});

describe('an index that only pip can reach', () => {
  it('is asked once, not once for each of a hundred projects', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `p${index}`);
    const { install, ...rest } = JSON.parse(report('x', '1.0'));
    const many = names.map((name) => ({ ...install[0], metadata: { name, version: '1.0' } }));
    const { ctx, requests } = fakeWorld(pip(JSON.stringify({ ...rest, install: [...install, ...many] })));
    ctx.system.network.request = async (request) => {
      requests.push(request);
      throw Object.assign(new Error('connect'), { code: 'ETIMEDOUT' });
    };
    const { findings } = await pypiResolver.resolve(ask('x'), ctx);
    expect(findings).toMatchObject([
      { code: 'RESOLVE_PARTIAL', message: expect.stringContaining('and 16 more') },
    ]);
    expect(requests.length).toBeLessThanOrEqual(8);
  });

  it('is trusted by the certificates that pip has for it', async () => {
    const { ctx, requests } = fakeWorld(pip(report('x', '1.0'), `global.cert='/c/ca.pem'`));
    await ctx.system.files.create('/c/ca.pem', 'PEM', { mode: 0o600, sync: false });
    await pypiResolver.resolve(ask('x'), ctx);
    expect(requests.map(({ authorities }) => authorities)).toEqual(['PEM']);
  });
});

describe('what else there is', () => {
  const pages = {
    'https://index.example/simple/x/': page('x', {
      '1.0': { sha256: a, at: '2025-01-01T00:00:00Z' },
      '1.5': { sha256: b, at: '2025-06-01T00:00:00Z' },
      '1.6': { sha256: b, at: '2025-06-02T00:00:00Z', yanked: 'broken' },
      '2.0': { sha256: c, at: '2025-12-31T12:00:00Z' },
      '3.0rc1': { sha256: c, at: '2025-12-31T13:00:00Z' },
    }),
  };
  const current: PackagePin = {
    kind: 'package',
    package: 'pypi:x@1.0',
    requested: 'pypi:x@<2',
    tree: 'sha256:0',
  };

  it('is the newest that is allowed and the newest there is, with their times', async () => {
    const { ctx } = fakeWorld(pip(''), pages);
    expect(await pypiResolver.releases(ask('x', '<2', { current }), ctx)).toEqual({
      current: { version: '1.0', publishedAt: '2025-01-01T00:00:00.000Z' },
      wanted: { version: '1.5', publishedAt: '2025-06-01T00:00:00.000Z' },
      latest: { version: '2.0', publishedAt: '2025-12-31T12:00:00.000Z' },
    });
  });

  it('is nothing younger than the cooldown', async () => {
    const { ctx } = fakeWorld(pip(''), pages);
    const { latest } = await pypiResolver.releases(ask('x', '<2', { current, cooldownMs: 86_400_000 }), ctx);
    expect(latest?.version).toBe('1.5');
  });
});

describe('with uv on the PATH', () => {
  const printed = `colorama==0.4.6 ; sys_platform == 'win32' \\\n    --hash=sha256:${b}\nx==1.0 \\\n    --hash=sha256:${a}\n`;

  it('everything is resolved at once for all machines', async () => {
    const { ctx, ran } = fakeWorld(
      ({ command, args }) =>
        command !== 'uv' ? null : { stdout: args[0] === '--version' ? 'uv 0.9.0' : printed },
      {},
      { UV_INDEX_URL: 'https://a.example', UV_NO_BINARY: '1', PYTHONPATH: '/evil' },
    );
    const { pin, tree, findings } = await pypiResolver.resolve(
      ask('x[cli]', undefined, { cooldownMs: 86_400_000 }),
      ctx,
    );
    expect(pin).toMatchObject({ package: 'pypi:x[cli]@1.0', requested: 'pypi:x[cli]' });
    expect(tree).toContain(
      `# Resolved by uv for all machines.\ncolorama==0.4.6 ; sys_platform == "win32" \\\n`,
    );
    expect(findings).toEqual([]);
    const call = ran.at(-1);
    expect(call?.args).toEqual([
      ...[
        'pip',
        'compile',
        '--universal',
        '--generate-hashes',
        '--only-binary',
        ':all:',
        '--no-header',
        '--no-annotate',
      ],
      ...[
        '--no-strip-markers',
        '--color',
        'never',
        '--no-progress',
        '--quiet',
        '--exclude-newer',
        '2025-12-31T00:00:00.000Z',
      ],
      ...['--', 'requirements.in'],
    ]);
    expect(call?.options).toMatchObject({ inheritsEnv: false, env: { UV_INDEX_URL: 'https://a.example' } });
    expect(Object.keys(call?.options.env ?? {})).not.toContain('UV_NO_BINARY');
    expect(Object.keys(call?.options.env ?? {})).not.toContain('PYTHONPATH');
  });

  it.each([
    ['x has no usable wheels', 'RESOLVE_NO_WHEEL'],
    ['x was not found in the package registry', 'RESOLVE_NOT_FOUND'],
    ['error sending request for url (https://me:pw@x/)', 'RESOLVE_UNAVAILABLE'],
    ['something else', 'RESOLVE_TOOL'],
  ])('%j is %s', async (stderr, code) => {
    const { ctx } = fakeWorld(({ command, args }) =>
      command !== 'uv' ? null : args[0] === '--version' ? {} : { exitCode: 1, stderr },
    );
    await expect(pypiResolver.resolve(ask('x'), ctx)).rejects.toMatchObject({ code });
  });
});
