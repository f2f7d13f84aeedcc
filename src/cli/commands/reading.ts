/** The commands that only look: loaded together, as they share almost everything. */
export { run as explain } from './explain.ts';
export { run as history } from './history.ts';
export { run as plan } from './plan.ts';
export { run as stateList } from './state-list.ts';
export { run as status } from './status.ts';
