import { describe, expect, it } from 'vitest';
import { McpformError } from '../../../src/model/error.ts';
import { planIdOf } from '../../../src/plan/plan-id.ts';
import { codes, FROM, lines, planOf, revision, stack, TO } from './texts.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const OTHER = `sha256:${'b'.repeat(64)}`;

describe('a plan between two revisions', () => {
  it('has no steps when nothing but the spelling changes', async () => {
    const base = revision(stack('servers: { fs: { command: npx, args: [a, b] } }\n'));
    const head = revision(
      stack('# more words\nservers:\n  fs:\n    command: npx\n    args:\n    - a\n    - b\n'),
    );
    const plan = await planOf(base, head);
    expect(lines(plan)).toEqual([]);
    expect(plan.unchanged).toEqual(['claude-code/user/fs']);
    expect(plan).toMatchObject({ mode: 'static', between: { from: FROM, to: TO }, lineage: null, serial: 0 });
  });

  it('creates, updates and deletes what the manifests add, change and drop, with both values', async () => {
    const base = revision(stack('servers:\n  a: { command: npx, env: { X: "1" } }\n  b: { command: b }\n'));
    const head = revision(stack('servers:\n  a: { command: npx, env: { X: "2" } }\n  c: { command: c }\n'));
    const plan = await planOf(base, head);
    expect(lines(plan)).toEqual([
      'update claude-code/user/a /env/X',
      expect.stringMatching(/^create claude-code\/user\/c /),
      'delete claude-code/user/b',
    ]);
    expect(plan.steps[0]?.paths).toEqual([
      { pointer: '/env/X', before: { value: '1' }, after: { value: '2' }, cause: 'config' },
    ]);
    expect(plan.planId).toBe(planIdOf(plan));
  });

  it('follows `moved`, and lets nothing go that is protected', async () => {
    const base = revision(
      stack('servers:\n  a: { command: npx }\n  b: { command: b, lifecycle: { protect: true } }\n'),
    );
    const head = revision(
      stack(
        'moved: [{ from: claude-code/user/a, to: claude-code/user/z }]\nservers:\n  z: { command: npx }\n',
      ),
    );
    const { steps } = await planOf(base, head);
    expect(steps.map(({ action, because, address }) => [action, because, address])).toEqual([
      ['move', 'renamed', 'claude-code/user/z'],
      ['conflict', 'protected', 'claude-code/user/b'],
    ]);
  });

  it('replaces a container of another image, and says that the lock moved', async () => {
    const server = 'servers:\n  svc: { image: "registry.example.com/x:1", transport: http, port: 80 }\n';
    const lock = (digest: string) =>
      `apiVersion: mcpform/v1\nkind: Lock\nservers:\n  svc:\n    image: registry.example.com/x:1@${digest}\n`;
    const plan = await planOf(revision(stack(server), lock(DIGEST)), revision(stack(server), lock(OTHER)));
    const container = plan.steps.find(({ address }) => address === 'docker/container/svc');
    expect(container).toMatchObject({
      action: 'replace',
      because: 'repinned',
      pin: { before: { digest: DIGEST }, after: { digest: OTHER } },
    });
    expect(container?.paths).toEqual([
      expect.objectContaining({ pointer: '/image', cause: 'lock', forcesReplacement: true }),
    ]);
  });

  it('shows another secret at the same place, and that nobody granted it', async () => {
    const text = (locator: string) =>
      stack(
        `secrets: { s: { env: ${locator} } }\nservers:\n  svc:\n    image: registry.example.com/x:1@${DIGEST}\n    transport: http\n    port: 80\n    env: { TOKEN: "\${secret.s}" }\n`,
      );
    const { steps } = await planOf(revision(text('OLD')), revision(text('NEW')));
    expect(steps[0]).toMatchObject({
      address: 'docker/container/svc',
      action: 'replace',
      paths: [{ pointer: '/env/TOKEN', before: { hidden: true }, after: { value: '${secret.s}' } }],
      secrets: [{ locator: 'env:NEW', isNew: true }],
    });
    expect(lines(await planOf(revision(text('OLD')), revision(text('OLD'))))).toEqual([]);
  });
});

describe('a revision without a manifest, or with one that is not valid', () => {
  const valid = revision(stack('servers:\n  a: { command: npx }\n'));

  it('creates everything where the base has none', async () => {
    const plan = await planOf(revision(null), valid);
    expect(plan.summary).toMatchObject({ create: 1, unchanged: 0 });
    expect(codes(plan)).toEqual(['PLAN_BASE_ABSENT']);
    expect(plan.isComplete).toBe(true);
  });

  it('shows everything as leaving where the head has none, and says what machines really do', async () => {
    const plan = await planOf(valid, revision(null));
    expect(lines(plan)).toEqual(['delete claude-code/user/a']);
    expect(codes(plan)).toEqual(['PLAN_EMPTY', 'PLAN_MANIFEST_REMOVED']);
    expect(plan.stack).toBe('team');
  });

  it('never says that nothing changes where nobody knows the base', async () => {
    const plan = await planOf(revision(stack('servers: { a: { comand: npx } }\n')), valid);
    expect(plan.summary.create).toBe(1);
    expect(plan.isComplete).toBe(false);
    expect(plan.findings[0]).toMatchObject({
      code: 'PLAN_BASE_UNREADABLE',
      severity: 'warning',
      message: expect.stringContaining('mcp.yaml:4'),
    });
  });

  it('throws what is wrong with the head, at paths of the repository', async () => {
    const failure = await planOf(valid, revision(stack('servers: { a: { comand: npx } }\n'))).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(McpformError);
    const { findings } = failure as McpformError;
    expect(findings.map(({ at }) => at?.file)).toContain('mcp.yaml');
    expect(JSON.stringify(findings)).not.toContain('/repository');
  });

  it('takes a stack with another name for another stack', async () => {
    const other = revision(
      'apiVersion: mcpform/v1\nkind: Stack\nname: squad\nservers: { a: { command: npx } }\n',
    );
    const plan = await planOf(valid, other);
    expect(plan.summary.create).toBe(1);
    expect(codes(plan)).toContain('PLAN_STACK_RENAMED');
  });
});

describe('what a reviewer could not see in an entry', () => {
  const image = (digest: string, rest: string) =>
    revision(stack(`servers:\n  x:\n    image: registry.example.com/x:1@${digest}\n${rest}`));

  it('is beside it: what `mcpform exec` starts, of an entry that has only its id', async () => {
    const { steps } = await planOf(
      image(DIGEST, '    args: [--safe]\n'),
      image(OTHER, '    args: [--all]\n'),
    );
    const launch = steps[0]?.paths.filter(({ pointer }) => pointer.startsWith('/launch/'));
    expect(launch).toEqual([
      {
        pointer: '/launch/args',
        before: { value: ['--safe'] },
        after: { value: ['--all'] },
        cause: 'config',
      },
      {
        pointer: '/launch/image',
        before: { value: `registry.example.com/x@${DIGEST}` },
        after: { value: `registry.example.com/x@${OTHER}` },
        cause: 'config',
      },
    ]);
  });

  it('is beside it when it is new: all of what would be started', async () => {
    const { steps } = await planOf(revision(null), image(DIGEST, '    env: { LEVEL: debug }\n'));
    const launch = steps[0]?.paths.filter(({ pointer }) => /^\/launch\/(image|env)/.test(pointer));
    expect(launch?.map(({ after }) => after)).toEqual([
      { value: 'debug' },
      { value: `registry.example.com/x@${DIGEST}` },
    ]);
  });

  it('is beside it when a guard is taken away and nothing else changes', async () => {
    const base = revision(stack('servers: { a: { command: npx, lifecycle: { protect: true } } }\n'));
    const { steps } = await planOf(base, revision(stack('servers: { a: { command: npx } }\n')));
    expect(steps[0]).toMatchObject({
      action: 'record',
      paths: [{ pointer: '/lifecycle/protect', before: { value: true }, after: { value: false } }],
    });
  });
});

describe('a credential in clear text', () => {
  const token = ['ghp', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'].join('_');
  const with_ = (value: string) =>
    revision(
      stack(
        `secrets: { gh: { env: GH } }\nservers: { a: { command: npx, env: { GITHUB_TOKEN: "${value}" } } }\n`,
      ),
    );

  it('is not shown when the head gets rid of it, and the rest is compared as ever', async () => {
    const plan = await planOf(with_(token), with_('${secret.gh}'));
    expect(lines(plan)).toEqual(['update claude-code/user/a /env/GITHUB_TOKEN']);
    expect(plan.steps[0]?.paths[0]?.before).toMatchObject({ hidden: true });
    expect(JSON.stringify(plan)).not.toContain(token);
    expect(codes(plan)).not.toContain('PLAN_BASE_UNREADABLE');
  });

  it('is refused when the head brings it', async () => {
    const failure = await planOf(with_('${secret.gh}'), with_(token)).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'MANIFEST_INVALID',
      findings: [{ code: 'MANIFEST_LITERAL_SECRET' }],
    });
    expect(JSON.stringify((failure as McpformError).findings)).not.toContain(token);
  });
});
