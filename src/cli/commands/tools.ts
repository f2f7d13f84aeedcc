/** The commands about what servers offer: loaded together, as they ask the same way. */
export { run as toolsCheck } from './tools-check.ts';
export { run as toolsLock } from './tools-lock.ts';
