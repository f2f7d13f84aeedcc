// A double of macOS' `security`: `find-generic-password` and `-i` with `add-generic-password`.
// https://ss64.com/mac/security-password.html. What it prints for which bytes, its exit codes and the 4096 bytes of a
// line of `-i` are as people measured them on macOS 15 to 27: https://github.com/uwuclxdy/clauth/issues/76,
// https://github.com/zalando/go-keyring/issues/153, https://github.com/zalando/go-keyring/issues/84.
import { args, fail, hang, has, input, keep, print, say, state, valueNamed } from './double.mjs';

const failures = { locked: 36, 'wrong-password': 51, cancelled: 128, strange: 1 };
const words = 'security: SecKeychainSearchCopyNext: The specified item could not be found in the keychain.';

if (state.failure === 'hang') hang();
else if (state.failure === 'half' && args.at(-1) === '-g') fail('');
else if (state.failure in failures) fail('security: SecKeychainItemCopyContent', failures[state.failure]);
else if (args[0] === 'find-generic-password') find(args.slice(1));
else if (args.length === 1 && args[0] === '-i') commands(input);
else fail('usage', 2);

function find([s, service, a, account, how, ...more]) {
  if (s !== '-s' || a !== '-a' || more.length > 0) fail('usage', 2);
  if (!has(`${service}#${account}`)) fail(words, 44);
  const bytes = valueNamed(`${service}#${account}`);
  const isPlain = bytes.every((byte) => byte >= 32 && byte < 127 && byte !== 92);
  if (how === '-w') print(`${isPlain ? bytes : bytes.toString('hex')}\n`);
  else if (how === '-g') {
    print(`keychain: "login.keychain-db"\nattributes:\n    "svce"<blob>="${service}"\n`);
    const hex = `0x${bytes.toString('hex').toUpperCase()}  "${bytes.toString('latin1').replaceAll(/[^ -~]/g, '\\012')}"`;
    say(`password: ${isPlain ? `"${bytes}"` : hex}\n`);
  } else fail('usage', 2);
}

function commands(text) {
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf('\n', at);
    const stop = Math.min(newline < 0 ? text.length : newline + 1, at + 4095);
    const command = /^add-generic-password -U -s "([^"]*)" -a "([^"]*)" -X ([0-9a-f]*)\n?$/.exec(
      text.slice(at, stop),
    );
    if (command === null) fail('security: unknown command', 1);
    const hex = state.failure === 'lossy' ? command[3].slice(0, 4) : command[3];
    keep(`${command[1]}#${command[2]}`, Buffer.from(hex, 'hex'));
    at = stop;
  }
}
