// What all doubles do: they note how they were called, and say what they were told to say.
import { appendFileSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.env['HOME'];
const told = join(folder, 'double.json');

export const args = process.argv.slice(2);
export const input = readFileSync(0, 'utf8');
/** `values`: by name, in base64. `failure`: which one to show. `canary`: printed with every failure. */
export const state = JSON.parse(readFileSync(told, 'utf8'));

const variables = Object.keys(process.env).sort();
appendFileSync(join(folder, 'calls.jsonl'), `${JSON.stringify({ args, input, variables })}\n`);

export function has(name) {
  return Object.hasOwn(state.values, name);
}

export function valueNamed(name) {
  return Buffer.from(state.values[name], 'base64');
}

export function keep(name, bytes) {
  state.values[name] = Buffer.from(bytes).toString('base64');
  writeFileSync(told, JSON.stringify(state));
}

export function print(bytes) {
  const all = Buffer.from(bytes);
  for (let at = 0; at < all.length; ) at += writeSync(1, all, at);
}

export function say(text) {
  const all = Buffer.from(text);
  for (let at = 0; at < all.length; ) at += writeSync(2, all, at);
}

/** Prints some of the secret everywhere, as programs do that fail halfway. */
export function fail(words, exitCode = 1) {
  print(`${state.canary}\n`);
  say(`${words}\ndebug: ${state.canary} ${state.canary.slice(0, 12)}\n`);
  process.exit(exitCode);
}

export function hang() {
  setInterval(() => undefined, 60_000);
}
