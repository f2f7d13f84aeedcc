import { describe, expect, it } from 'vitest';
import type { Target } from '../../src/model/address.ts';
import { claudeCode } from '../../src/providers/claude-code/index.ts';
import { docker } from '../../src/providers/docker/index.ts';
import { desired } from './claude-code/world.ts';
import { networkNamed } from './docker/perform/works.ts';

const root = '/repository';
const at = (scope: Target['scope'], folder?: string): Target => ({
  client: 'claude-code',
  scope,
  ...(folder === undefined ? {} : { folder }),
});

describe('a world that nobody looked at', () => {
  it.each([
    [at('user'), '~/.claude.json#/mcpServers/x', false],
    [at('local', root), '~/.claude.json#/projects/~1repository/mcpServers/x', false],
    [at('project', root), '.mcp.json#/mcpServers/x', true],
    [at('project', `${root}/services/api`), 'services/api/.mcp.json#/mcpServers/x', true],
    [at('project', '/srv/other'), '/srv/other/.mcp.json#/mcpServers/x', false],
  ])('has a place for an entry in %j, the same on every machine', (target, key, isShared) => {
    const entry = desired('x', target);
    const observation = claudeCode.nominal({ targets: [target], desired: [entry], root });
    expect(claudeCode.identify(entry, observation)).toMatchObject({ key, isShared });
    expect([observation.objects.size, observation.unavailable.size]).toEqual([0, 0]);
  });

  it('has engines that are known by their names, and nothing on them', () => {
    const [here, lab] = [networkNamed('tools'), { ...networkNamed('tools'), engine: 'lab' }];
    const observation = docker.nominal({ targets: [], desired: [here, lab], root });
    expect(docker.identify(here, observation)).toMatchObject({
      key: 'docker/network/demo.tools',
      file: 'docker',
    });
    expect(docker.identify(lab, observation)).toMatchObject({
      key: 'docker@lab/network/demo.tools',
      file: 'docker@lab',
    });
    expect(observation.objects.size).toBe(0);
    expect([...(observation.engines ?? [])].map(([, { ports }]) => ports.size)).toEqual([0, 0]);
  });
});
