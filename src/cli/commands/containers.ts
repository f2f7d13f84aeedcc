/** The commands about containers that run: loaded together, as they share the way to an engine. */
export { run as logs } from './logs.ts';
export { run as stats } from './stats.ts';
