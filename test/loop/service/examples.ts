import { createConceal } from '../../../src/formats/conceal.ts';
import type { ServiceSpec } from '../../../src/loop/service/spec.ts';
import type { Context } from '../../../src/model/context.ts';
import { type MemoryOptions, memorySystem } from '../../../src/system/memory.ts';

/** Texts that mean something to whoever reads a service file, and must not. */
export const AWKWARD = [
  'with blanks',
  'percent %h %% $HOME $$ ${X}',
  'quotes " and \' and `',
  'back\\slash\\',
  '<tag attr="x">&amp;</tag>--',
  'semicolon ; # hash',
  'ünï çødé 漢字',
  '-leading',
  '\\"',
  '',
];

export function spec(change: Partial<ServiceSpec> = {}): ServiceSpec {
  return {
    name: 'mcpform-tools-3f1c9ab24e77',
    about: 'tools of /home/ada/work/mcp.yaml',
    command: '/usr/local/bin/node',
    args: ['/opt/mcpform/dist/mcpform.cjs', 'reconcile', '--interval', '5m'],
    folder: '/home/ada/work',
    errorFile: '/home/ada/.local/state/mcpform/services/tools.err',
    env: { PATH: '/usr/local/bin:/usr/bin' },
    ...change,
  };
}

export function context(
  options: MemoryOptions = {},
  change: Partial<Context> = {},
): Context & { readonly system: ReturnType<typeof memorySystem> } {
  const home = '/home/ada';
  return {
    home,
    env: { PATH: '/usr/bin' },
    platform: 'linux',
    signal: new AbortController().signal,
    emit: () => undefined,
    folders: {
      state: `${home}/.local/state/mcpform`,
      cache: `${home}/.cache/mcpform`,
      config: `${home}/.config/mcpform`,
      data: `${home}/.local/share/mcpform`,
    },
    launcher: { command: '/usr/bin/node', args: ['/opt/mcpform/dist/mcpform.cjs', 'exec'], ephemeral: null },
    digest: (text) => text,
    conceal: createConceal(),
    ...change,
    system: memorySystem({ ...options, tree: { [`${home}/`]: '', ...options.tree } }),
  };
}
