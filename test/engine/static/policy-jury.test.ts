import { describe, expect, it } from 'vitest';
import { policyJury } from '../../../src/engine/static/policy-jury.ts';
import { printLock } from '../../../src/lock/print-lock.ts';
import { McpformError } from '../../../src/model/error.ts';
import type { OfferPin } from '../../../src/model/lock.ts';
import type { Plan } from '../../../src/model/plan.ts';
import { isDenied } from '../../../src/plan/is-denied.ts';
import { memorySystem } from '../../../src/system/memory.ts';
import { lockOf, sha256 } from '../../lock/locks.ts';
import { contextOn } from '../../state/machine.ts';
import { planOf, revision, stack } from './texts.ts';

const HEAD = 'apiVersion: mcpform/v1\nkind: Policy\n';

interface Asked {
  readonly base?: string | null;
  readonly head: string | null;
  /** Texts of both locks. */
  readonly locks?: readonly [base: string | null, head: string | null];
  /** What follows the head of a policy; null: `--checks` alone. */
  readonly policy: string | null;
  readonly file?: string;
}

async function judged({
  base = null,
  head,
  locks: [was, is] = [null, null],
  policy,
  file = '/repo/org.yaml',
}: Asked): Promise<Plan> {
  const tree = policy === null ? {} : { [file]: `${HEAD}${policy}` };
  const { ctx } = contextOn(memorySystem({ tree: { '/repo/': '', '/tmp/run/': '', ...tree } }));
  const request = { files: policy === null ? [] : [file], runsChecks: policy === null };
  const texts = (text: string | null, lock: string | null) =>
    revision(text === null ? null : stack(text), lock);
  return await planOf(texts(base, was), texts(head, is), { jury: await policyJury(request, '/repo', ctx) });
}

const said = ({ findings }: Plan) =>
  findings
    .filter(({ code }) => code !== 'PLAN_BASE_ABSENT')
    .map(
      ({ severity, code, at, address }) =>
        `${severity} ${code} ${at?.file ?? '-'}:${at?.line ?? '-'} ${address ?? '-'}`,
    );
const steps = (plan: Plan) =>
  plan.steps.map(({ address, action, because }) => `${address} ${action} ${because}`);

const FAR = 'servers:\n  far:\n    url: "http://mcp.example.com/"\n';

describe('policy over a plan between two revisions', () => {
  it('makes what a check denies a conflict, at its place in the manifest', async () => {
    const plan = await judged({ head: FAR, policy: 'checks: { url-without-tls: deny }\n' });
    expect(steps(plan)).toEqual(['claude-code/user/far conflict denied']);
    expect(said(plan)).toEqual(['error CHECK_URL_WITHOUT_TLS mcp.yaml:6 claude-code/user/far']);
    expect(isDenied(plan)).toBe(true);
  });

  it('judges rules too, but not where the manifest comes from, which is a matter of the machine', async () => {
    const policy =
      'rules: { sources: { allow: [github.com/acme/x] }, urlHosts: { allow: ["*.acme.com"] } }\n';
    expect(said(await judged({ head: FAR, policy }))).toEqual([
      'error POLICY_DENIED mcp.yaml:5 claude-code/user/far',
    ]);
  });

  it('takes folders of the host for what they are called', async () => {
    const image = `registry.example.com/x:1@sha256:${'a'.repeat(64)}`;
    const head = `servers:\n  x: { image: "${image}", transport: http, port: 1, volumes: ["/srv/docs:/d"] }\n`;
    const rules = (allow: string) => `rules: { mounts: { allow: ["${allow}"] } }\n`;
    expect(isDenied(await judged({ head, policy: rules('/srv/docs') }))).toBe(false);
    expect(isDenied(await judged({ head, policy: rules('/srv/other') }))).toBe(true);
  });

  it('judges a container whose image is in no lock yet: nothing gets past it by being locked later', async () => {
    const head =
      'servers:\n  x: { image: "registry.example.com/x:1", volumes: ["/srv/docs:/d"], security: { privileged: true } }\n';
    const rules = await judged({ head, policy: 'rules: { mounts: { allow: [/srv/other] } }\n' });
    expect(said(rules).filter((line) => line.startsWith('error POLICY_DENIED'))).not.toEqual([]);
    const checks = await judged({ head, policy: 'checks: { container-privileged: deny }\n' });
    expect(said(checks)).toContain('error CHECK_CONTAINER_PRIVILEGED mcp.yaml:5 claude-code/user/x');
  });

  it('says everything that is denied of a server, and nothing twice', async () => {
    const plan = await judged({
      head: FAR,
      policy: 'rules: { urlHosts: { allow: [] } }\nchecks: { url-without-tls: deny }\n',
    });
    expect(said(plan)).toEqual([
      'error CHECK_URL_WITHOUT_TLS mcp.yaml:6 claude-code/user/far',
      'error POLICY_DENIED mcp.yaml:5 claude-code/user/far',
    ]);
  });

  it('is by defaults with `--checks` alone, and silent without', async () => {
    expect(said(await judged({ head: FAR, policy: null }))).toEqual([
      'warning CHECK_URL_WITHOUT_TLS mcp.yaml:6 claude-code/user/far',
    ]);
    const { ctx } = contextOn(memorySystem({}));
    const silent = { jury: await policyJury(undefined, '/repo', ctx) };
    expect(said(await planOf(revision(null), revision(stack(FAR)), silent))).toEqual([]);
  });

  it('is the same from whatever folder the policy was read', async () => {
    const policy = 'checks: { url-without-tls: deny }\n';
    const here = await judged({ head: FAR, policy, file: '/repo/policy-1.yaml' });
    const elsewhere = await judged({ head: FAR, policy, file: '/tmp/run/policy-1.yaml' });
    expect(JSON.stringify(elsewhere)).toBe(JSON.stringify(here));
    expect(JSON.stringify(here)).not.toContain('/repo');
  });

  it('asks for files that are there and whole', async () => {
    const { ctx } = contextOn(memorySystem({ tree: { '/repo/': '' } }));
    const missing = policyJury({ files: ['/repo/none.yaml'], runsChecks: false }, '/repo', ctx);
    await expect(missing).rejects.toThrow(McpformError);
    await expect(missing).rejects.toMatchObject({ code: 'POLICY_INVALID' });
  });
});

describe('tools-changed', () => {
  const both = 'servers:\n  a: { command: a }\n  b: { command: b }\n';
  const offer: OfferPin = { tools: { send: sha256(1) }, prompts: {} };
  const lock = (offers: Readonly<Record<string, OfferPin>>): string => printLock(lockOf({}, { offers }));
  const between = (
    was: Readonly<Record<string, OfferPin>>,
    is: Readonly<Record<string, OfferPin>>,
    policy: string | null = null,
    head = both,
  ): Promise<Plan> => judged({ base: both, head, locks: [lock(was), lock(is)], policy });
  const worse: OfferPin = { ...offer, tools: { send: sha256(2), wipe: sha256(3) }, instructions: sha256(4) };

  it('warns, where the server stands, although nothing of it is written anywhere', async () => {
    const plan = await between({ a: offer, b: offer }, { a: offer, b: worse });
    expect(steps(plan)).toEqual([]);
    expect(said(plan)).toEqual(['warning CHECK_TOOLS_CHANGED mcp.yaml:6 claude-code/user/b']);
    expect(plan.findings[0]?.message).toContain(
      'server "b": offers something else than before: ~ tool send, + tool wipe, + instructions',
    );
  });

  it('warns when the lock no longer says what a server offers', async () => {
    const plan = await between({ a: offer, b: offer }, { a: offer });
    expect(plan.findings.map(({ message }) => message)).toEqual([
      'server "b": the lock no longer records what it offers (tools-changed)',
    ]);
  });

  it('has nothing to say of what is the same, recorded for the first time, or of a server that leaves', async () => {
    expect(said(await between({ a: offer }, { a: offer, b: worse }))).toEqual([]);
    const alone = 'servers:\n  a: { command: a }\n';
    expect(said(await between({ a: offer, b: offer }, { a: offer }, null, alone))).toEqual([]);
  });

  it('makes the server a conflict where a policy denies it, and lets it pass by an exception', async () => {
    const denied = await between({ b: offer }, { b: worse }, 'checks: { tools-changed: deny }\n');
    expect(steps(denied)).toEqual(['claude-code/user/b conflict denied']);
    expect(isDenied(denied)).toBe(true);
    const excepted =
      'checks: { tools-changed: deny }\nexceptions: [{ rule: tools-changed, servers: [b], reason: x, until: 2999-12-31 }]\n';
    const lifted = await between({ b: offer }, { b: worse }, excepted);
    expect([said(lifted), isDenied(lifted)]).toEqual([
      ['info POLICY_EXCEPTION mcp.yaml:6 claude-code/user/b'],
      false,
    ]);
  });

  it('names a few of many, and counts the others', async () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`tool-${at + 10}`, sha256(at)]));
    const [finding] = (await between({ b: offer }, { b: { ...offer, tools: many } })).findings;
    expect(finding?.message).toContain('- tool send, + tool tool-10,');
    expect(finding?.message).toContain('and 33 more');
  });
});

describe('protected-deleted', () => {
  const kept = (fields = '') =>
    `servers:\n  a: { command: a }\n  keep: { command: keep${fields}, lifecycle: { protect: true } }\n`;
  const gone = 'servers:\n  a: { command: a }\n';
  const address = 'claude-code/user/keep';

  it('denies what would delete something that is protected', async () => {
    const plan = await judged({ base: kept(), head: gone, policy: 'checks: {}\n' });
    expect(steps(plan)).toEqual([`${address} conflict protected`]);
    expect(said(plan)).toEqual([`error CHECK_PROTECTED_DELETED -:- ${address}`]);
    expect(plan.findings[0]?.message).toContain(`${address} is protected, and would be deleted`);
    expect(isDenied(plan)).toBe(true);
  });

  it('is about what is lost: a change of the same server, and the end of its protection, are none', async () => {
    expect(said(await judged({ base: kept(), head: kept(', args: [x]'), policy: 'checks: {}\n' }))).toEqual(
      [],
    );
    const freed = kept().replace('protect: true', 'protect: false');
    expect(said(await judged({ base: kept(), head: freed, policy: 'checks: {}\n' }))).toEqual([]);
  });

  it('goes by an exception that names the server, though the block is gone', async () => {
    const policy = (servers: string) =>
      `checks: {}\nexceptions: [{ rule: protected-deleted, servers: [${servers}], reason: x, until: 2999-12-31 }]\n`;
    const lifted = await judged({ base: kept(), head: gone, policy: policy('keep') });
    expect([said(lifted), isDenied(lifted)]).toEqual([[`info POLICY_EXCEPTION -:- ${address}`], false]);
    expect(isDenied(await judged({ base: kept(), head: gone, policy: policy('a') }))).toBe(true);
  });

  it('also speaks when the whole stack goes', async () => {
    const plan = await judged({ base: kept(), head: null, policy: 'checks: {}\n' });
    expect(said(plan).filter((line) => line.includes('CHECK_'))).toEqual([
      `error CHECK_PROTECTED_DELETED -:- ${address}`,
    ]);
  });
});
