// A double of Windows PowerShell 5.1 and of the Credential Manager behind our script: it takes the same arguments, reads
// the same lines and answers as the script would after CredReadW and CredWriteW. It does not run the script.
// https://learn.microsoft.com/windows/win32/api/wincred/nf-wincred-credreadw
import { args, fail, hang, has, input, keep, print, state, valueNamed } from './double.mjs';

const options = ['-NoLogo', '-NoProfile', '-NonInteractive', '-EncodedCommand'];
const script = Buffer.from(args[4] ?? '', 'base64').toString('utf16le');
const isAsExpected = options.every((option, at) => args[at] === option) && args.length === 5;

const failures = { 'no-session': 1312, denied: 5, strange: 87 };
const [command, target, user, blob] = input.split('\r\n');
const key = [target, user].map((line) => Buffer.from(line ?? '', 'base64').toString()).join('#');

if (state.failure === 'hang') hang();
else if (state.failure === 'broken')
  fail('Add-Type : Cannot add type. Definition of new types is not supported');
else if (state.failure === 'garbage') print(`0 ${state.canary} !`);
else if (state.failure in failures) print(`${failures[state.failure]} `);
else if (!isAsExpected || !script.includes('CredReadW')) fail('usage');
else if (command === 'read') print(has(key) ? `0 ${valueNamed(key).toString('base64')}` : '1168 ');
else if (command === 'write') {
  keep(key, Buffer.from(blob, 'base64'));
  print('0 ');
}
