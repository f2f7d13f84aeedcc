/** The commands of a first day: loaded together, and not by the others. */
export { run as completion } from './completion.ts';
export { run as doctor } from './doctor.ts';
export { run as importEntries } from './import.ts';
export { run as init } from './init.ts';
export { run as show } from './show.ts';
