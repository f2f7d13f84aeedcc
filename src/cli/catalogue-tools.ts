import { common, source } from './catalogue-options.ts';
import type { CommandSpec, OptionSpec } from './command.ts';

const tools = () => import('./commands/tools.ts');

const timeout: OptionSpec = {
  flags: '--timeout <duration>',
  description: 'how long one server may take to say all of it (default: 30s)',
};
const servers = { name: '[servers...]', description: 'only these' };

/** What servers offer, beside what was recorded of it. */
export const TOOL_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'tools check',
    summary: 'Whether servers still offer what the lock says',
    description:
      'Starts each server as its client would, or connects to it, and compares tools, prompts and instructions, descriptions and schemas included, with what `tools lock` recorded. Only what was applied on this machine, and is as it was then, is started. Calls no tool. Exits 1 when anything is another, was never recorded, or could not be asked.',
    arguments: [servers],
    options: [...common, source, timeout],
    examples: ['mcpform tools check', 'mcpform tools check github --json'],
    touches: 'read',
    asksOthers: true,
    load: async () => (await tools()).toolsCheck,
  },
  {
    name: 'tools lock',
    summary: 'Record what servers offer',
    description:
      'Asks as `tools check` does, shows what is another, and writes a digest of each tool, of each prompt and of the instructions to mcp.lock.yaml, so that a change of them is a line in a pull request and a finding of `plan --from`. Exits 5 when a server could not be asked; what was recorded of it stays.',
    arguments: [servers],
    options: [...common, timeout],
    examples: ['mcpform tools lock', 'mcpform tools lock github'],
    touches: 'write',
    load: async () => (await tools()).toolsLock,
  },
];
