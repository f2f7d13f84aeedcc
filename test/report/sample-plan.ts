import type { JsonObject } from '../../src/model/json.ts';
import type { Plan } from '../../src/model/plan.ts';
import { declared, entry, placeOf, planOf, there, type World } from '../plan/world.ts';

const server = (command: string, more: JsonObject = {}): JsonObject => ({
  type: 'stdio',
  command,
  args: ['-y', '@scope/server@1.2.3'],
  ...more,
});
const remote: JsonObject = {
  type: 'http',
  url: 'https://mcp.linear.app/mcp',
  headers: { Authorization: 'Bearer ${LINEAR_TOKEN}' },
};
const uses = (name: string, variable: string, pointer: string): Parameters<typeof declared>[2] => ({
  secrets: [{ name, locator: `env:${variable}`, pointer, via: 'reference' }],
});

/** One of everything, as a person would meet it. */
export const sampleWorld: World = {
  desired: [
    declared('github', server('npx', { env: { GITHUB_TOKEN: '${GITHUB_TOKEN}' } }), {
      ...uses('github-token', 'GITHUB_TOKEN', '/env/GITHUB_TOKEN'),
    }),
    declared('claude-code/project/linear', remote, {
      ...uses('linear', 'LINEAR_TOKEN', '/headers/Authorization'),
      dependsOn: ['github'],
    }),
    declared(
      'search',
      server('node', { args: ['search.js', '--index', '/srv/index', '--fast'], timeout: 60_000 }),
    ),
    declared('files', server('npx', { env: { ROOT: '/srv/docs', TOKEN: '${FILES_TOKEN}' } }), {
      ...uses('files', 'FILES_TOKEN', '/env/TOKEN'),
    }),
    declared('found', server('uvx')),
    declared('renamed', server('uvx', { timeout: 5_000 })),
    declared('swapped', server('docker')),
    declared('noted', server('deno')),
    declared('taken', server('bun')),
    declared('waiting', server('npx'), { dependsOn: ['taken'] }),
    declared('vaulted', server('npx'), {
      blocked: {
        code: 'GRAPH_SECRET_UNAVAILABLE',
        severity: 'error',
        message: 'secret "vault" comes from backend "exec", which this release cannot read',
        hint: 'use an `env` secret',
      },
    }),
    declared('same', server('node')),
    declared('same-too', server('node')),
  ],
  entries: [
    entry(declared('search', server('node', { args: ['search.js'], timeout: 30_000 }))),
    entry(
      declared('files', server('npx', { env: { ROOT: '/srv/docs', TOKEN: '${OLD_TOKEN}' } }), {
        ...uses('files', 'OLD_TOKEN', '/env/TOKEN'),
      }),
    ),
    entry(declared('before', server('uvx'))),
    entry(declared('swapped', server('podman'))),
    entry(declared('noted', server('node'))),
    entry(declared('gone', server('node'))),
    entry(declared('edited', server('node'))),
    entry(declared('guarded', server('node')), { protect: true }),
    entry(declared('old', server('node'))),
    entry(declared('same', server('node'))),
    entry(declared('same-too', server('node'))),
  ],
  observed: [
    there(
      'search',
      server('python', { args: ['search.js', '--key', 'sk-live-0123456789'], timeout: 30_000 }),
    ),
    there('files', server('npx', { env: { ROOT: '/home/ada', TOKEN: '${OLD_TOKEN}' } })),
    there('found', server('uvx')),
    there('before', server('uvx')),
    there('swapped', server('podman')),
    there('noted', server('deno')),
    there('taken', server('ruby')),
    there('edited', server('perl')),
    there('guarded', server('node')),
    there('old', server('node')),
    there('same', server('node')),
    there('same-too', server('node')),
  ],
  moved: [['before', 'renamed']],
  findings: [
    {
      code: 'GRAPH_LAUNCH_DIRECT',
      severity: 'warning',
      message: 'server "search" is started by node directly: nothing is verified when it starts',
      hint: 'pin it as a package',
      at: {
        file: '/repo/mcp.yaml',
        pointer: '/servers/search',
        line: 12,
        column: 3,
        excerpt: '  search: { command: node }',
      },
    },
  ],
};

export const samplePlan: Plan = planOf(sampleWorld);

/** The same with a replacement, which needs another provider than the client's. */
export const replacingPlan: Plan = planOf({
  desired: [declared('swapped', server('docker', { image: 'b' }))],
  entries: [entry(declared('swapped', server('docker', { image: 'a' })))],
  observed: [there('swapped', server('docker', { image: 'a' }))],
  replaces: ['/image'],
});

export const emptyPlan: Plan = planOf({
  desired: [declared('same', server('node'))],
  entries: [entry(declared('same', server('node')))],
  observed: [there('same', server('node'))],
});

export const samplePlace = placeOf('claude-code/user/github');
