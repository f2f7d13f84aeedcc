import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claude, claudeGet, LOCK_IGNORING, NEWEST, requireClaude } from '../support/claude.ts';
import { mcpform } from '../support/mcpform.ts';
import type { Ran } from '../support/run.ts';
import { readJson, writeFiles } from '../support/world.ts';
import { type ImageWorld, makeImageWorld } from './image-world.ts';

/** A real MCP server from an image, on a real engine, in the real client. */
describe.runIf([NEWEST, LOCK_IGNORING].every(requireClaude))('an image server that was applied', () => {
  let world: ImageWorld;

  beforeAll(async () => {
    world = await makeImageWorld({ version: 'debian', store: 'overlay2' });
    await writeFiles(world.home.project, {
      'mcp.yaml': `apiVersion: mcpform/v1
kind: Stack
name: tools
servers:
  everything:
    image: ${world.image('everything').tagged}
    resources: { memory: 256Mi }
    env: { LEVEL: "debug", KEY: "\${TOKEN}" }
`,
    });
    await expectExit(0, ['lock']);
    await expectExit(0, ['apply', '--auto-approve', '--locked']);
  }, 300_000);

  afterAll(async () => await world.remove());

  async function expectExit(exitCode: number, args: readonly string[]): Promise<Ran> {
    const ran = await mcpform(args, world.home, { env: world.env });
    expect(ran, `${ran.stdout}${ran.stderr}`).toMatchObject({ exitCode });
    return ran;
  }

  it('has an entry that names nothing but the launch, and the variables that only the client knows', async () => {
    const config = await readJson(`${world.home.folder}/.claude.json`);
    expect(config).toMatchObject({ mcpServers: { everything: { env: { KEY: '${TOKEN}' } } } });
    expect(JSON.stringify(config)).not.toContain('debug');
    const got = await claudeGet('everything', world.home, { env: { ...world.env, TOKEN: 'x' } });
    expect(got.args).toMatch(/ exec everything-[0-9a-f]{32}$/);
  });

  it.each([NEWEST, LOCK_IGNORING])(
    'connects to Claude Code %s, and leaves no container behind',
    async (version) => {
      const env = { ...world.env, TOKEN: 'x', MCP_TIMEOUT: '30000' };
      const { stdout } = await claude(version, ['mcp', 'list'], world.home, { env });
      expect(stdout).toMatch(/^everything: .* - ✔ Connected$/m);
      const all = async () => (await world.engine.ask('GET', '/containers/json?all=1')).body;
      await expect.poll(all, { timeout: 20_000 }).toEqual([]);
      expect((await expectExit(0, ['plan', '--sweep'])).stdout).toContain('left behind');
    },
  );

  it('has nothing to do in a second plan, and moves with the lock', async () => {
    expect((await expectExit(0, ['plan'])).stdout).toContain('No changes');
    expect((await expectExit(0, ['status'])).stdout).toContain('1 in-sync.');
  });

  it('says what to do when no engine answers, and only then', async () => {
    const env = { ...world.env, DOCKER_HOST: `unix://${world.home.folder}/no.sock` };
    const plan = await mcpform(['plan'], world.home, { env });
    expect(plan).toMatchObject({ exitCode: 0 });
    await writeFiles(world.home.project, {
      'other.yaml': `apiVersion: mcpform/v1
kind: Stack
name: other
servers:
  twin:
    image: ${world.image('everything').tagged}
  plain: { command: plain }
`,
    });
    const applied = await mcpform(
      ['apply', '-f', 'other.yaml', '--auto-approve', '--no-settle'],
      world.home,
      {
        env,
      },
    );
    expect(applied.exitCode).toBe(5);
    expect(applied.stdout + applied.stderr).toContain('ENGINE_UNAVAILABLE');
    const config = await readJson(`${world.home.folder}/.claude.json`);
    expect(Object.keys(config['mcpServers'] as object).sort()).toEqual(['everything', 'plain']);
  });
});
