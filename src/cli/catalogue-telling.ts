import { LEVELS } from '../loop/tell/level.ts';
import type { OptionSpec } from './command.ts';

/** Of `reconcile`: how it is seen what it does. */
export const tellingOptions: readonly OptionSpec[] = [
  {
    flags: '--log <format>',
    description: 'say what it does as text, or as lines of JSON on stderr (default: text)',
    choices: ['text', 'json'],
  },
  {
    flags: '--log-file <file>',
    description: 'write the lines of JSON here; beyond 10 MiB it is put aside, and five older ones stay',
  },
  {
    flags: '--log-level <level>',
    description: 'the least that is a line of JSON (default: info)',
    choices: LEVELS,
  },
  {
    flags: '--metrics <place>',
    description:
      'answer /metrics and /healthz at a Unix socket that only you can open, named by its path, or at a port of loopback, named by its number',
  },
];
