import type { ArgumentSpec, OptionSpec } from './command.ts';

export const json: OptionSpec = { flags: '--json', description: 'print JSON for machines instead of text' };
export const stateDir: OptionSpec = {
  flags: '--state-dir <folder>',
  description: 'keep the books here instead of $XDG_STATE_HOME/mcpform',
};
export const manifestOptions: readonly OptionSpec[] = [
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
  {
    flags: '--allow-literal <place>',
    description: 'let this one value pass that looks like a credential, such as servers.github.env.MODE',
    isList: true,
  },
];
/** Of commands that may meet credentials in a client's file. */
export const secretsTo: OptionSpec = {
  flags: '--secrets-to <backend>',
  description:
    'move credentials that entries hold to this backend, such as file, keychain or pass, and write references',
};
/** Of commands that judge a manifest by policy. */
export const policyOptions: readonly OptionSpec[] = [
  {
    flags: '--policy <file>',
    description: 'judge by this policy too, besides those of the machine; all must allow',
    isList: true,
  },
  {
    flags: '--checks',
    description: 'run the built-in checks with their default levels where no policy asks for them',
  },
];
export const common: readonly OptionSpec[] = [...manifestOptions, stateDir, json];
/** Of commands about a stack that the loop may have taken from a repository. */
export const source: OptionSpec = {
  flags: '--source <source>',
  description: 'the repository that the loop follows, as it was given to `reconcile`',
};
export const target: OptionSpec = {
  flags: '--target <address>',
  description: 'only this address and what it depends on; the plan says that it is incomplete',
  isList: true,
};
export const takeOwnership: OptionSpec = {
  flags: '--take-ownership <address>',
  description: 'take over an entry that is there, differs and is not ours (or that somebody changed)',
  isList: true,
};
export const filesChanged: OptionSpec = {
  flags: '--files-changed',
  description: 'accept another set of manifest files than last time; without it nothing is deleted',
};
export const allowDestroy: OptionSpec = {
  flags: '--allow-destroy',
  description:
    'let --auto-approve delete everything, or more than 30 % (and more than 3) of what is managed, or volumes with their data',
};
export const autoApprove: OptionSpec = {
  flags: '--auto-approve',
  description: 'do not ask; for scripts and CI',
};
export const checkSecrets: OptionSpec = {
  flags: '--check-secrets',
  description: 'ask the backends of granted secrets whether their values have changed',
};
export const noSettle: OptionSpec = {
  flags: '--no-settle',
  description: 'return once the write was read back, without watching for clients that ignore the lock',
};
export const lockTimeout: OptionSpec = {
  flags: '--lock-timeout <duration>',
  description:
    'wait this long for another mcpform that holds the books (default: 0s; for a pass of the loop 30s)',
};
export const address: ArgumentSpec = {
  name: '<address>',
  description: 'as `plan` and `status` print it: claude-code/user/github',
};

export const locked: OptionSpec = {
  flags: '--locked',
  description: 'refuse when the lock does not answer for every package and image (default where CI is set)',
};
export const noLocked: OptionSpec = {
  flags: '--no-locked',
  description: 'go on without: what is not locked is looked up by apply, and blocked in a plan',
};
export const allowDowngrade: OptionSpec = {
  flags: '--allow-downgrade',
  description: 'accept a lock with an older release than was applied here',
};
export const cooldown: OptionSpec = {
  flags: '--cooldown <duration>',
  description: 'ignore releases younger than this, such as 7d (default: 0d)',
};

export const parallelBlobs: OptionSpec = {
  flags: '--parallel <number>',
  description: 'how many layers are on their way at once (default: 6)',
};
export const olderThan: OptionSpec = {
  flags: '--older-than <duration>',
  description: 'with --sweep: also what only looks left behind and is older than this, such as 24h',
};
