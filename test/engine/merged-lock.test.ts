import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onStage, type Stage } from '../cli/stage.ts';
import { type NpmRegistry, npmRegistry } from '../support/npm-registry.ts';
import { git } from '../support/world.ts';

/** By name: the version that a manifest asks for. */
type Servers = Readonly<Record<string, string>>;

const NAMES = ['calendar', 'files', 'mail', 'notes', 'zebra'];

describe('two branches that change the lock', () => {
  let registry: NpmRegistry;

  beforeAll(async () => {
    registry = await npmRegistry();
    registry.publish({ name: 'shared', version: '1.0.0' });
    for (const name of NAMES) for (const version of ['1.0.0', '1.1.0']) publish(`mcp-${name}`, version);
  });
  afterAll(() => registry.close());

  function publish(name: string, version: string): void {
    const manifest = { bin: 'x.js', dependencies: { shared: '1.0.0' } };
    registry.publish({ name, version, manifest, files: { 'x.js': '' } });
  }

  /** A branch with a lock for these servers, made and committed as a person does. */
  async function commit(on: Stage, branch: string, servers: Servers): Promise<void> {
    const { home } = on;
    if (branch !== 'main') git(home, home.project, 'checkout', '--quiet', '-b', branch, 'main');
    await on.write({ 'project/mcp.yaml': manifestOf(servers) });
    await on.expectExit(0, ['lock']);
    git(home, home.project, 'add', '--all');
    git(home, home.project, 'commit', '--quiet', '--message', branch);
  }

  const cases: readonly (readonly [string, Servers, Servers, Servers, Servers])[] = [
    [
      'each add a server',
      { files: '1.0.0' },
      { files: '1.0.0', mail: '1.0.0' },
      { files: '1.0.0', notes: '1.0.0' },
      { files: '1.0.0', mail: '1.0.0', notes: '1.0.0' },
    ],
    [
      'update and add',
      { files: '1.0.0', mail: '1.0.0' },
      { files: '1.1.0', mail: '1.0.0' },
      { calendar: '1.0.0', files: '1.0.0', mail: '1.0.0' },
      { calendar: '1.0.0', files: '1.1.0', mail: '1.0.0' },
    ],
    [
      'remove and update neighbours',
      { files: '1.0.0', mail: '1.0.0', notes: '1.0.0' },
      { files: '1.0.0', notes: '1.0.0' },
      { files: '1.1.0', mail: '1.0.0', notes: '1.0.0' },
      { files: '1.1.0', notes: '1.0.0' },
    ],
  ];

  it.each(cases)('and %s merge, and the result is complete and true', (_, base, ours, theirs, both) =>
    onStage(async (on) => {
      const { home } = on;
      await on.write({ '.npmrc': `registry=${registry.url}\n` });
      git(home, home.project, 'init', '--quiet');
      await commit(on, 'main', base);
      await commit(on, 'ours', ours);
      await commit(on, 'theirs', theirs);
      git(home, home.project, 'checkout', '--quiet', 'ours');
      // The manifest is a person's to merge; the lock and its trees are Git's.
      git(home, home.project, 'merge', '--quiet', '--no-commit', '-X', 'ours', 'theirs');
      expect(git(home, home.project, 'diff', '--name-only', '--diff-filter=U')).toBe('');
      await on.write({ 'project/mcp.yaml': manifestOf(both) });
      const { stdout } = await on.expectExit(0, ['lock', '--check']);
      expect(stdout).toBe(`mcp.lock.yaml is complete and true: ${Object.keys(both).length} pins.\n`);
      expect((await on.expectExit(0, ['lock'])).stdout).toContain('is current');
    }, null),
  );
});

function manifestOf(servers: Servers): string {
  const lines = Object.entries(servers).map(
    ([name, version]) => `  ${name}:\n    package: npm:mcp-${name}@${version}\n`,
  );
  return `apiVersion: mcpform/v1\nkind: Stack\nname: tools\nservers:\n${lines.join('')}`;
}
