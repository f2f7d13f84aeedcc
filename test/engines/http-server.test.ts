import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claude, NEWEST, requireClaude } from '../support/claude.ts';
import { ENGINE_KINDS } from '../support/engine.ts';
import { mcpform } from '../support/mcpform.ts';
import type { Ran } from '../support/run.ts';
import { readJson, writeFiles } from '../support/world.ts';
import { type ImageWorld, makeImageWorld } from './image-world.ts';

/** From the manifest to the client's "Connected": a real server over HTTP, in a container on a real engine. */
describe.runIf(requireClaude(NEWEST)).each(ENGINE_KINDS)(
  'an image over HTTP on Docker $version with $store',
  (kind) => {
    let world: ImageWorld;

    beforeAll(async () => {
      world = await makeImageWorld(kind);
      await writeManifest();
      await expectExit(0, ['lock']);
    }, 300_000);

    afterAll(async () => await world.remove());

    const writeManifest = async (more = '') =>
      await writeFiles(world.home.project, {
        'mcp.yaml': `apiVersion: mcpform/v1
kind: Stack
name: tools
servers:
  everything:
    image: ${world.image('everything').tagged}
    transport: http
    args: [streamableHttp]
    port: 3001
    resources: { memory: 256Mi }
    volumes: [{ volume: data, target: /data }]
    networks: [inner]
    health: { startPeriod: 20s, timeout: 5s }
${more}networks: { inner: {} }
volumes: { data: {} }
`,
      });

    async function expectExit(exitCode: number, args: readonly string[]): Promise<Ran> {
      const ran = await mcpform(args, world.home, { env: world.env });
      expect(ran, `${ran.stdout}${ran.stderr}`).toMatchObject({ exitCode });
      return ran;
    }

    it('is made in order: image, network and volume, container, healthy, and only then the entry', async () => {
      const { stdout } = await expectExit(0, ['apply', '--auto-approve', '--json']);
      const finished = stdout
        .split('\n')
        .filter((line) => line.includes('"step.finished"'))
        .map((line) => JSON.parse(line) as { address: string; outcome: { result: string } });
      expect(finished.map(({ outcome: { result } }) => result)).toEqual(Array(5).fill('done'));
      const order = finished.map(({ address }) => address);
      expect(order.slice(3)).toEqual(['docker/container/everything', 'claude-code/user/everything']);
      expect([...order.slice(0, 3)].sort().map((address) => address.split('/')[1])).toEqual([
        'image',
        'network',
        'volume',
      ]);
    });

    it('is reached by Claude Code under the URL that stands in its entry', async () => {
      const config = (await readJson(`${world.home.folder}/.claude.json`)) as {
        mcpServers: { everything: { type: string; url: string } };
      };
      expect(config.mcpServers.everything.type).toBe('http');
      expect(config.mcpServers.everything.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/mcp$/);
      const { stdout } = await claude(NEWEST, ['mcp', 'list'], world.home, { env: world.env });
      expect(stdout).toMatch(/^everything: .* - ✔ Connected$/m);
    });

    it('needs nothing afterwards', async () => {
      expect((await expectExit(0, ['plan', '--detailed-exitcode'])).stdout).toContain('No changes');
      const { stdout } = await expectExit(0, ['status']);
      expect(stdout).toContain('5 in-sync');
    });

    it('is repaired after somebody stopped it, and removed as a whole', async () => {
      await world.engine.docker(['stop', '-t', '1', 'tools.everything']);
      const plan = await expectExit(2, ['plan', '--detailed-exitcode']);
      expect(plan.stdout).toMatch(/status\s+= "exited" -> "running"/);
      await expectExit(0, ['apply', '--auto-approve']);
      expect((await expectExit(0, ['plan', '--detailed-exitcode'])).stdout).toContain('No changes');
      await expectExit(0, ['destroy', '--auto-approve']);
      expect((await world.engine.ask('GET', '/containers/json?all=1')).body).toEqual([]);
      // Data outlive the stack unless somebody says otherwise.
      expect(await world.engine.docker(['volume', 'ls', '-q'])).toBe('tools.data');
    });
  },
);
