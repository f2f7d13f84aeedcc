// A double of LastPass' `lpass`, version 1.3: `show`, `edit` and `status`.
// https://lastpass.github.io/lastpass-cli/lpass.1.html; what it prints is as in cmd-show.c, cmd-edit.c, edit.c and cmd.c
// of https://github.com/lastpass/lastpass-cli. That it creates what is not there, keeps one line, and lists several
// matches on stdout with exit code 0 is as there.
import { args, fail, hang, has, input, keep, print, state, valueNamed } from './double.mjs';

const failures = {
  'logged-out': 'Error: Could not find decryption key. Perhaps you need to login with `lpass login`.',
  'no-session': 'Error: Could not find session. Perhaps you need to login with `lpass login`.',
  offline:
    'Error: Unable to fetch blob. Either your session is invalid and you need to login with `lpass login`, you need to synchronize, your blob is empty, or there is something wrong with your internet connection.',
  askpass: 'Error: Unable to retrieve password from askpass (no reply)',
  'not-there': 'Error: Could not find specified account(s).',
  'no-field': "Error: Could not find specified field 'x'.",
  'not-unique': "Error: Multiple matches found for 'x'. You must specify an ID instead of a name.",
  'not-a-note': 'Error: Editing fields of entries that are not secure notes is currently not supported.',
  readonly: 'Error: x is a readonly shared entry from y. It cannot be edited.',
  strange: 'Error: Programming error.',
};

const [command, ...rest] = args;
const end = rest.indexOf('--');
const options = rest.slice(0, end);
const name = rest[end + 1];
const field = options
  .map((each) => /^--(?:field=)?(password|username|url|notes|[A-Z ]+)$/.exec(each)?.[1])
  .find(Boolean);

if (state.failure === 'hang') hang();
else if (state.failure === 'several')
  print(`Multiple matches found.\na/${state.canary} [id: 1]\nb [id: 2]\n`);
else if (state.failure !== null) fail(failures[state.failure]);
else if (command === 'status') print('');
else if (field === undefined || name === undefined) fail('Usage: lpass');
else if (command === 'show') show(`${name}#${field}`);
else if (command === 'edit')
  keep(`${name}#${field}`, field === 'notes' ? input.replace(/\n$/, '') : input.split('\n')[0]);

function show(key) {
  if (!has(key)) fail(failures['not-there']);
  print(valueNamed(key));
  print('\n');
}
