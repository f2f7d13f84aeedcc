/** The commands that change something: loaded together, as they share almost everything. */
export { run as apply } from './apply.ts';
export { run as destroy } from './destroy.ts';
export { run as forget } from './forget.ts';
export { run as restore } from './restore.ts';
export { run as resume } from './resume.ts';
export { run as rollback } from './rollback.ts';
export { run as stateMv } from './state-mv.ts';
export { run as stateRebuild } from './state-rebuild.ts';
export { run as stateRm } from './state-rm.ts';
export { run as stateUnlock } from './state-unlock.ts';
