/** The commands about the lock and what it pins: loaded together, as they share the resolvers. */
export { run as imagesCopy } from './images-copy.ts';
export { run as imagesList } from './images-list.ts';
export { run as imagesVerify } from './images-verify.ts';
export { run as lock } from './lock.ts';
export { run as outdated } from './outdated.ts';
