import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GitHubDouble } from '../support/github-double.ts';
import { doublePull, doubleRepository } from '../support/github-double-state.ts';
import { pullRequest, workflowRun } from './support/events.ts';
import { REPOSITORY, type Runner, startRunner } from './support/runner.ts';
import { manifest, TOOLS, toolsOnGitHub } from './support/tools-world.ts';

const FORK = { id: 2, name: 'tools', owner: { login: 'stranger' } };

describe('a plan in a pull request', { timeout: 90_000 }, () => {
  let runner: Runner;
  let gitHub: GitHubDouble;
  let base: string;
  let head: string;

  beforeAll(async () => {
    runner = await startRunner();
    base = await runner.repository.commit({
      'mcp.yaml': manifest({ notes: { command: 'notes' }, old: { command: 'old' } }),
      'policy.yaml':
        'apiVersion: mcpform/v1\nkind: Policy\nrules:\n  urlHosts: { allow: ["*.example.com"] }\n',
    });
    head = await runner.repository.commit(
      {
        'mcp.yaml': manifest({
          notes: { command: 'notes', args: ['--fast'] },
          search: { command: 'search' },
        }),
      },
      { branch: 'change' },
    );
    gitHub = await toolsOnGitHub({
      pulls: {
        5: doublePull(5, {
          base: { ref: 'main', sha: base, repo: TOOLS },
          head: {
            ref: 'change',
            sha: head,
            repo: TOOLS,
          },
        }),
        6: doublePull(6, {
          base: { ref: 'main', sha: base, repo: TOOLS },
          head: { ref: 'patch-1', sha: head, repo: FORK },
        }),
      },
    });
  }, 60_000);
  afterAll(async () => {
    await runner?.remove();
    await gitHub?.close();
  });

  const comments = () => gitHub.world.repositories['octo-org/tools']?.comments ?? [];

  it('says what changes on every machine, in all places', async () => {
    await runner.checkout(head);
    const acted = await runner.act({ event: pullRequest({ base, head }), gitHub, token: 'writes' });
    expect(acted.exitCode, acted.log).toBe(0);
    expect(acted.outputs).toMatchObject({
      ...{ changes: 'true', create: '1', update: '1', delete: '1', replace: '0', drift: 'false' },
      ...{ 'exit-code': '0', 'failure-reason': '' },
    });
    const plan = JSON.parse(await readFile(acted.outputs['json-plan-path'] ?? '', 'utf8'));
    expect(plan).toMatchObject({ mode: 'static', stack: 'tools', planId: acted.outputs['plan-id'] });
    expect(plan.between).toEqual({ from: base, to: head });
    expect(await readFile(acted.outputs['markdown-plan-path'] ?? '', 'utf8')).toContain(
      'claude-code/user/search',
    );
    expect(JSON.parse(await readFile(acted.outputs['sarif-path'] ?? '', 'utf8')).version).toBe('2.1.0');
    expect(acted.summary).toContain('claude-code/user/old');
    expect(comments()).toMatchObject([{ on: 5, body: expect.stringContaining(head) }]);
    expect(comments()[0]?.body).toContain('claude-code/user/search');
  });

  it('is the same comment again, and none where it may not write', async () => {
    await runner.checkout(head, { depth: 1 });
    const again = await runner.act({ event: pullRequest({ base, head }), gitHub, token: 'writes' });
    expect(again.exitCode, again.log).toBe(0);
    expect(comments()).toHaveLength(1);
    comments().splice(0);
    const reading = await runner.act({ event: pullRequest({ base, head }), gitHub, token: 'reads' });
    expect(reading.exitCode, reading.log).toBe(0);
    expect(reading.log).toContain('no comment in #5');
    const none = await runner.act({ event: pullRequest({ base, head }) });
    expect(none.exitCode, none.log).toBe(0);
    expect(comments()).toHaveLength(0);
  });

  it('is marked as outdated by a newer push, and not brought back by the run of an older one', async () => {
    const tools = gitHub.world.repositories['octo-org/tools'];
    const at = (sha: string) =>
      Object.assign(tools?.pulls ?? {}, {
        8: doublePull(8, {
          base: { ref: 'main', sha: base, repo: TOOLS },
          head: { ref: 'change', sha, repo: TOOLS },
        }),
      });
    const act = (sha: string) =>
      runner.act({ event: pullRequest({ base, head: sha, number: 8 }), gitHub, token: 'writes' });
    const body = () => comments().find(({ on }) => on === 8)?.body ?? '';
    at(head);
    await runner.checkout(head);
    await act(head);
    expect(body()).toContain(head);

    await runner.repository.git('checkout', '--quiet', '--detach', head);
    const files = { 'mcp.yaml': 'apiVersion: mcpform/v1\nkind: Stack\nname: tools\nservers: {}\n' };
    const newer = await runner.repository.commit(files, { branch: 'change' });
    at(newer);
    await runner.checkout(newer);
    // What is shown while the newer plan is made.
    gitHub.fail(/^GET .*\/pulls\/8$/, { kind: 'answer', status: 404 });
    await act(newer);
    expect(body()).toContain('Outdated');
    await act(newer);
    expect(body()).toContain(newer);
    expect(body()).not.toContain('Outdated');

    await act(head);
    expect(body()).toContain(newer);
  });

  describe('that changes nothing', () => {
    const stack = { notes: { command: 'notes' }, old: { command: 'old' } };

    /** Opens a pull request with these files, or pushes to it. */
    async function pushed(
      number: number,
      files: Readonly<Record<string, string>>,
      from = base,
    ): Promise<string> {
      const branch = `quiet-${number}`;
      await runner.repository.git('checkout', '--quiet', '--detach', from);
      const sha = await runner.repository.commit(files, { branch });
      const ends = { base: { ref: 'main', sha: from, repo: TOOLS }, head: { ref: branch, sha, repo: TOOLS } };
      const pulls = gitHub.world.repositories['octo-org/tools']?.pulls ?? {};
      Object.assign(pulls, { [number]: doublePull(number, ends) });
      await runner.checkout(sha);
      return sha;
    }

    const commentsOn = (number: number) => comments().filter(({ on }) => on === number);

    it('makes no comment where there is none, and says so in the one that is there', async () => {
      const act = (head: string) =>
        runner.act({ event: pullRequest({ base, head, number: 10 }), gitHub, token: 'writes' });
      const quiet = await act(await pushed(10, { 'mcp.yaml': manifest(stack), 'README.md': 'words' }));
      expect(quiet.outputs, quiet.log).toMatchObject({ changes: 'false', 'failure-reason': '' });
      expect(quiet.summary).toContain('**No changes.');
      expect(commentsOn(10)).toEqual([]);

      await act(await pushed(10, { 'mcp.yaml': manifest({ ...stack, more: { command: 'more' } }) }));
      const [made] = commentsOn(10);
      expect(made?.body).toContain('claude-code/user/more');

      const back = await pushed(10, { 'mcp.yaml': manifest(stack), 'README.md': 'other words' });
      expect((await act(back)).outputs['changes']).toBe('false');
      const [same, ...more] = commentsOn(10);
      expect(more).toEqual([]);
      expect(same).toMatchObject({ id: made?.id, body: expect.stringContaining(back) });
      expect(same?.body).toContain('**No changes.');
      expect(same?.body).not.toMatch(/claude-code\/user\/more|Outdated/);
    });

    it('makes a comment all the same for a warning, and none for a note', async () => {
      const policy = (level: string) =>
        Buffer.from(
          `apiVersion: mcpform/v1\nkind: Policy\nrules: {}\nchecks: { url-without-tls: ${level} }\n`,
        );
      const files = { 'warn.yaml@v1': policy('warn'), 'note.yaml@v1': policy('note') };
      Object.assign(gitHub.world.repositories, { 'octo-org/levels': doubleRepository(10, { files }) });
      const plain = { 'mcp.yaml': manifest({ plain: { url: 'http://plain.test/mcp' } }) };
      const was = await pushed(11, plain);
      const head = await pushed(11, { ...plain, 'README.md': 'words' }, was);
      const act = (level: string) =>
        runner.act({
          event: pullRequest({ base: was, head, number: 11 }),
          with: { policy: `octo-org/levels/${level}.yaml@v1` },
          gitHub,
          token: 'writes',
        });
      for (const [level, count] of [
        ['note', 0],
        ['warn', 1],
      ] as const) {
        const acted = await act(level);
        expect(acted.outputs, acted.log).toMatchObject({ changes: 'false', 'failure-reason': '' });
        expect(acted.commands.join('\n')).toContain('CHECK_URL_WITHOUT_TLS');
        expect(commentsOn(11), level).toHaveLength(count);
      }
      expect(commentsOn(11)[0]?.body).toMatch(/\*\*No changes\.[\s\S]*CHECK_URL_WITHOUT_TLS/);
    });
  });

  it('is about what the branch changes, not about what came to the base meanwhile', async () => {
    await runner.repository.git('checkout', '--quiet', '--detach', base);
    const later = await runner.repository.commit(
      {
        'mcp.yaml': manifest({
          notes: { command: 'notes' },
          old: { command: 'old' },
          more: { command: 'more' },
        }),
      },
      { branch: 'main' },
    );
    await runner.checkout(head);
    const acted = await runner.act({ event: pullRequest({ base: later, head }) });
    expect(acted.exitCode, acted.log).toBe(0);
    expect(acted.outputs).toMatchObject({ create: '1', delete: '1' });
  });

  it('fails on what somebody asked it to fail on', async () => {
    await runner.checkout(head);
    const acted = await runner.act({ event: pullRequest({ base, head }), with: { 'fail-on': 'destroy' } });
    expect(acted.exitCode).toBe(1);
    expect(acted.outputs['failure-reason']).toBe('destroy');
  });

  it('is judged by the policy of the base, whatever the branch says', async () => {
    await runner.repository.git('checkout', '--quiet', '--detach', base);
    const evil = await runner.repository.commit(
      {
        'mcp.yaml': manifest({ evil: { url: 'https://evil.test/mcp' } }),
        'policy.yaml': 'apiVersion: mcpform/v1\nkind: Policy\nrules: {}\n',
      },
      { branch: 'evil' },
    );
    await runner.checkout(evil);
    const acted = await runner.act({
      event: pullRequest({ base, head: evil }),
      with: { policy: 'policy.yaml' },
    });
    expect(acted.exitCode, acted.log).toBe(1);
    expect(acted.outputs).toMatchObject({ 'failure-reason': 'policy-denied', 'exit-code': '6' });
  });

  it('is judged by the policy of another repository, with its levels', async () => {
    const policy = 'apiVersion: mcpform/v1\nkind: Policy\nrules: {}\nchecks: { url-without-tls: deny }\n';
    Object.assign(gitHub.world.repositories, {
      'octo-org/policies': doubleRepository(9, { files: { 'mcp/strict.yaml@v1': Buffer.from(policy) } }),
    });
    await runner.repository.git('checkout', '--quiet', '--detach', base);
    const plain = await runner.repository.commit(
      { 'mcp.yaml': manifest({ plain: { url: 'http://plain.test/mcp' } }) },
      { branch: 'plain' },
    );
    await runner.checkout(plain);
    const acted = await runner.act({
      event: pullRequest({ base, head: plain }),
      with: { policy: 'octo-org/policies/mcp/strict.yaml@v1', comment: 'false' },
      gitHub,
      token: 'writes',
    });
    expect(acted.exitCode, acted.log).toBe(1);
    expect(acted.outputs).toMatchObject({ 'failure-reason': 'policy-denied', 'exit-code': '6' });
    expect(acted.commands.join('\n')).toContain('CHECK_URL_WITHOUT_TLS');
  });

  it('is made by a second workflow for a fork, of the commits alone', async () => {
    await runner.checkout(base);
    const event = workflowRun({ sha: head, branch: 'patch-1', repository: FORK });
    const acted = await runner.act({ event, gitHub, token: 'writes' });
    expect(acted.exitCode, acted.log).toBe(0);
    expect(comments().filter(({ on }) => on === 6)).toHaveLength(1);
  });

  it('says where a manifest is wrong, at its line', async () => {
    await runner.repository.git('checkout', '--quiet', '--detach', base);
    const broken = await runner.repository.commit(
      { 'mcp.yaml': 'apiVersion: mcpform/v1\nkind: Stack\nname: tools\nservers:\n  a: { comand: x }\n' },
      { branch: 'broken' },
    );
    await runner.checkout(broken);
    const acted = await runner.act({ event: pullRequest({ base, head: broken }) });
    expect(acted.exitCode).toBe(1);
    expect(acted.outputs['failure-reason']).toBe('invalid');
    expect(acted.commands).toContainEqual(expect.stringMatching(/^::error .*file=mcp\.yaml,line=5/));
  });

  it('fits what GitHub takes, however much changes', async () => {
    await runner.repository.git('checkout', '--quiet', '--detach', base);
    const many = Array.from({ length: 500 }, (_, index) => [
      `server-${index}`,
      { command: 'x', args: ['y'.repeat(500)] },
    ]);
    const large = await runner.repository.commit(
      { 'mcp.yaml': manifest(Object.fromEntries(many)) },
      { branch: 'large' },
    );
    const ends = {
      base: { ref: 'main', sha: base, repo: TOOLS },
      head: { ref: 'large', sha: large, repo: TOOLS },
    };
    Object.assign(gitHub.world.repositories['octo-org/tools']?.pulls ?? {}, { 7: doublePull(7, ends) });
    await runner.checkout(large);
    const event = pullRequest({ base, head: large, number: 7, branch: 'large' });
    const acted = await runner.act({ event, with: { artifact: 'mcp-plan' }, gitHub, token: 'writes' });
    expect(acted.exitCode, acted.log).toBe(0);
    const [comment] = comments().filter(({ on }) => on === 7);
    expect(comment?.body).toContain('500 to create, 2 to delete');
    expect(comment?.body).toContain('`claude-code/user/old`');
    expect(comment?.body).toContain('https://github.com/octo-org/tools/actions/runs/77#artifacts');
  });

  it('is made for a merge queue too', async () => {
    await runner.checkout(head);
    const payload = {
      action: 'checks_requested',
      repository: REPOSITORY,
      merge_group: {
        base_ref: 'refs/heads/main',
        base_sha: base,
        head_ref: 'refs/heads/queue',
        head_sha: head,
      },
    };
    const acted = await runner.act({ event: { name: 'merge_group', payload }, gitHub, token: 'writes' });
    expect(acted.exitCode, acted.log).toBe(0);
    expect(acted.outputs['changes']).toBe('true');
  });
});
