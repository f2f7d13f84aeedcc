import type { ArgumentSpec, CommandSpec, OptionSpec } from './command.ts';
import * as reading from './commands/reading.ts';
import * as writing from './commands/writing.ts';

const json: OptionSpec = { flags: '--json', description: 'print JSON for machines instead of text' };
const stateDir: OptionSpec = {
  flags: '--state-dir <folder>',
  description: 'keep the books here instead of $XDG_STATE_HOME/mcpform',
};
const manifestOptions: readonly OptionSpec[] = [
  {
    flags: '-f, --file <file>',
    description:
      'manifest to read; several are merged in order (default: mcp.yaml here or above, inside the repository)',
    isList: true,
  },
  { flags: '--var <name=value>', description: 'set a variable of the manifest', isList: true },
  {
    flags: '--var-file <file>',
    description: 'read variables from a YAML or JSON file of names and values',
    isList: true,
  },
];
const common: readonly OptionSpec[] = [...manifestOptions, stateDir, json];
const target: OptionSpec = {
  flags: '--target <address>',
  description: 'only this address and what it depends on; the plan says that it is incomplete',
  isList: true,
};
const takeOwnership: OptionSpec = {
  flags: '--take-ownership <address>',
  description: 'take over an entry that is there, differs and is not ours (or that somebody changed)',
  isList: true,
};
const filesChanged: OptionSpec = {
  flags: '--files-changed',
  description: 'accept another set of manifest files than last time; without it nothing is deleted',
};
const allowDestroy: OptionSpec = {
  flags: '--allow-destroy',
  description: 'let --auto-approve delete everything, or more than 30 % (and more than 3) of what is managed',
};
const autoApprove: OptionSpec = { flags: '--auto-approve', description: 'do not ask; for scripts and CI' };
const noSettle: OptionSpec = {
  flags: '--no-settle',
  description: 'return once the write was read back, without watching for clients that ignore the lock',
};
const lockTimeout: OptionSpec = {
  flags: '--lock-timeout <duration>',
  description: 'wait this long for another mcpform that holds the books (default: 0s)',
};
const address: ArgumentSpec = {
  name: '<address>',
  description: 'as `plan` and `status` print it: claude-code/user/github',
};

const locked: OptionSpec = {
  flags: '--locked',
  description: 'refuse when the lock does not answer for every package and image (default where CI is set)',
};
const noLocked: OptionSpec = {
  flags: '--no-locked',
  description: 'go on without: what is not locked is looked up by apply, and blocked in a plan',
};
const allowDowngrade: OptionSpec = {
  flags: '--allow-downgrade',
  description: 'accept a lock with an older release than was applied here',
};
const cooldown: OptionSpec = {
  flags: '--cooldown <duration>',
  description: 'ignore releases younger than this, such as 7d (default: 0d)',
};

const parallelBlobs: OptionSpec = {
  flags: '--parallel <number>',
  description: 'how many layers are on their way at once (default: 6)',
};
const olderThan: OptionSpec = {
  flags: '--older-than <duration>',
  description: 'with --sweep: also what only looks left behind and is older than this, such as 24h',
};

const occasional = () => import('./commands/occasional.ts');
const locking = () => import('./commands/locking.ts');

/** Every command, once: help, completion, the parser and the tests read this. */
export const CATALOGUE: readonly CommandSpec[] = [
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
      'Adds client entries to the manifest, comments kept. Without an address, all unmanaged ones. A literal that looks like a credential is never copied: its pointer becomes lifecycle.keep and the value stays where it is.',
    arguments: [{ name: '[addresses...]', description: 'such as claude-code/user/github' }],
    options: common,
    examples: ['mcpform import claude-code/user/github', 'mcpform import'],
    touches: 'write',
    load: async () => (await occasional()).importEntries,
  },
  {
    name: 'validate',
    summary: 'Check the manifest and report everything wrong with it at once',
    description: 'Reads the manifest and the lock, nothing else: no client, no engine, no state.',
    options: [...manifestOptions, json],
    examples: ['mcpform validate', 'mcpform validate -f base.yaml -f laptop.yaml'],
    touches: 'nothing',
    load: async () => reading.validate,
  },
  {
    name: 'plan',
    summary: 'Show what apply would change, and why',
    description:
      'Compares the manifest, what was last applied and what is there now. Writes nothing. A saved plan (--out) is an approval: apply plans again and does no more than what the file shows.',
    options: [
      ...common,
      { flags: '--out <file>', description: 'save the plan as an approval for `apply FILE`' },
      { flags: '--markdown', description: 'print Markdown for a pull request' },
      {
        flags: '--graph <format>',
        description: 'print the dependency graph instead',
        choices: ['mermaid', 'dot'],
      },
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
      'mcpform plan --sweep',
    ],
    touches: 'read',
    load: async () => reading.plan,
  },
  {
    name: 'apply',
    summary: 'Make it so',
    description:
      'Plans, asks, and performs the plan. With a plan file it asks nothing, plans again, and refuses to do more than the file shows. The first Ctrl-C finishes what runs and starts nothing; the second leaves at once. Neither loses data.',
    arguments: [{ name: '[plan]', description: 'a plan saved with `plan --out`' }],
    options: [
      ...common,
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
    load: async () => writing.apply,
  },
  {
    name: 'destroy',
    summary: 'Remove exactly what this stack created',
    description:
      'Entries that were there before (adopted) are left in place and forgotten, unless lifecycle.onRemove says delete. Protected ones stay.',
    options: [...common, autoApprove, target, noSettle, lockTimeout],
    examples: ['mcpform destroy'],
    touches: 'write',
    streams: true,
    load: async () => writing.destroy,
  },
  {
    name: 'lock',
    summary: 'Write down what every package and image stands for',
    description:
      'Looks up the packages and images of the manifest and writes mcp.lock.yaml, and beside it the whole dependency tree of each package. What is locked already stays as it is; --update takes the newest that the manifest allows. Needs no engine, runs nothing that it finds, and uses the registries and credentials that npm, pip and docker have here.',
    options: [
      ...manifestOptions,
      {
        flags: '--check',
        description: 'write nothing; fail when the lock does not answer for the manifest, or is not true',
      },
      { flags: '--offline', description: 'with --check: look at the files alone, ask no registry' },
      {
        flags: '--update [servers...]',
        description: 'take newer releases, of these servers or of all',
      },
      cooldown,
      { flags: '--allow-downgrade', description: 'accept an older release than the one that is locked' },
      { flags: '--parallel <number>', description: 'how many names are looked up at once (default: 16)' },
      locked,
      noLocked,
      json,
    ],
    examples: ['mcpform lock', 'mcpform lock --check', 'mcpform lock --update github --cooldown 7d'],
    touches: 'write',
    load: async () => (await locking()).lock,
  },
  {
    name: 'outdated',
    summary: 'What could be newer, and how old it is',
    description:
      'Asks registries for newer releases of what is locked, and for tags that were moved. WANTED is what `lock --update` would take, LATEST the newest there is. Changes nothing.',
    arguments: [{ name: '[servers...]', description: 'only these' }],
    options: [
      ...manifestOptions,
      cooldown,
      { flags: '--detailed-exitcode', description: 'exit 2 when something could be newer' },
      json,
    ],
    examples: ['mcpform outdated', 'mcpform outdated --cooldown 7d --json'],
    touches: 'read',
    load: async () => (await locking()).outdated,
  },
  {
    name: 'images list',
    summary: 'The images of the manifest, and what they are locked to',
    description:
      'Name, tag, digest and signer of every image. Reads the manifest and the lock alone; with --platforms the registries are asked what each image runs on, by its digest, and the answer is kept. Needs no engine.',
    arguments: [{ name: '[servers...]', description: 'only these' }],
    options: [
      ...manifestOptions,
      { flags: '--platforms', description: 'also what each image runs on' },
      json,
    ],
    examples: ['mcpform images list', 'mcpform images list --platforms --json'],
    touches: 'read',
    load: async () => (await locking()).imagesList,
  },
  {
    name: 'images verify',
    summary: 'Check that every locked image is still there, whole and signed',
    description:
      'Asks the registries themselves, not their mirrors, for every index, manifest, configuration and layer of every locked image by digest, says which tags were moved since, and verifies the signatures that the policy of this machine wants. Exits 1 when an image is not as locked, 6 when a policy is not met. Needs no engine and keeps nothing.',
    arguments: [{ name: '[servers...]', description: 'only these' }],
    options: [
      ...manifestOptions,
      { flags: '--full', description: 'fetch and hash every byte, instead of asking whether it is there' },
      parallelBlobs,
      json,
    ],
    examples: ['mcpform images verify', 'mcpform images verify github --full'],
    touches: 'read',
    load: async () => (await locking()).imagesVerify,
  },
  {
    name: 'images copy',
    summary: 'Publish every locked image to another registry',
    description:
      'Copies images byte for byte, all platforms and attestations included, so that their digests stay what they are: ghcr.io/acme/x becomes REGISTRY/PREFIX/acme/x. Sends what is missing and nothing else, so an interrupted copy goes on when it is run again; a tag is set last. Needs no engine, and uses the credentials that docker has here. Exits 5 when an image could not be copied.',
    arguments: [{ name: '[servers...]', description: 'only these' }],
    options: [
      ...manifestOptions,
      { flags: '--to <registry>', description: 'where to: registry.example.com, registry.example.com/team' },
      { flags: '--no-tags', description: 'set no tags: the copies are known by their digests alone' },
      { flags: '--no-signatures', description: 'leave signatures, attestations and what else is attached' },
      { flags: '--overwrite', description: 'move tags of the target that stand for something else' },
      { flags: '--dry-run', description: 'send nothing; say what would be sent' },
      parallelBlobs,
      json,
    ],
    examples: [
      'mcpform images copy --to registry.example.com/team',
      'mcpform images copy --to registry.example.com --dry-run',
    ],
    touches: 'write',
    load: async () => (await locking()).imagesCopy,
  },
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
      { flags: '--detailed-exitcode', description: 'exit 2 when something is not as declared' },
    ],
    examples: ['mcpform status', 'mcpform status --json'],
    touches: 'read',
    load: async () => reading.status,
  },
  {
    name: 'explain',
    summary: 'Everything known about one address',
    description:
      'Where it is declared, where it lives, what was applied when and from which commit, what is there now.',
    arguments: [address],
    options: common,
    examples: ['mcpform explain claude-code/user/github'],
    touches: 'read',
    load: async () => reading.explain,
  },
  {
    name: 'history',
    summary: 'The applies of this stack on this machine',
    description: 'Each apply that changed something is a generation; `rollback` takes its number.',
    options: common,
    examples: ['mcpform history'],
    touches: 'read',
    load: async () => reading.history,
  },
  {
    name: 'rollback',
    summary: 'Apply an earlier generation again',
    description:
      'Plans from the manifest and lock that generation had, and asks. Afterwards the stack is on hold: apply refuses until `mcpform resume`, so that the old state is not overwritten by accident. Your files are never edited.',
    arguments: [{ name: '<generation>', description: 'a number from `history`' }],
    options: [...common, autoApprove, allowDestroy, noSettle, lockTimeout],
    examples: ['mcpform rollback 3'],
    touches: 'write',
    streams: true,
    load: async () => writing.rollback,
  },
  {
    name: 'resume',
    summary: 'End the hold that a rollback set',
    description: 'The next apply follows the manifest again.',
    options: [...common, lockTimeout],
    examples: ['mcpform resume'],
    touches: 'write',
    load: async () => writing.resume,
  },
  {
    name: 'forget',
    summary: 'Stop managing an address without touching it',
    description:
      'The entry stays where it is; only the books change. Remove it from the manifest too, or the next plan adopts it.',
    arguments: [{ name: '<addresses...>', description: 'such as claude-code/user/github' }],
    options: [...common, autoApprove, lockTimeout],
    examples: ['mcpform forget claude-code/user/github'],
    touches: 'write',
    streams: true,
    load: async () => writing.forget,
  },
  {
    name: 'state list',
    summary: 'List what the books say is managed',
    description: 'Reads the books alone, no client.',
    options: common,
    examples: ['mcpform state list'],
    touches: 'read',
    load: async () => reading.stateList,
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
      { flags: '--root <folder>', description: 'the folder the stack was applied from before' },
      { flags: '--accept-source', description: 'bind these books to the manifest as it is here now' },
      lockTimeout,
    ],
    examples: [
      'mcpform state mv claude-code/user/old claude-code/user/new',
      'mcpform state mv --root ~/old/place',
    ],
    touches: 'write',
    load: async () => writing.stateMv,
  },
  {
    name: 'state rm',
    summary: 'Drop addresses from the books',
    description: 'The objects stay. Same as `forget`, without asking and without looking at the client.',
    arguments: [{ name: '<addresses...>', description: 'such as claude-code/user/github' }],
    options: [...common, lockTimeout],
    examples: ['mcpform state rm claude-code/user/github'],
    touches: 'write',
    load: async () => writing.stateRm,
  },
  {
    name: 'state rebuild',
    summary: 'Make new books from what is there',
    description:
      'For lost or corrupt books. Entries equal to the manifest are recorded as adopted, so that nothing is deleted by mistake; the old files are kept beside.',
    options: [...common, autoApprove, lockTimeout],
    examples: ['mcpform state rebuild'],
    touches: 'write',
    load: async () => writing.stateRebuild,
  },
  {
    name: 'state unlock',
    summary: 'Remove a lock that was left behind',
    description: 'Shows who holds it. Without --force, only a lock whose holder is provably gone is removed.',
    options: [...common, { flags: '--force', description: 'remove it although its holder may be alive' }],
    examples: ['mcpform state unlock'],
    touches: 'write',
    load: async () => writing.stateUnlock,
  },
  {
    name: 'doctor',
    summary: 'Check this machine: clients, folders, books, policy',
    description: 'Starts no server and changes nothing.',
    options: common,
    examples: ['mcpform doctor'],
    touches: 'read',
    load: async () => (await occasional()).doctor,
  },
  {
    name: 'exec',
    summary: 'Start a server as apply prepared it; for clients',
    description:
      'What the entries of package servers start. Compares the installed files with those that were reviewed and becomes the server, or refuses with both hashes. Reads nothing from the working directory, needs no network, and drops variables that make a server load other code (NODE_OPTIONS, LD_*, PYTHON* and their like) unless the manifest sets them.',
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
