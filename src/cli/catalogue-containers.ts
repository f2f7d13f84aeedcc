import { autoApprove, common, json, manifestOptions, source } from './catalogue-options.ts';
import type { CommandSpec } from './command.ts';

const containers = () => import('./commands/containers.ts');

/** Container engines beside plan and apply: the images they have, and servers while they run. */
export const CONTAINER_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'images pull',
    summary: 'Fetch every locked image to the engine that runs it',
    description:
      'So that apply and the first start of a server wait for no download. By digest, four images at once, with the credentials that docker has here; what an engine has already is left as it is. Exits 5 when an image could not be fetched.',
    arguments: [{ name: '[servers...]', description: 'only these' }],
    options: [...manifestOptions, json],
    examples: ['mcpform images pull', 'mcpform images pull github --json'],
    touches: 'write',
    streams: true,
    load: async () => (await containers()).imagesPull,
  },
  {
    name: 'images prune',
    summary: 'Remove images that mcpform had fetched and nothing names any more',
    description:
      'Only images that were not there until mcpform had an engine fetch them, and that are named neither by the books of any stack of yours, nor by a generation that `rollback` could bring back, nor by a lock. What a container is made from, what has a tag and what was fetched within the hour stays. Refuses while some books cannot be read.',
    options: [{ flags: '--dry-run', description: 'only list them' }, autoApprove, json],
    examples: ['mcpform images prune --dry-run', 'mcpform images prune --auto-approve'],
    touches: 'write',
    streams: true,
    load: async () => (await containers()).imagesPrune,
  },
  {
    name: 'logs',
    summary: 'What a server in a container wrote',
    description:
      'The last 200 lines, or all since a time or that match; stdout and stderr together, stderr dimmed. Of a server over stdio, every container that runs now, each line with its id. What looks like a credential becomes asterisks. Ctrl-C ends --follow with exit code 130.',
    arguments: [{ name: '<server>', description: 'as the manifest names it' }],
    options: [
      ...common,
      source,
      { flags: '--follow', description: 'go on until the server stops, as `docker logs -f` does' },
      { flags: '--since <time>', description: 'only what is newer: 10m, 2h, 2026-01-02T15:04:05Z' },
      {
        flags: '--tail <number>',
        description:
          'how many of the last lines, before --grep; or `all` (default: 200, and `all` with --since or --grep)',
      },
      { flags: '--grep <expression>', description: 'only lines that match this regular expression' },
      { flags: '--timestamps', description: 'begin each line with its time' },
    ],
    examples: ['mcpform logs everything --follow', 'mcpform logs everything --since 1h --grep "error|warn"'],
    touches: 'read',
    streams: true,
    endsAtOnce: true,
    load: async () => (await containers()).logs,
  },
  {
    name: 'stats',
    summary: 'What containers use of CPU, memory, network and processes',
    description:
      'One look, against the limits of each container; CPU is of its limit, or of one core where it has none. Memory leaves out what the kernel can give back at once, as `docker stats` does. With --watch it goes on until Ctrl-C.',
    arguments: [{ name: '[server]', description: 'only this one' }],
    options: [
      ...common,
      source,
      { flags: '--watch', description: 'look again and again; with --json, one event per look' },
      { flags: '--interval <duration>', description: 'with --watch: between two looks (default: 2s)' },
    ],
    examples: ['mcpform stats', 'mcpform stats everything --watch --interval 5s'],
    touches: 'read',
    streams: 'watch',
    endsAtOnce: true,
    load: async () => (await containers()).stats,
  },
];
