// A double of Bitwarden's `bws`, version 1 and 2: `bws secret get`.
// Its options and answers: https://bitwarden.com/help/secrets-manager-cli/
// Its failures: https://github.com/bitwarden/sdk-sm, crates/bws/src/main.rs and the SDK's error.rs.
import { args, fail, hang, has, print, state, valueNamed } from './double.mjs';

const report = (words) => `Error: \n   0: ${words}\n\nLocation:\n   crates/bws/src/command/secret.rs:125\n`;
const body = (message) => `{"message":"${message}","validationErrors":null,"object":"error"}`;
const failures = {
  'no-token': report('Missing access token'),
  'not-a-token': report("Doesn't contain a decryption key"),
  'bad-token': report('Received error message from server: [400 Bad Request] {"error":"invalid_client"}'),
  unauthorized: report(`Received error message from server: [401 Unauthorized] ${body('x')}`),
  'not-there': report(`Received error message from server: [404 Not Found] ${body('Resource not found.')}`),
  busy: report(`Received error message from server: [429 Too Many Requests] ${body('x')}`),
};

const [group, command, id, ...options] = args;
if (state.failure === 'hang') hang();
else if (state.failure === 'garbage') print(`{"value": "${state.canary}`);
else if (state.failure === 'list') print(JSON.stringify([{ id, value: state.canary }]));
else if (state.failure === 'other') print(JSON.stringify({ id: 'another', value: state.canary }));
else if (state.failure !== null) fail(failures[state.failure]);
else if (`${group} ${command} ${options.join(' ')}` !== 'secret get --output json --color no')
  fail('usage', 2);
else if (has(id)) print(answer(id));
else fail(failures['not-there']);

function answer(found) {
  const value = valueNamed(found).toString();
  return `${JSON.stringify({ object: 'secret', id: found, key: 'a key', value, note: '', projectId: null }, null, 2)}\n`;
}
