import { address, json, manifestOptions, source, stateDir } from './catalogue-options.ts';
import { tellingOptions } from './catalogue-telling.ts';
import type { CommandSpec } from './command.ts';

const stackOptions = [...manifestOptions, stateDir, json];

export const LOOP_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'reconcile',
    summary: 'Keep this machine at what the manifest says, in a loop',
    description:
      'Reads the source, plans, applies what may be applied, and looks again: after the interval, when a managed file or container is no longer as it was, and when it is asked to. What deletes needs --prune. Of a repository, changes are put in force only when signed by somebody whom the policy of this machine names.',
    options: [
      ...stackOptions,
      {
        flags: '--source <source>',
        description:
          'a folder, or URL[@REF][:PATH] of a Git repository (default: the manifest here or above)',
      },
      {
        flags: '--verify <what>',
        description: 'what must be signed: the commit (head) or the tag that is named (tag)',
        choices: ['none', 'head', 'tag'],
      },
      { flags: '--allow-local', description: 'let the source be a file:// or git:// repository' },
      { flags: '--max-age <duration>', description: 'refuse a newest commit that is older than this' },
      { flags: '--min-commit-age <duration>', description: 'take a commit only when it is this old' },
      {
        flags: '--from-commit <commit>',
        description: 'before anything was applied here: take only what descends from this commit',
      },
      { flags: '--accept-rewrite <commit>', description: 'take this commit though history was rewritten' },
      {
        flags: '--mode <mode>',
        description: 'look (observe), tell people (warn), or put right (enforce, the default)',
        choices: ['observe', 'warn', 'enforce'],
      },
      {
        flags: '--mode-of <pattern=mode>',
        description: 'another mode for addresses that fit: docker/*=observe',
        isList: true,
      },
      { flags: '--prune', description: 'delete what has left the manifest' },
      {
        flags: '--prune-after <passes>',
        description: 'delete only what was due to go in so many passes in a row (default: 3)',
      },
      { flags: '--interval <duration>', description: 'look again after this (default: 5m, at least 10s)' },
      { flags: '--jitter <percent>', description: 'earlier or later by up to this much (default: 5)' },
      { flags: '--cron <expression>', description: 'look at these times too: "0 * * * *"', isList: true },
      {
        flags: '--window <window>',
        description:
          'when changes are allowed or denied: "deny 0 9 * * 1-5 for 8h", or with "in Europe/Berlin" behind it',
        isList: true,
      },
      {
        flags: '--restart-after <passes>',
        description: 'restart a container that was unhealthy in so many passes in a row (default: 3)',
      },
      { flags: '--restart-delay <duration>', description: 'between two restarts at least (default: 1m)' },
      {
        flags: '--restart-attempts <number>',
        description: 'leave it as it is after so many restarts (default: 5; 0: never restart)',
      },
      {
        flags: '--webhook <place>',
        description: 'look when a Git host says so, at a port of loopback or a socket: POST /webhook',
      },
      {
        flags: '--webhook-secret <file>',
        description: 'the file with the secret that the Git host signs with, readable by you alone',
      },
      ...tellingOptions,
      { flags: '--once', description: 'one pass, then end' },
      {
        flags: '--now',
        description: 'have the loop that runs make a pass, and return when that one is done',
      },
    ],
    examples: [
      'mcpform reconcile',
      'mcpform reconcile --once --mode warn',
      'mcpform reconcile --source https://github.com/acme/mcp@main --verify head --prune',
    ],
    touches: 'write',
    isEndless: true,
    load: async () => (await import('./commands/reconcile.ts')).run,
  },
  {
    name: 'drift',
    summary: 'Show what changed outside of mcpform',
    description:
      'What is managed and is no longer as it was written. The same as `plan --drift-only`; writes nothing.',
    options: [
      ...stackOptions,
      source,
      { flags: '--detailed-exitcode', description: 'exit 2 when something has drifted' },
      { flags: '--markdown', description: 'print Markdown for an issue' },
    ],
    examples: ['mcpform drift', 'mcpform drift --detailed-exitcode'],
    touches: 'read',
    load: async () => (await import('./commands/drift.ts')).run,
  },
  {
    name: 'suspend',
    summary: 'Have the loop leave something alone',
    description: 'An address, or all of the stack. It stays so until `resume`, or until the given time.',
    arguments: [{ ...address, name: '[address]' }],
    options: [
      ...stackOptions,
      source,
      { flags: '--until <time>', description: 'a duration (2h), or a time (2026-12-24T18:00Z)' },
      { flags: '--reason <text>', description: 'why, for whoever sees it' },
    ],
    examples: [
      'mcpform suspend --until 2h',
      'mcpform suspend claude-code/user/github --reason "trying something"',
    ],
    touches: 'write',
    load: async () => (await import('./commands/suspend.ts')).run,
  },
];
