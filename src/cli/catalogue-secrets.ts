import { address, autoApprove, common, lockTimeout, source } from './catalogue-options.ts';
import type { CommandSpec, OptionSpec } from './command.ts';

const secrets = () => import('./commands/secrets.ts');

const secret: OptionSpec = {
  flags: '--secret <name>',
  description: 'only this one: its name in the manifest, or its locator, such as pass:work/github',
};
const stack: OptionSpec = {
  flags: '--stack <name>',
  description: 'the stack whose books are meant, where there is no manifest to read',
};

/** Where secrets are, whether they can be had, and who may have them. */
export const SECRET_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'secrets list',
    summary: 'The secrets of the manifest, who gets them and whether they may',
    description:
      'Where each one is, in which variable or header of which address it ends up, how it gets there, and whether this machine has granted it. Asks nothing that keeps secrets.',
    options: [...common, source],
    examples: ['mcpform secrets list', 'mcpform secrets list --json'],
    touches: 'read',
    load: async () => (await secrets()).secretsList,
  },
  {
    name: 'secrets check',
    summary: 'Ask whether the secrets can be had, and whether they have changed',
    description:
      'Asks what keeps them, all at once, and shows no value. Without names, only what is granted is asked: a manifest alone starts nothing. A secret that you name is asked in any case. Exits 1 when one cannot be had.',
    arguments: [{ name: '[names...]', description: 'only these, as the manifest names them' }],
    options: [
      { flags: '--all', description: 'ask every secret of the manifest, also what nobody has granted' },
      { flags: '--detailed-exitcode', description: 'exit 2 when one is not what was applied last' },
      ...common,
      source,
    ],
    examples: [
      'mcpform secrets check',
      'mcpform secrets check github-token',
      'mcpform secrets check --all --json',
    ],
    touches: 'read',
    asksOthers: true,
    load: async () => (await secrets()).secretsCheck,
  },
  {
    name: 'secrets set',
    summary: 'Give a secret its value',
    description:
      'Reads the value from stdin, or asks for it twice without showing it; never from an argument, where every process of the machine could read it. One final line end is dropped. Writes it where the manifest says the secret is kept, reads it back, and says who has to be restarted to get it. Another value that is there is replaced only after a question, or with --auto-approve.',
    arguments: [{ name: '<name>', description: 'as the manifest names it' }],
    options: [...common, source, autoApprove],
    examples: ['mcpform secrets set github-token', 'mcpform secrets set github-token < token.txt'],
    touches: 'write',
    load: async () => (await secrets()).secretsSet,
  },
  {
    name: 'grant list',
    summary: 'Which secrets this stack may have on this machine',
    description:
      'What was granted to which address, when and how, and whether it is still in force: a grant is for what was launched there then. Works without a manifest, from the books alone.',
    options: [...common, source, stack],
    examples: ['mcpform grant list', 'mcpform grant list --stack team-tools --json'],
    touches: 'read',
    load: async () => (await secrets()).grantList,
  },
  {
    name: 'grant add',
    summary: 'Let an address have the secrets that the manifest asks for there',
    description:
      'As approving an apply does, without applying anything: shows what is launched there and what it would receive, and asks. Machine policy may forbid it. It holds until something else is launched there.',
    arguments: [address],
    options: [...common, source, secret, autoApprove, lockTimeout],
    examples: [
      'mcpform grant add claude-code/user/github',
      'mcpform grant add claude-code/user/github --secret github-token --auto-approve',
    ],
    touches: 'write',
    load: async () => (await secrets()).grantAdd,
  },
  {
    name: 'grant revoke',
    summary: 'Take secrets away from an address',
    description:
      'The next start is refused them. What runs has them until it is restarted, and what stands in clear in a file or container stays there until apply removes it. The next apply asks again. Works without a manifest, from the books alone; only the books of one stack are touched.',
    arguments: [{ name: '[address]', description: 'as `grant list` prints it' }],
    options: [
      ...common,
      source,
      secret,
      { flags: '--all', description: 'from every address of the stack' },
      stack,
      lockTimeout,
    ],
    examples: [
      'mcpform grant revoke claude-code/user/github',
      'mcpform grant revoke --all --secret github-token',
    ],
    touches: 'write',
    load: async () => (await secrets()).grantRevoke,
  },
];
