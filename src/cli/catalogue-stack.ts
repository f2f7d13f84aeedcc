import {
  allowDestroy,
  allowDowngrade,
  autoApprove,
  checkSecrets,
  common,
  filesChanged,
  json,
  locked,
  lockTimeout,
  manifestOptions,
  noLocked,
  noSettle,
  olderThan,
  policyOptions,
  secretsTo,
  stateDir,
  takeOwnership,
  target,
} from './catalogue-options.ts';
import type { CommandSpec } from './command.ts';

const reading = () => import('./commands/reading.ts');
const writing = () => import('./commands/writing.ts');

const occasional = () => import('./commands/occasional.ts');

/** From a first manifest to what it declares, and back to nothing. */
export const STACK_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'init',
    summary: 'Write a first mcp.yaml',
    description:
      'Writes a manifest with comments that teach. With --import it declares the servers that Claude Code has now, so that the plan right after is empty. An existing file is never overwritten.',
    options: [
      { flags: '-f, --file <file>', description: 'where to write it (default: mcp.yaml)', isList: true },
      { flags: '--name <name>', description: 'name of the stack (default: the folder)' },
      {
        flags: '--import',
        description: 'declare every entry Claude Code has in user, local and project scope',
      },
      secretsTo,
      stateDir,
      json,
    ],
    examples: ['mcpform init', 'mcpform init --import'],
    touches: 'write',
    load: async () => (await occasional()).init,
  },
  {
    name: 'import',
    summary: 'Declare entries that exist and are not managed yet',
    description:
      'Adds client entries to the manifest, comments kept. Without an address, all unmanaged ones. A literal that looks like a credential is never copied: it is moved to a backend for secrets (--secrets-to, or an answer on a terminal), or its pointer becomes lifecycle.keep and the value stays where it is.',
    arguments: [{ name: '[addresses...]', description: 'such as claude-code/user/github' }],
    options: [...common, secretsTo],
    examples: [
      'mcpform import claude-code/user/github',
      'mcpform import',
      'mcpform import --secrets-to file',
    ],
    touches: 'write',
    load: async () => (await occasional()).importEntries,
  },
  {
    name: 'validate',
    summary: 'Check the manifest and report everything wrong with it at once',
    description:
      'Reads the manifest, the lock and policies, nothing else: no client, no engine, no state. The built-in checks run where a policy has `checks`, or with --checks; the rules of a policy given with --policy are judged by what the manifest says.',
    options: [...manifestOptions, ...policyOptions, json],
    examples: [
      'mcpform validate',
      'mcpform validate -f base.yaml -f laptop.yaml',
      'mcpform validate --checks',
    ],
    touches: 'nothing',
    load: async () => (await import('./commands/validate.ts')).run,
  },
  {
    name: 'plan',
    summary: 'Show what apply would change, and why',
    description:
      'Compares the manifest, what was last applied and what is there now. Writes nothing. A saved plan (--out) is an approval: apply plans again and does no more than what the file shows.',
    options: [
      ...common,
      {
        flags: '--from <revision>',
        description:
          'of no machine: what changes on every one that had converged to this commit, branch or tag (docs/static-plan.md)',
      },
      {
        flags: '--to <revision>',
        description: 'with --from: up to this one, in place of the files as they are here',
      },
      { flags: '--out <file>', description: 'save the plan as an approval for `apply FILE`' },
      { flags: '--markdown', description: 'print Markdown for a pull request' },
      {
        flags: '--graph <format>',
        description: 'print the dependency graph instead',
        choices: ['mermaid', 'dot'],
      },
      checkSecrets,
      ...policyOptions,
      { flags: '--detailed-exitcode', description: 'exit 2 when there are changes' },
      target,
      takeOwnership,
      filesChanged,
      locked,
      noLocked,
      allowDowngrade,
      { flags: '--drift-only', description: 'only what changed outside of mcpform' },
      { flags: '--destroy', description: 'plan the removal of everything this stack manages' },
      { flags: '--compact', description: 'one line per step' },
      { flags: '--show-unchanged', description: 'also list what needs nothing' },
      {
        flags: '--sweep',
        description: 'no plan of the stack: list the containers that `apply --sweep` would remove',
      },
      olderThan,
    ],
    examples: [
      'mcpform plan',
      'mcpform plan --out plan.json',
      'mcpform plan --json --detailed-exitcode',
      'mcpform plan --from origin/main',
      'mcpform plan --sweep',
    ],
    touches: 'read',
    touchesNothingWith: 'from',
    asksOthers: 'checkSecrets',
    load: async () => (await reading()).plan,
  },
  {
    name: 'apply',
    summary: 'Make it so',
    description:
      'Plans, asks, and performs the plan. With a plan file it asks nothing, plans again, and refuses to do more than the file shows. The first Ctrl-C finishes what runs and starts nothing; the second leaves at once. Neither loses data.',
    arguments: [{ name: '[plan]', description: 'a plan saved with `plan --out`' }],
    options: [
      ...common,
      ...policyOptions,
      autoApprove,
      allowDestroy,
      target,
      takeOwnership,
      filesChanged,
      locked,
      noLocked,
      allowDowngrade,
      noSettle,
      lockTimeout,
      {
        flags: '--sweep',
        description: 'leave the stack alone: remove containers that servers over stdio left behind',
      },
      olderThan,
    ],
    examples: [
      'mcpform apply',
      'mcpform apply --auto-approve',
      'mcpform apply plan.json',
      'mcpform apply --sweep',
    ],
    touches: 'write',
    streams: true,
    load: async () => (await writing()).apply,
  },
  {
    name: 'destroy',
    summary: 'Remove exactly what this stack created',
    description:
      'Entries that were there before (adopted) are left in place and forgotten, unless lifecycle.onRemove says delete. Protected ones stay, and so do volumes, but for those with `protect: false`, which take --allow-destroy.',
    options: [...common, autoApprove, allowDestroy, target, noSettle, lockTimeout],
    examples: ['mcpform destroy'],
    touches: 'write',
    streams: true,
    load: async () => (await writing()).destroy,
  },
];
