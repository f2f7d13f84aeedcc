// Loaded into mcpform before its own code: the bug of somebody, who writes a value into what they throw.
const files = require('node:fs/promises');

const how = process.env.CANARY_CRASH;
const value = process.env.CANARY_VALUE;
const rename = files.rename;

function bug() {
  const error = new TypeError(`cannot read properties of "${value}" (${encodeURIComponent(value)})`, {
    cause: new Error(`because of ${Buffer.from(value).toString('base64')}`),
  });
  error.value = value;
  return error;
}

// By then apply knows all values: it is about to put the client's file in its place.
files.rename = async (from, to) => {
  if (!String(to).endsWith('/.claude.json')) return rename(from, to);
  if (how === 'thrown') throw bug();
  if (how === 'a text that is thrown') throw `failed with ${value}`;
  if (how === 'thrown where nobody catches it')
    setImmediate(() => {
      throw bug();
    });
  if (how === 'a promise that nobody waits for') void Promise.reject(bug());
  return new Promise((done) => setTimeout(done, 1000));
};
