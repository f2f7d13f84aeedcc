import {
  address,
  allowDestroy,
  autoApprove,
  common,
  json,
  lockTimeout,
  noSettle,
  source,
  stateDir,
} from './catalogue-options.ts';
import type { CommandSpec } from './command.ts';

const reading = () => import('./commands/reading.ts');
const writing = () => import('./commands/writing.ts');

const occasional = () => import('./commands/occasional.ts');

/** What is there, what was done and how to undo it; and what belongs to the machine. */
export const BOOK_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'show',
    summary: 'Display a saved plan',
    description: 'Displays only; says whether this machine would accept it as an approval.',
    arguments: [{ name: '<plan>', description: 'a plan saved with `plan --out`' }],
    options: [
      { flags: '--markdown', description: 'print Markdown for a pull request' },
      { flags: '--compact', description: 'one line per step' },
      stateDir,
      json,
    ],
    examples: ['mcpform show plan.json'],
    touches: 'read',
    load: async () => (await occasional()).show,
  },
  {
    name: 'status',
    summary: 'What is managed, and whether it is as declared',
    description:
      'Reads the client files and the books. Starts no server. Where the manifest has images, it also lists containers that are left behind, if the engine answers within two seconds.',
    options: [
      ...common,
      source,
      { flags: '--detailed-exitcode', description: 'exit 2 when something is not as declared' },
      {
        flags: '--watch',
        description: 'look again and again; with --json, a line whenever something changed',
      },
      { flags: '--interval <duration>', description: 'with --watch: between two looks (default: 2s)' },
    ],
    examples: ['mcpform status', 'mcpform status --watch', 'mcpform status --json'],
    touches: 'read',
    endsAtOnce: true,
    load: async () => (await reading()).status,
  },
  {
    name: 'explain',
    summary: 'Everything known about one address',
    description:
      'Where it is declared, where it lives, what was applied when and from which commit, what is there now.',
    arguments: [address],
    options: [...common, source],
    examples: ['mcpform explain claude-code/user/github'],
    touches: 'read',
    load: async () => (await reading()).explain,
  },
  {
    name: 'history',
    summary: 'The applies of this stack on this machine',
    description: 'Each apply that changed something is a generation; `rollback` takes its number.',
    options: [...common, source],
    examples: ['mcpform history'],
    touches: 'read',
    load: async () => (await reading()).history,
  },
  {
    name: 'rollback',
    summary: 'Apply an earlier generation again',
    description:
      'Plans from the manifest and lock that generation had, and asks. Afterwards the stack is on hold: apply refuses until `mcpform resume`, or until the manifest says the same, so that the old state is not overwritten by accident. Your files are never edited.',
    arguments: [{ name: '<generation>', description: 'a number from `history`' }],
    options: [...common, source, autoApprove, allowDestroy, noSettle, lockTimeout],
    examples: ['mcpform rollback 3'],
    touches: 'write',
    streams: true,
    load: async () => (await writing()).rollback,
  },
  {
    name: 'restore',
    summary: 'Put back what was deleted because it had left the manifest',
    description:
      'Plans from the newest generation that had the address, for it and what it depends on, and asks. The loop leaves it alone until `mcpform resume ADDRESS`; declare it again to keep it, as the next apply would delete it.',
    arguments: [address],
    options: [...common, source, autoApprove, allowDestroy, noSettle, lockTimeout],
    examples: ['mcpform restore claude-code/user/github'],
    touches: 'write',
    streams: true,
    load: async () => (await writing()).restore,
  },
  {
    name: 'resume',
    summary: 'Go on with what a rollback, a suspension or a fight has stopped',
    description:
      'Without an address: ends the hold that a rollback set, what was suspended as a whole, and everything that the loop has given up. With one: what was suspended or given up there. With --accept-rewrite only that: the loop takes this very commit, though it does not descend from the one that was applied last.',
    arguments: [{ ...address, name: '[address]' }],
    options: [
      ...common,
      source,
      {
        flags: '--accept-rewrite <commit>',
        description: 'have the loop take this commit though history was rewritten',
      },
      lockTimeout,
    ],
    examples: ['mcpform resume', 'mcpform resume docker/container/everything'],
    touches: 'write',
    load: async () => (await writing()).resume,
  },
  {
    name: 'forget',
    summary: 'Stop managing an address without touching it',
    description:
      'The entry stays where it is; only the books change. Remove it from the manifest too, or the next plan adopts it.',
    arguments: [{ name: '<addresses...>', description: 'such as claude-code/user/github' }],
    options: [...common, source, autoApprove, lockTimeout],
    examples: ['mcpform forget claude-code/user/github'],
    touches: 'write',
    streams: true,
    load: async () => (await writing()).forget,
  },
  {
    name: 'state list',
    summary: 'List what the books say is managed',
    description: 'Reads the books alone, no client.',
    options: [...common, source],
    examples: ['mcpform state list'],
    touches: 'read',
    load: async () => (await reading()).stateList,
  },
  {
    name: 'state mv',
    summary: 'Rename an address in the books, or take over the books of a moved folder',
    description:
      'With two addresses, the object stays and is known by the new one. With --root, a stack whose folder was moved takes its old books along.',
    arguments: [
      { name: '[from]', description: 'address as it is' },
      { name: '[to]', description: 'address as it shall be' },
    ],
    options: [
      ...common,
      source,
      { flags: '--root <folder>', description: 'the folder the stack was applied from before' },
      { flags: '--accept-source', description: 'bind these books to the manifest as it is here now' },
      lockTimeout,
    ],
    examples: [
      'mcpform state mv claude-code/user/old claude-code/user/new',
      'mcpform state mv --root ~/old/place',
    ],
    touches: 'write',
    load: async () => (await writing()).stateMv,
  },
  {
    name: 'state rm',
    summary: 'Drop addresses from the books',
    description: 'The objects stay. Same as `forget`, without asking and without looking at the client.',
    arguments: [{ name: '<addresses...>', description: 'such as claude-code/user/github' }],
    options: [...common, source, lockTimeout],
    examples: ['mcpform state rm claude-code/user/github'],
    touches: 'write',
    load: async () => (await writing()).stateRm,
  },
  {
    name: 'state rebuild',
    summary: 'Make new books from what is there',
    description:
      'For lost or corrupt books. Entries equal to the manifest are recorded as adopted, so that nothing is deleted by mistake; the old files are kept beside.',
    options: [...common, source, autoApprove, lockTimeout],
    examples: ['mcpform state rebuild'],
    touches: 'write',
    load: async () => (await writing()).stateRebuild,
  },
  {
    name: 'state unlock',
    summary: 'Remove a lock that was left behind',
    description: 'Shows who holds it. Without --force, only a lock whose holder is provably gone is removed.',
    options: [
      ...common,
      source,
      { flags: '--force', description: 'remove it although its holder may be alive' },
    ],
    examples: ['mcpform state unlock'],
    touches: 'write',
    load: async () => (await writing()).stateUnlock,
  },
  {
    name: 'doctor',
    summary: 'Check this machine: clients, folders, books, policy, what keeps secrets',
    description:
      'Starts no server, reads no secret and changes nothing. Of what keeps secrets, it looks at what the manifest uses; without a manifest, it lists what could be used here.',
    options: [
      { flags: '--all-backends', description: 'also what keeps secrets and is not used by the manifest' },
      ...common,
      source,
    ],
    examples: ['mcpform doctor', 'mcpform doctor --all-backends'],
    touches: 'read',
    asksOthers: true,
    load: async () => (await occasional()).doctor,
  },
  {
    name: 'exec',
    summary: 'Start a server as apply prepared it; for clients',
    description:
      'What the entries of package and image servers start. For a package, compares the installed files with those that were reviewed and becomes the server, or refuses with both hashes; needs no network, and drops variables that make a server load other code (NODE_OPTIONS, LD_*, PYTHON* and their like) unless the manifest sets them. For an image, starts a container from the locked digest and removes it afterwards. Reads nothing from the working directory.',
    arguments: [
      { name: '<launch-id>', description: 'as the entry has it: the name of the record that apply wrote' },
    ],
    options: [],
    examples: ['mcpform exec filesystem-9fa5b3a3fd5fc248c0628606707dc43d'],
    touches: 'write',
    load: async () => (await import('./commands/exec.ts')).run,
  },
  {
    name: 'completion',
    summary: 'Print a completion script for your shell',
    description: 'Source it from your shell’s start-up file.',
    arguments: [{ name: '<shell>', description: 'bash, zsh or fish' }],
    options: [],
    examples: [
      'source <(mcpform completion bash)',
      'mcpform completion fish > ~/.config/fish/completions/mcpform.fish',
    ],
    touches: 'nothing',
    load: async () => (await occasional()).completion,
  },
];
