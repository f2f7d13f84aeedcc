import type { Plan } from '../../src/model/plan.ts';
import { type CommentInput, renderComment } from '../../src/report/github-comment.ts';
import { declared, entry, planOf, there } from '../plan/world.ts';

export const HEAD = '3f1c9a2b7d105e8844aa0b1c2d3e4f5061728394';
export const RUN = 'https://github.com/acme/tools/actions/runs/7';

const upgraded = (name: string, from: string, to: string) => {
  const pin = (version: string, digit: string) => ({
    name: `ghcr.io/acme/${name}:${version}`,
    digest: `sha256:${digit.repeat(64)}`,
  });
  return {
    desired: declared(name, { command: 'x', image: to }, { pin: pin(to, '9') }),
    entry: entry(declared(name, { command: 'x', image: from }, { pin: pin(from, '3') })),
    observed: there(name, { command: 'x', image: from }),
  };
};

const github = upgraded('github', '1.1.1', '1.1.2');
export const smallPlan: Plan = planOf({
  desired: [github.desired, declared('files')],
  entries: [github.entry, entry(declared('old'))],
  observed: [github.observed, there('old')],
});

export const comment = (plan: Plan, more: Partial<CommentInput> = {}): string =>
  renderComment({
    label: 'team',
    plans: [{ plan, file: 'mcp.yaml' }],
    head: HEAD,
    links: { summary: RUN, artifact: `${RUN}/artifacts/1` },
    root: '/repo',
    ...more,
  });
