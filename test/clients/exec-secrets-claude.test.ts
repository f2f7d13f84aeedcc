import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesWith } from '../cli/stage.ts';
import { type BearerServer, bearerServer, digestOf, guardedServer } from '../launch/secret-servers.ts';
import { claude, LOCK_IGNORING, NEWEST, requireClaude } from '../support/claude.ts';
import { mcpform } from '../support/mcpform.ts';
import { CANARY } from '../support/secret-canary.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';

const FILE_TOKEN = `${CANARY}-of-a-file`;
const EXEC_TOKEN = `${CANARY}-of-a-program`;
const HTTP_TOKEN = `${CANARY}-of-a-header`;
const SECRETS = ['secrets/token', 'secrets/bearer', 'programs/give-token'];

/** The whole way: a manifest, an apply, and what the real client then says of its servers. */
describe.runIf([NEWEST, LOCK_IGNORING].every(requireClaude))('a server that needs a secret', () => {
  let home: Home;
  let bearer: BearerServer;

  const put = async (path: string, text: string, mode = 0o600): Promise<string> => {
    const file = join(home.folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    await chmod(file, mode);
    return file;
  };
  const list = async (version: string, env: Readonly<Record<string, string>> = {}) =>
    await claude(version, ['mcp', 'list'], home, { env: { MCP_TIMEOUT: '20000', ...env } });

  beforeAll(async () => {
    home = await throwawayHome();
    bearer = await bearerServer(HTTP_TOKEN);
    const server = await put('server.mjs', await guardedServer());
    const token = await put('secrets/token', `${FILE_TOKEN}\n`);
    const header = await put('secrets/bearer', HTTP_TOKEN);
    const program = await put('programs/give-token', `#!/bin/sh\necho ${EXEC_TOKEN}\n`, 0o700);
    const stdio = (text: string) => ({ command: 'node', args: [server, 'TOKEN', digestOf(text)] });
    const manifest = {
      apiVersion: 'mcpform/v1',
      kind: 'Stack',
      name: 'tools',
      secrets: {
        'file-token': { file: token },
        'program-token': { exec: [program] },
        bearer: { file: header },
      },
      servers: {
        'with-file': { ...stdio(FILE_TOKEN), env: { TOKEN: '${secret.file-token}' } },
        'with-program': { ...stdio(EXEC_TOKEN), env: { TOKEN: '${secret.program-token}' } },
        'with-another': { ...stdio(EXEC_TOKEN), env: { TOKEN: '${secret.file-token}' } },
        'with-header': { url: bearer.url, headers: { Authorization: 'Bearer ${secret.bearer}' } },
        // The client says the URL as it will ask it.
        'with-variable': {
          url: bearer.url.replace('mcp', '${MCP_PATH:-mcp}'),
          headers: { Authorization: 'Bearer ${secret.bearer}' },
        },
        'without-header': { url: bearer.url },
      },
    };
    await put('project/mcp.yaml', JSON.stringify(manifest));
    const applied = await mcpform(['apply', '--auto-approve'], home);
    expect(applied.exitCode, applied.stderr + applied.stdout).toBe(0);
    expect(applied.stdout + applied.stderr).not.toContain(CANARY);
  }, 120_000);

  afterAll(async () => {
    await bearer?.close();
    await home?.remove();
  });

  it.each([NEWEST, LOCK_IGNORING])(
    'is started by Claude Code %s with the value of a file, of a program and in a header',
    async (version) => {
      const { stdout } = await list(version);
      for (const name of ['with-file', 'with-program', 'with-header', 'with-variable']) {
        expect(stdout).toMatch(new RegExp(`^${name}: .* ✔ Connected$`, 'm'));
      }
      // They would not with any other value.
      for (const name of ['with-another', 'without-header']) {
        expect(stdout).toMatch(new RegExp(`^${name}: `, 'm'));
        expect(stdout).not.toMatch(new RegExp(`^${name}: .* ✔ Connected$`, 'm'));
      }
      expect(stdout).not.toContain(CANARY);
    },
  );

  it('is asked by `tools lock` for what it offers as the client would, and then checked', async () => {
    const { stdout, stderr, exitCode } = await mcpform(['tools', 'lock', '--json'], home);
    expect(exitCode, stderr + stdout).toBe(5);
    const { servers } = JSON.parse(stdout) as { servers: readonly { server: string; state: string }[] };
    // As the client says of the same six.
    expect(Object.fromEntries(servers.map(({ server, state }) => [server, state]))).toEqual({
      ...{ 'with-file': 'new', 'with-program': 'new', 'with-header': 'new', 'with-variable': 'new' },
      ...{ 'with-another': 'failed', 'without-header': 'failed' },
    });
    const checked = await mcpform(['tools', 'check', 'with-file', 'with-header'], home);
    expect(checked.exitCode, checked.stderr + checked.stdout).toBe(0);
    expect(stdout + stderr + checked.stdout + checked.stderr).not.toContain(CANARY);
  });

  it('has its value in no file but its own, and in none of the client', async () => {
    await list(NEWEST);
    expect(await readFile(join(home.folder, '.claude.json'), 'utf8')).toContain('with-file');
    expect([...(await filesWith(home.folder, CANARY))].sort()).toEqual([...SECRETS].sort());
  });

  it('gets nothing in an entry for another URL that names its launch', async () => {
    const other = await bearerServer(HTTP_TOKEN);
    try {
      const file = join(home.folder, '.claude.json');
      const config = JSON.parse(await readFile(file, 'utf8'));
      const { headersHelper } = config.mcpServers['with-header'];
      expect(headersHelper).toContain('exec with-header-');
      const entry = { type: 'http', url: other.url, headersHelper };
      await writeFile(
        file,
        JSON.stringify({ ...config, mcpServers: { ...config.mcpServers, thief: entry } }),
      );
      const { stdout } = await list(NEWEST);
      await writeFile(file, JSON.stringify(config));
      expect(stdout).toMatch(/^thief: /m);
      expect(stdout).not.toMatch(/^thief: .* ✔ Connected$/m);
      expect(JSON.stringify(other.requests)).not.toContain(CANARY);
    } finally {
      await other.close();
    }
  });

  it('is not started any more once the grant was revoked, and again when somebody approves it', async () => {
    const revoked = await mcpform(['grant', 'revoke', 'claude-code/user/with-file'], home);
    expect(revoked.exitCode, revoked.stderr + revoked.stdout).toBe(0);
    const { stdout } = await list(NEWEST);
    expect(stdout).not.toMatch(/^with-file: .* ✔ Connected$/m);
    expect(stdout).toMatch(/^with-program: .* ✔ Connected$/m);
    const applied = await mcpform(['apply', '--auto-approve'], home);
    expect(applied.exitCode, applied.stderr + applied.stdout).toBe(0);
    expect((await list(NEWEST)).stdout).toMatch(/^with-file: .* ✔ Connected$/m);
  });
});
