import { execFileSync } from 'node:child_process';
import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claude, claudeGet, LOCK_IGNORING, NEWEST, requireClaude } from '../support/claude.ts';
import { mcpform } from '../support/mcpform.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';

const example = resolve(import.meta.dirname, '../../examples/quickstart');

/** A real MCP server from npm, by the lock that the example ships. */
describe.runIf([NEWEST, LOCK_IGNORING].every(requireClaude))(
  'a package that apply put into the store',
  () => {
    let home: Home;

    beforeAll(async () => {
      home = await throwawayHome();
      await cp(example, home.project, { recursive: true });
      const applied = await mcpform(['apply', '--auto-approve', '--locked'], home);
      expect(applied).toMatchObject({ exitCode: 0 });
    }, 300_000);

    afterAll(async () => {
      execFileSync('chmod', ['-R', 'u+w', home.folder]);
      await home.remove();
    });

    it('is what the client says it starts', async () => {
      const got = await claudeGet('memory', home);
      expect(got).toMatchObject({ scope: 'user', type: 'stdio', command: process.execPath });
      expect(got.args).toMatch(/dist\/mcpform\.cjs exec memory-[0-9a-f]{32}$/);
      expect(got.status).toContain('Connected');
    });

    it.each([NEWEST, LOCK_IGNORING])('connects to Claude Code %s', async (version) => {
      const { stdout } = await claude(version, ['mcp', 'list'], home, { env: { MCP_TIMEOUT: '20000' } });
      expect(stdout).toMatch(/^memory: .* - ✔ Connected$/m);
    });

    it('connects in a folder that plants another package of that name, a registry and preloads', async () => {
      const trap = join(home.folder, 'trap');
      const planted = join(trap, 'node_modules/@modelcontextprotocol/server-memory');
      const marker = join(home.folder, 'it-ran');
      const evil = `require('node:fs').writeFileSync(${JSON.stringify(marker)}, '')`;
      await mkdir(join(planted, 'dist'), { recursive: true });
      await writeFile(join(planted, 'package.json'), '{ "name": "x", "main": "dist/index.js" }');
      for (const file of ['dist/index.js', '../../evil.js']) await writeFile(join(planted, file), evil);
      await writeFile(join(trap, '.npmrc'), 'registry=http://127.0.0.1:9/\n');
      const env = { NODE_PATH: join(trap, 'node_modules'), MCP_TIMEOUT: '20000' };
      const { stdout } = await claude(NEWEST, ['mcp', 'list'], home, { cwd: trap, env });
      expect(stdout).toMatch(/^memory: .* - ✔ Connected$/m);
      expect(await readdir(home.folder)).not.toContain('it-ran');
    });
  },
);
