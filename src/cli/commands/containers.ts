/** The commands that look at an engine beside the stack: loaded together, as they share the way to it. */
export { run as imagesPrune } from './images-prune.ts';
export { run as imagesPull } from './images-pull.ts';
export { run as logs } from './logs.ts';
export { run as stats } from './stats.ts';
