import { pullRequest, push } from '../../action/support/events.ts';
import type { Acted } from '../../action/support/runner.ts';
import { TOOLS } from '../../action/support/tools-world.ts';
import { doublePull } from '../../support/github-double-state.ts';
import type { Asked } from './bed.ts';
import { KEYS, paste, pastedRemote, pastedServer } from './pasted.ts';
import type { RunnerBed } from './runner-bed.ts';

/** What workflows do on a runner: each is one way through it, in an order in which there is something to say. */

const { args, env, command } = pastedServer('ours');
const { url, headers } = pastedRemote;
const ours = { command: 'node', args: ['ours.js'], env: { MODE: 'all' } };
const clean = {
  ours,
  theirs: { command: 'node', args: ['ours.js'] },
  remote: { url: 'https://mcp.example.com/' },
};

/** What people wrote a key into. */
const LITERALS = {
  ours: { command, args, env },
  remote: { url, headers },
  described: { ...ours, description: KEYS.env },
};

/** A key on lines that something else is wrong with. */
const TORN: readonly (readonly string[])[] = [
  [
    `  a: { comand: node, env: { GITHUB_TOKEN: ${KEYS.env} } }`,
    `  b: { command: node, env: "GITHUB_TOKEN=${KEYS.env}" }`,
    `  c: { command: [node, --api-key, ${KEYS.argument}] }`,
    `  d: { command: node, timeout: ${KEYS.env} }`,
    `  e: { url: "${pastedRemote.url}", headers: { X: { y: "${KEYS.header}" } } }`,
  ],
  [`  a: { command: node, env: { GITHUB_TOKEN: ${KEYS.env} }, args: [`],
  [`  a: { command: node, env: { PASSWORD: ${KEYS.password}, PASSWORD: ${KEYS.password} } }`],
  [
    `  a: { command: node, env: { T: "\${secret.${KEYS.env}}" } }`,
    `  b: { command: node, args: ["\${var.${KEYS.argument}}", "\${secrets.${KEYS.url}}"] }`,
    `  c: { command: node, dependsOn: [${KEYS.header}] }`,
    `  d: { url: "htp://user:${KEYS.password}@mcp.example.com/?api_key=${KEYS.url}" }`,
  ],
];

export interface Done {
  readonly acted: readonly Acted[];
  readonly asked: readonly Asked[];
  /** What stands in pull requests and issues at the end. */
  readonly comments: readonly string[];
  readonly issues: readonly string[];
}

/** Pull requests, on a runner that has nothing but the repository. */
export async function pullRequests(bed: RunnerBed): Promise<Done> {
  const acted: Acted[] = [];
  const asked: Asked[] = [];
  const base = await commit(bed, bed.manifest({}));
  const head = await commit(bed, bed.manifest(clean), base);
  const literal = await commit(bed, bed.manifest({ ...clean, ...LITERALS }), base);
  const mended = await commit(bed, bed.manifest(clean), literal);
  const plan = async (from: string, to: string, inputs = {}): Promise<void> => {
    await bed.runner.checkout(to);
    openPull(bed, 5, { from, to });
    acted.push(await bed.act({ event: pullRequest({ base: from, head: to }), with: inputs }));
  };
  await plan(base, head, { 'fail-on': 'changes', artifact: 'plan' });
  await plan(literal, mended);
  await plan(base, literal);
  await plan(base, head, { policy: 'octo-org/policies/mcp.yaml@v1' });
  bed.gitHub.fail(/pulls\/5/, { kind: 'answer', status: 422, data: { message: `no ${bed.token}` } });
  await plan(base, head);
  for (const [from, to, views] of [
    [base, head, [[], ['--json']]],
    [literal, mended, VIEWS],
    [base, literal, [[], ['--json']]],
  ] as const) {
    for (const view of views) asked.push(await bed.ask(['plan', '--from', from, '--to', to, ...view]));
  }
  asked.push(await bed.ask(['show', 'plan.json']));
  let torn = base;
  for (const lines of TORN) {
    torn = await commit(bed, `${bed.manifest({})}${lines.join('\n')}\n`, base);
    asked.push(await bed.ask(['plan', '--from', base]));
    asked.push(await bed.ask(['plan', '--from', torn, '--to', head]));
  }
  // All of them are told in the same way; of the last, most is quoted.
  await plan(base, torn);
  return { acted, asked, ...toldTo(bed) };
}

const VIEWS = [[], ['--json'], ['--markdown'], ['--compact'], ['--graph', 'dot'], ['--out', 'plan.json']];

/** A runner that stays, where people have pasted keys into what clients read. */
export async function ownMachine(bed: RunnerBed): Promise<Done> {
  const acted: Acted[] = [];
  const { home, workspace } = bed.runner;
  const act = async (event: Parameters<RunnerBed['act']>[0]['event'], inputs: Record<string, string>) => {
    acted.push(await bed.act({ event, with: inputs }));
  };
  const base = await commit(bed, bed.manifest({}));
  const head = await commit(bed, bed.manifest(clean), base);
  await bed.runner.checkout(head);
  openPull(bed, 5, { from: base, to: head });
  const request = pullRequest({ base, head });
  const onMachine = { compare: 'machine', args: '--check-secrets' };
  const apply = { command: 'apply', approval: 'none', args: '--no-settle' };
  await paste(home, workspace);
  await act(request, onMachine);
  await act(request, { ...apply, args: '--no-settle --take-ownership claude-code/user/theirs' });
  await act(request, apply);
  await paste(home, workspace);
  await act(request, onMachine);
  await act(request, { command: 'drift', issue: 'true' });
  openPull(bed, 5, { from: base, to: head, merged: true });
  await act(push({ before: base, after: head }), { command: 'apply', args: '--no-settle', from: base });
  for (const how of ['talkative', 'down'] as const) {
    for (const keeper of bed.keepers) await keeper.fail(how, bed.mark);
    await act(request, onMachine);
    await act(request, apply);
  }
  const literal = await commit(bed, bed.manifest({ ...clean, ...LITERALS }), base);
  await bed.runner.checkout(literal);
  await act(request, { command: 'validate' });
  await act(request, { command: 'lock-check', args: '--offline' });
  await act(request, apply);
  return { acted, asked: [], ...toldTo(bed) };
}

function toldTo({ gitHub }: RunnerBed): Pick<Done, 'comments' | 'issues'> {
  const { comments = [], issues = [] } = gitHub.world.repositories['octo-org/tools'] ?? {};
  const bodies = (all: readonly { readonly body: string | null }[]) => all.map(({ body }) => body ?? '');
  return { comments: bodies(comments), issues: bodies(issues) };
}

async function commit({ runner }: RunnerBed, text: string, onto?: string): Promise<string> {
  if (onto !== undefined) await runner.repository.git('checkout', '--quiet', '--detach', onto);
  return await runner.repository.commit({ 'mcp.yaml': text });
}

function openPull(
  { gitHub }: RunnerBed,
  number: number,
  { from, to, merged = false }: { readonly from: string; readonly to: string; readonly merged?: boolean },
): void {
  const tools = gitHub.world.repositories['octo-org/tools'];
  const review = { user: { login: 'bea' }, author_association: 'MEMBER', state: 'APPROVED' };
  const ends = {
    base: { ref: 'main', sha: from, repo: TOOLS },
    head: { ref: 'change', sha: to, repo: TOOLS },
  };
  const state = { state: 'closed', merged_at: '2026-01-02T00:00:00Z', merge_commit_sha: to } as const;
  Object.assign(tools?.pulls ?? {}, { [number]: doublePull(number, { ...ends, ...(merged ? state : {}) }) });
  Object.assign(tools?.commits ?? {}, { [to]: [number] });
  Object.assign(tools?.reviews ?? {}, {
    [number]: [{ ...review, commit_id: to, submitted_at: '2026-01-01T00:00:00Z' }],
  });
}
