import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claude, NEWEST, requireClaude } from '../support/claude.ts';
import { type Engine, startEngine } from '../support/engine.ts';
import { mcpform } from '../support/mcpform.ts';
import type { Ran } from '../support/run.ts';
import { readJson, writeFiles } from '../support/world.ts';
import { type ImageWorld, makeImageWorld } from './image-world.ts';

/** Two real engines, of two generations: the one that docker talks to, and one behind a Docker context. */
describe.runIf(requireClaude(NEWEST))('a stack on two engines', () => {
  let world: ImageWorld;
  let lab: Engine;

  beforeAll(async () => {
    world = await makeImageWorld({ version: 'debian', store: 'overlay2' });
    lab = await startEngine({ version: '28', store: 'containerd', name: 'lab' });
    await world.engine.docker(['context', 'create', 'lab', '--docker', `host=${lab.host}`]);
    await writeManifest();
    await expectExit(0, ['lock']);
    await expectExit(0, ['apply', '--auto-approve']);
  }, 300_000);

  afterAll(async () => {
    await lab.stop();
    await world.remove();
  });

  async function writeManifest(near = 'networks: [inner]'): Promise<void> {
    const image = world.image('everything').tagged;
    await writeFiles(world.home.project, {
      'mcp.yaml': `apiVersion: mcpform/v1
kind: Stack
name: tools
servers:
  near: { image: "${image}", transport: http, args: [streamableHttp], port: 3001, ${near} }
  far:
    image: ${image}
    engine: lab
    transport: http
    args: [streamableHttp]
    port: 3001
    networks: [inner]
    volumes: ["data:/data"]
  line: { image: "${image}", engine: lab, networks: [inner] }
  shared: { image: "${image}", engine: lab, targets: [{ client: claude-code, scope: project }] }
networks: { inner: {} }
volumes: { data: {} }
`,
    });
  }

  async function expectExit(exitCode: number, args: readonly string[]): Promise<Ran> {
    const ran = await mcpform(args, world.home, { env: world.env });
    expect(ran, `${ran.stdout}${ran.stderr}`).toMatchObject({ exitCode });
    return ran;
  }

  const namesOn = async (engine: Pick<Engine, 'docker'>) =>
    (await engine.docker(['ps', '-a', '--format', '{{.Names}}'])).split('\n').sort();
  const networksOn = async (engine: Pick<Engine, 'docker'>) =>
    await engine.docker(['network', 'ls', '-q', '--filter', 'name=tools.inner', '--format', '{{.Name}}']);

  it('has each container on its own, with what it uses', async () => {
    expect(await namesOn(world.engine)).toEqual(['tools.near']);
    expect(await namesOn(lab)).toEqual(['tools.far']);
    expect([await networksOn(world.engine), await networksOn(lab)]).toEqual(['tools.inner', 'tools.inner']);
    expect(await lab.docker(['volume', 'ls', '-q'])).toBe('tools.data');
    expect(await world.engine.docker(['volume', 'ls', '-q'])).toBe('');
    expect((await expectExit(0, ['plan', '--detailed-exitcode'])).stdout).toContain('No changes');
  });

  it('is Connected as a whole, and leaves none of the containers that clients start', async () => {
    const env = { ...world.env, MCP_TIMEOUT: '60000' };
    const { stdout } = await claude(NEWEST, ['mcp', 'list'], world.home, { env });
    for (const name of ['near', 'far', 'line']) {
      expect(stdout).toMatch(new RegExp(`^${name}: .* - ✔ Connected$`, 'm'));
    }
    await expect.poll(() => namesOn(lab), { timeout: 20_000 }).toEqual(['tools.far']);
    expect(await namesOn(world.engine)).toEqual(['tools.near']);
  });

  it('names the context, and no socket, in a file that others share', async () => {
    const shared = await readJson(`${world.home.project}/.mcp.json`);
    expect(shared).toMatchObject({ mcpServers: { shared: { command: 'docker' } } });
    const { args } = (shared as { mcpServers: { shared: { args: string[] } } }).mcpServers.shared;
    expect(args.slice(0, 5)).toEqual(['--context', 'lab', 'run', '-i', '--rm']);
    expect(JSON.stringify(shared)).not.toContain('.sock');
  });

  it('goes on with one while the other is down', async () => {
    await lab.kill9();
    await writeManifest('networks: [inner], resources: { pids: 99 }');
    const plan = await expectExit(0, ['plan']);
    expect(plan.stdout).toMatch(/docker\/container\/near/);
    expect(`${plan.stdout}${plan.stderr}`).toContain('docker@lab');
    await expectExit(5, ['apply', '--auto-approve']);
    const pids = await world.engine.docker([
      'inspect',
      '--format',
      '{{.HostConfig.PidsLimit}}',
      'tools.near',
    ]);
    expect(pids).toBe('99');
    await lab.restart();
    expect((await expectExit(0, ['apply', '--auto-approve'])).stdout).not.toContain('docker@lab/volume/data');
    expect((await expectExit(0, ['plan', '--detailed-exitcode'])).stdout).toContain('No changes');
  });

  it('moves a server from one engine to the other', async () => {
    await writeManifest('engine: lab');
    await expectExit(0, ['apply', '--auto-approve']);
    expect(await namesOn(world.engine)).toEqual(['']);
    expect(await namesOn(lab)).toEqual(['tools.far', 'tools.near']);
    expect((await expectExit(0, ['plan', '--detailed-exitcode'])).stdout).toContain('No changes');
  });
});
