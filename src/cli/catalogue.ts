import { BOOK_COMMANDS } from './catalogue-books.ts';
import { CONTAINER_COMMANDS } from './catalogue-containers.ts';
import { LOCK_COMMANDS } from './catalogue-lock.ts';
import { LOOP_COMMANDS } from './catalogue-loop.ts';
import { SECRET_COMMANDS } from './catalogue-secrets.ts';
import { SERVICE_COMMANDS } from './catalogue-service.ts';
import { STACK_COMMANDS } from './catalogue-stack.ts';
import { TOOL_COMMANDS } from './catalogue-tools.ts';
import type { CommandSpec } from './command.ts';

/** Every command, once, in the order of the help: help, completion, the parser and the tests read this. */
export const CATALOGUE: readonly CommandSpec[] = [
  ...STACK_COMMANDS,
  ...LOCK_COMMANDS,
  ...TOOL_COMMANDS,
  ...CONTAINER_COMMANDS,
  ...SECRET_COMMANDS,
  ...LOOP_COMMANDS,
  ...SERVICE_COMMANDS,
  ...BOOK_COMMANDS,
];
