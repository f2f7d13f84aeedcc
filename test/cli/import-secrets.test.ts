import { execFileSync } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { onTerminal } from './pseudo-terminal.ts';
import { filesWith, onStage, type Stage } from './stage.ts';

const CANARY = ['ghp', '_', 'c4n4ryA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5'].join('');
const OTHER = ['lin', '_api_', 'c4n4ryZ9y8X7w6V5u4T3s2R1q0P9o8N7m6L5'].join('');
const SECRETS = '.config/mcpform/secrets/tools';

const ENTRIES = {
  mcpServers: {
    github: { type: 'stdio', command: 'npx', args: ['-y', 'x'], env: { GITHUB_TOKEN: CANARY, MODE: 'all' } },
    linear: { type: 'http', url: 'https://mcp.example.com/', headers: { Authorization: `Bearer ${OTHER}` } },
  },
};

const EMPTY = 'apiVersion: mcpform/v1\nkind: Stack\nname: tools\n# ours\nservers: {}\n';

describe.concurrent('an import that meets credentials', () => {
  it.each([
    ['init', ['init', '--import', '--name', 'tools', '--secrets-to', 'file'], null],
    ['init --json', ['init', '--import', '--name', 'tools', '--secrets-to', 'file', '--json'], null],
    ['import', ['import', '--secrets-to', 'file'], EMPTY],
    ['import --json', ['import', '--secrets-to', 'file', '--json'], EMPTY],
  ] as const)('moves them where --secrets-to says, and shows them to nobody: %s', (_, args, manifest) =>
    onStage(async (stage) => {
      await stage.write({ '.claude.json': ENTRIES });
      const before = await stage.read('.claude.json');
      const { stdout, stderr } = await stage.expectExit(0, args);
      expectNone(stdout + stderr);
      const text = await stage.read('project/mcp.yaml');
      expect(text).toContain(`file: ${join(stage.home.folder, SECRETS, 'github-token')}`);
      expect(text).toContain('GITHUB_TOKEN: ${secret.github-token}');
      expect(text).toContain('Authorization: Bearer ${secret.linear-authorization}');
      expect(text).not.toContain('keep');
      expect(await stage.read(`${SECRETS}/github-token`)).toBe(CANARY);
      expect(await stage.read(`${SECRETS}/linear-authorization`)).toBe(OTHER);
      expect((await stat(join(stage.home.folder, SECRETS, 'github-token'))).mode & 0o777).toBe(0o600);
      expect((await stat(join(stage.home.folder, SECRETS))).mode & 0o777).toBe(0o700);
      expect(await stage.read('.claude.json')).toBe(before);
      await expectOnlyIn(stage, ['.claude.json', `${SECRETS}/github-token`]);
      if (manifest !== null) expect(text).toContain('# ours');
    }, manifest),
  );

  it('lets the next apply take them out of the client, and needs nothing after it', () =>
    onStage(async (stage) => {
      await stage.write({ '.claude.json': ENTRIES });
      await stage.expectExit(0, ['import', '--secrets-to', 'file']);
      const plan = await stage.expectExit(2, ['plan', '--detailed-exitcode']);
      expect(plan.stdout).toContain('- env.GITHUB_TOKEN = (not shown)');
      expect(plan.stdout).not.toContain('drifted');
      const applied = await stage.apply();
      expectNone(plan.stdout + plan.stderr + applied.stdout + applied.stderr);
      expectNone(await stage.read('.claude.json'));
      expect(await stage.read('.claude.json')).toContain('"MODE"');
      await stage.expectExit(0, ['plan', '--detailed-exitcode']);
    }, EMPTY));

  it('leaves what is there in the backend, and takes another name or uses the same value', () =>
    onStage(async (stage) => {
      await stage.write({ '.claude.json': ENTRIES });
      execFileSync('mkdir', ['-p', '-m', '700', join(stage.home.folder, SECRETS)]);
      const place = join(stage.home.folder, SECRETS);
      execFileSync(
        'sh',
        ['-c', 'umask 077; printf other > github-token; printf %s "$0" > linear-authorization', OTHER],
        { cwd: place },
      );
      await stage.expectExit(0, ['import', '--secrets-to', 'file']);
      expect(await stage.read(`${SECRETS}/github-token`)).toBe('other');
      expect(await stage.read(`${SECRETS}/github-token-2`)).toBe(CANARY);
      const text = await stage.read('project/mcp.yaml');
      expect(text).toContain('${secret.github-token-2}');
      expect(text).toContain('${secret.linear-authorization}');
    }, EMPTY));

  it('keeps what differs from scope to scope in the client, and moves the rest', () =>
    onStage(async (stage) => {
      const github = ENTRIES.mcpServers.github;
      const local = { ...github, env: { ...github.env, GITHUB_TOKEN: `${CANARY.slice(0, -1)}6` } };
      await stage.write({
        '.claude.json': {
          ...ENTRIES,
          projects: { [stage.home.project]: { mcpServers: { github: local } } },
        },
      });
      const { stdout, stderr } = await stage.expectExit(0, ['import', '--secrets-to', 'file']);
      expectNone(stdout + stderr);
      const text = await stage.read('project/mcp.yaml');
      expect(text).toContain('- /env/GITHUB_TOKEN');
      expect(text).toContain('${secret.linear-authorization}');
      expect(stderr).toContain('MANIFEST_IMPORT_SECRET');
    }, EMPTY));

  it('writes nothing at all when the backend will not have them', () =>
    onStage(async (stage) => {
      await stage.write({ '.claude.json': ENTRIES });
      execFileSync('mkdir', ['-p', join(stage.home.folder, '.config/mcpform')]);
      execFileSync('touch', [join(stage.home.folder, '.config/mcpform/secrets')]);
      const { stdout, stderr, exitCode } = await stage.run(['import', '--secrets-to', 'file']);
      expect(exitCode).toBe(1);
      expectNone(stdout + stderr);
      expect(await stage.read('project/mcp.yaml')).toBe(EMPTY);
      await expectOnlyIn(stage, ['.claude.json']);
    }, EMPTY));

  it.each(['env', 'exec', 'nowhere'])(
    'refuses a backend that cannot have them before it looks: %s',
    (backend) =>
      onStage(async (stage) => {
        await stage.write({ '.claude.json': ENTRIES });
        const { stderr } = await stage.expectExit(64, ['import', '--secrets-to', backend]);
        expect(stderr).toContain(backend);
        expect(await stage.read('project/mcp.yaml')).toBe(EMPTY);
      }, EMPTY),
  );

  it('keeps them where they are without the flag, and says what to do', () =>
    onStage(async (stage) => {
      await stage.write({ '.claude.json': ENTRIES });
      const { stdout, stderr } = await stage.expectExit(0, ['import']);
      expectNone(stdout + stderr);
      expect(stderr.replace(/\s+/g, ' ')).toContain('import with `--secrets-to file`');
      expect(await stage.read('project/mcp.yaml')).toContain('- /env/GITHUB_TOKEN');
      await stage.expectExit(0, ['plan', '--detailed-exitcode']);
    }, EMPTY));
});

describe.concurrent('a .env file beside the manifest', () => {
  const inRepository = (stage: Stage, ignored: string) => {
    execFileSync('git', ['init', '--quiet'], { cwd: stage.home.project, env: stage.home.env });
    return stage.write({ 'project/.gitignore': ignored, '.claude.json': ENTRIES });
  };

  it('takes them where git ignores it', () =>
    onStage(async (stage) => {
      await inRepository(stage, '.env\n');
      await stage.expectExit(0, ['import', '--secrets-to', 'dotenv']);
      expect(await stage.read('project/.env')).toContain(`GITHUB_TOKEN=${CANARY}`);
      expect(await stage.read('project/mcp.yaml')).toContain('key: GITHUB_TOKEN');
      expect(await readFile(join(stage.home.project, 'mcp.yaml'), 'utf8')).not.toContain(CANARY);
    }, EMPTY));

  it('takes them outside of a repository', () =>
    onStage(async (stage) => {
      await stage.write({ '.claude.json': ENTRIES });
      await stage.expectExit(0, ['import', '--secrets-to', 'dotenv']);
      expect(await stage.read('project/.env')).toContain(CANARY);
    }, EMPTY));

  it.each([
    ['git does not ignore it', async () => {}],
    [
      'it is committed in spite of that',
      async (stage: Stage) => {
        await stage.write({ 'project/.gitignore': '.env\n', 'project/.env': 'A=b\n' });
        execFileSync('git', ['add', '--force', '.env'], { cwd: stage.home.project, env: stage.home.env });
      },
    ],
  ])('gets none where %s', (_, prepare) =>
    onStage(async (stage) => {
      await inRepository(stage, 'dist\n');
      await prepare(stage);
      const { stderr } = await stage.expectExit(1, ['import', '--secrets-to', 'dotenv']);
      expect(stderr).toContain('SECRET_UNSAFE');
      expectNone(stderr);
      await expectOnlyIn(stage, ['.claude.json']);
      expect(await stage.read('project/mcp.yaml')).toBe(EMPTY);
    }, EMPTY),
  );
});

describe.concurrent('on a terminal', () => {
  it('an import offers to move them, by name alone', () =>
    onStage(async (stage) => {
      await stage.write({ '.claude.json': ENTRIES });
      const terminal = onTerminal(['import'], stage.home);
      await terminal.shows('Enter leaves them where they are: ');
      expect(terminal.shown()).toContain('github: /env/GITHUB_TOKEN');
      terminal.type('nowhere\n');
      await terminal.shows('or Enter to leave them where they are: ');
      terminal.type('file\n');
      expect(await terminal.ended, terminal.shown()).toBe(0);
      expect(await stage.read(`${SECRETS}/github-token`)).toBe(CANARY);
      expectNone(terminal.shown());
    }, EMPTY));

  it.each(['', 'no'])('they stay after "%s"', (answer) =>
    onStage(async (stage) => {
      await stage.write({ '.claude.json': ENTRIES });
      const terminal = onTerminal(['import'], stage.home);
      await terminal.shows('Enter leaves them where they are: ');
      terminal.type(`${answer}\n`);
      expect(await terminal.ended, terminal.shown()).toBe(0);
      expect(await stage.read('project/mcp.yaml')).toContain('- /env/GITHUB_TOKEN');
      await expectOnlyIn(stage, ['.claude.json']);
    }, EMPTY),
  );

  it('nothing is imported when the question is interrupted', () =>
    onStage(async (stage) => {
      await stage.write({ '.claude.json': ENTRIES });
      const terminal = onTerminal(['import'], stage.home);
      await terminal.shows('Enter leaves them where they are: ');
      terminal.type('\u0003');
      expect(await terminal.ended, terminal.shown()).toBe(130);
      expect(await stage.read('project/mcp.yaml')).toBe(EMPTY);
    }, EMPTY));
});

function expectNone(text: string): void {
  for (const value of [CANARY, OTHER]) {
    for (const form of [value, Buffer.from(value).toString('base64').slice(0, 40), value.slice(4)]) {
      expect(text).not.toContain(form);
    }
  }
}

async function expectOnlyIn(stage: Stage, files: readonly string[]): Promise<void> {
  expect([...(await filesWith(stage.home.folder, CANARY))].sort()).toEqual([...files].sort());
}
