import { cooldown, json, locked, manifestOptions, noLocked, parallelBlobs } from './catalogue-options.ts';
import type { CommandSpec } from './command.ts';

const locking = () => import('./commands/locking.ts');

/** What packages and images stand for, and where they are kept. */
export const LOCK_COMMANDS: readonly CommandSpec[] = [
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
];
