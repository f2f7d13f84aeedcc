import { describe, expect, it } from 'vitest';
import type { SeenContainer } from '../../../src/launch/docker/engine-cli.ts';
import { judgeContainer } from '../../../src/launch/docker/find-leaks.ts';
import { launcherLabels } from '../../../src/launch/docker/labels.ts';
import type { MachineIdentity, Processes } from '../../../src/model/system.ts';
import { ME } from './recorded.ts';

const foreign: SeenContainer = {
  id: 'a'.repeat(64),
  name: 'x',
  image: 'registry.example.com/tools/thing:1',
  imageId: `sha256:${'b'.repeat(64)}`,
  state: 'running',
  created: '2026-11-20T09:36:00.213Z',
  labels: {},
  command: ['cat'],
  hasInput: true,
  isAttached: true,
  hasTerminal: false,
  publishesPorts: false,
  isRemovedAtEnd: true,
};

function ours(change: Partial<MachineIdentity> = {}): SeenContainer {
  const labels = launcherLabels(`github-${'0a'.repeat(16)}`, 'github', {
    ...ME,
    pid: 99,
    startTime: '7',
    ...change,
  });
  return { ...foreign, labels };
}

const sees =
  (isAlive: boolean, startTime: string | null = '7'): Processes['inspect'] =>
  async (pid) => {
    if (pid !== 99) throw new Error(`asked for ${pid}`);
    return { isAlive, startTime };
  };
const mayNotAsk: Processes['inspect'] = () => Promise.reject(new Error('nobody may be asked'));

describe('a container of ours', () => {
  it.each<[string, Partial<MachineIdentity>, Processes['inspect'], string, string?]>([
    ['its launcher lives', {}, sees(true), 'in-use'],
    ['its launcher has ended', {}, sees(false, null), 'leaked', 'ended'],
    ['its launcher is a zombie', {}, sees(false), 'leaked', 'ended'],
    ['another has its number', {}, sees(true, '8'), 'leaked', 'replaced'],
    ['no start was written down', { startTime: null }, sees(true), 'in-use'],
    ['no start can be read', {}, sees(true, null), 'in-use'],
    ['of an earlier boot', { bootId: 'x' }, mayNotAsk, 'leaked', 'rebooted'],
    ['of an earlier boot and namespace', { bootId: 'x', pidNamespace: 'y' }, mayNotAsk, 'leaked', 'rebooted'],
    ['of a boot without a name', { bootId: 'unknown' }, mayNotAsk, 'unknown', 'hidden'],
    ['of another pid namespace', { pidNamespace: 'y' }, mayNotAsk, 'unknown', 'hidden'],
    ['of no pid namespace', { pidNamespace: null }, mayNotAsk, 'unknown', 'hidden'],
    ['of another machine', { machineId: 'd'.repeat(32) }, mayNotAsk, 'unknown', 'elsewhere'],
    [
      'of another machine, all else equal but the boot',
      { machineId: 'd'.repeat(32), bootId: 'x' },
      mayNotAsk,
      'unknown',
      'elsewhere',
    ],
  ])('%s', async (_what, change, inspect, standing, because) => {
    const verdict = await judgeContainer(ours(change), ME, inspect);
    expect(verdict).toEqual(because === undefined ? { standing } : { standing, because, server: 'github' });
  });

  it('is judged the same on a machine whose boots have no names, by its process alone', async () => {
    const here = { ...ME, bootId: 'unknown' };
    expect(await judgeContainer(ours({ bootId: 'unknown' }), here, sees(true))).toEqual({
      standing: 'in-use',
    });
    expect(await judgeContainer(ours({ bootId: 'unknown' }), here, sees(false))).toMatchObject({
      standing: 'leaked',
    });
    expect(await judgeContainer(ours(), here, mayNotAsk)).toMatchObject({ standing: 'unknown' });
  });

  it.each(['created', 'exited', 'paused', 'dead'])('is left behind when %s, too', async (state) => {
    expect(await judgeContainer({ ...ours(), state }, ME, sees(false))).toMatchObject({ standing: 'leaked' });
  });

  it('has a standard input: our labels on anything else say nothing', async () => {
    const container = { ...ours({ bootId: 'x' }), hasInput: false };
    expect(await judgeContainer(container, ME, mayNotAsk)).toEqual({ standing: 'foreign' });
  });

  it('has all labels: with one that does not parse it is like any other', async () => {
    const { labels } = ours({ bootId: 'x' });
    const container = { ...foreign, labels: { ...labels, 'dev.mcpform.pid': 'x' } };
    expect(await judgeContainer(container, ME, mayNotAsk)).toEqual({ standing: 'foreign' });
  });
});

describe('a container of somebody else', () => {
  const mcp = { ...foreign, image: 'mcp/github' };
  it.each<[string, SeenContainer]>([
    ['image mcp/github', mcp],
    ['image with mcp as a word', { ...foreign, image: 'ghcr.io/github/github-mcp-server:1@sha256:00' }],
    ['command', { ...foreign, command: ['npx', '-y', '@modelcontextprotocol/server-memory'] }],
    ['label of the registry', { ...foreign, labels: { 'io.modelcontextprotocol.server.name': 'a/b' } }],
  ])('is a suspect by its %s', async (_what, container) => {
    const verdict = await judgeContainer(container, ME, mayNotAsk);
    expect(verdict).toEqual({ standing: 'suspect', because: 'looks-like-mcp', server: null });
  });

  it.each<[string, SeenContainer]>([
    ['nothing of it says MCP', foreign],
    ['mcp is part of a word', { ...foreign, image: 'acme/tcpmcpx', command: ['mcpx'] }],
    ['mcp is in the name of the registry alone', { ...foreign, image: 'mcp.example.com/tools/thing:1' }],
    ['mcp is in the tag alone', { ...foreign, image: 'tools/thing:mcp' }],
    ['it has no standard input', { ...mcp, hasInput: false }],
    ['its standard input was nobody’s: docker run -di', { ...mcp, isAttached: false }],
    ['it has a terminal', { ...mcp, hasTerminal: true }],
    ['it publishes a port', { ...mcp, publishesPorts: true }],
    ['it does not run', { ...mcp, state: 'exited' }],
  ])('is left alone: %s', async (_what, container) => {
    expect(await judgeContainer(container, ME, mayNotAsk)).toEqual({ standing: 'foreign' });
  });
});
