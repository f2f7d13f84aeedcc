import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSource } from '../../src/loop/source/open-source.ts';
import { type GitDaemon, gitDaemon } from '../support/git-daemon.ts';
import { type GitRepository, gitRepository } from '../support/git-repository.ts';
import { realContext } from '../support/real-context.ts';
import { HERE, requireSsh, type SshServer, startSsh } from '../support/ssh-server.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';

const looks = 100;

/** Reports the figures; fails only where a look is slow beyond doubt. */
describe('a look that finds nothing new', () => {
  let home: Home;
  let repository: GitRepository;
  let daemon: GitDaemon;
  let server: SshServer | null = null;
  beforeAll(async () => {
    home = await throwawayHome();
    repository = await gitRepository(home);
    await repository.commit({ 'mcp.yaml': 'x' });
    daemon = await gitDaemon(home);
    if (requireSsh() && process.getuid?.() === 0) server = await startSsh(HERE, home);
  });
  afterAll(async () => {
    await server?.stop();
    await daemon.stop();
    await home.remove();
  });

  it.each(['git', 'ssh'])('is made over %s', async (way) => {
    if (way === 'ssh' && server === null) return;
    const ctx = realContext(home, { ...server?.env, GIT_CONFIG_NOSYSTEM: '1' });
    const url =
      way === 'git'
        ? `git://127.0.0.1:${daemon.port}/origin.git`
        : `ssh://root@127.0.0.1:${server?.port}${repository.bare}`;
    const source = await openSource(url, { cwd: home.project, allowLocal: true }, ctx);
    const never = new AbortController().signal;
    const startMs = performance.now();
    const first = await source.look(null, never);
    const times: number[] = [];
    const firstMs = performance.now() - startMs;
    for (let index = 0; index < looks; index += 1) {
      const before = performance.now();
      expect(await source.look(null, never)).toBe(first);
      times.push(performance.now() - before);
    }
    await source.close();
    times.sort((a, b) => a - b);
    const at = (part: number): string => (times[Math.floor(part * (looks - 1))] as number).toFixed(1);
    process.stderr.write(
      `\nlook over ${way}: first ${firstMs.toFixed(0)} ms, then of ${looks} p50 ${at(0.5)} ms, p99 ${at(0.99)} ms\n`,
    );
    expect(Number(at(0.5))).toBeLessThan(2_000);
  });
});
