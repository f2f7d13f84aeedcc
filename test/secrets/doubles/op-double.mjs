// A double of 1Password's `op`, version 2: `op read`.
// Its options and environment: https://developer.1password.com/docs/cli/reference/commands/read
// What it says when it fails is as others have recorded it: https://github.com/1Password/shell-plugins/issues/587,
// https://github.com/1Password/op-vscode/issues/218, https://github.com/1Password/op-js/issues/227,
// https://github.com/twpayne/chezmoi/issues/2630.
import { args, fail, hang, has, print, state, valueNamed } from './double.mjs';

const at = '[ERROR] 2026/08/24 14:05:06';
const failures = {
  'no-account':
    'No accounts configured for use with 1Password CLI.\n\nDo you want to add an account manually now? [Y/n] ',
  'signed-out': `${at} You are not currently signed in. Please run \`op signin --help\` for instructions`,
  'not-signed-in': '[ERROR] account is not signed in',
  expired: `${at} session expired, sign in to create a new session`,
  dismissed: `${at} error initializing client: authorization prompt dismissed, please try again`,
  app: `${at} error initializing client: connecting to desktop app: read: connection reset, make sure it is running`,
  late: `${at} error initializing client: context deadline exceeded`,
  'no-item': `${at} could not resolve item UUID for item token: could not find item token in vault 3krbvotx`,
  'no-item-read': `${at} could not read secret 'op://a/b/c': "b" isn't an item in the "a" vault. Specify the item with its UUID, name, or domain.`,
  'no-vault': `${at} "a" isn't a vault in this account. Specify the vault with its ID or name.`,
  'no-field': `${at} item 'a/b' does not have a field 'c'`,
  ambiguous: `${at} could not resolve item UUID for item AWS: More than one item matches "AWS". Try again and specify the item by its ID:`,
  reference: `${at} invalid secret reference 'op://a/b': too few '/': secret references should have at least vault, item and field specified`,
  network: `${at} dial tcp: lookup my.1password.com: no such host`,
};

const [command, option, reference, ...more] = args;
if (state.failure === 'hang') hang();
else if (state.failure !== null) fail(failures[state.failure]);
else if (command !== 'read' || option !== '--no-newline' || more.length > 0) fail('unknown command');
else if (has(reference)) print(valueNamed(reference));
else fail(failures['no-item']);
