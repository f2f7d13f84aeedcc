/** The commands about the lock and what it pins: loaded together, as they share the resolvers. */
export { run as lock } from './lock.ts';
export { run as outdated } from './outdated.ts';
