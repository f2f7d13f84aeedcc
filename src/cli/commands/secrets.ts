/** The commands about secrets and who may have them: loaded together, and not by the others. */
export { run as grantAdd } from './grant-add.ts';
export { run as grantList } from './grant-list.ts';
export { run as grantRevoke } from './grant-revoke.ts';
export { run as secretsCheck } from './secrets-check.ts';
export { run as secretsList } from './secrets-list.ts';
export { run as secretsSet } from './secrets-set.ts';
