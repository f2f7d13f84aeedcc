/**
 * SHA-256 of the text's UTF-8 bytes in hex (FIPS 180-4). For the few hundred bytes of a launch record alone: loading
 * `node:crypto` for them costs 2 to 3 ms, more than a tenth of what a start may cost.
 */
export function sha256(text: string): string {
  const words = paddedWords(new TextEncoder().encode(text));
  const state = Int32Array.from(INITIAL);
  const schedule = new Int32Array(64);
  for (let at = 0; at < words.length; at += 16) compress(state, words.subarray(at, at + 16), schedule);
  return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

/** The message, a one bit, zeros, and the length in bits: big-endian words, a multiple of 16. */
function paddedWords(bytes: Uint8Array): Int32Array {
  const words = new Int32Array(((bytes.length + 8) >> 6) * 16 + 16);
  for (let i = 0; i < bytes.length; i += 1) or(words, i, bytes[i] as number);
  or(words, bytes.length, 0x80);
  words[words.length - 2] = Math.floor(bytes.length / 0x2000_0000);
  words[words.length - 1] = bytes.length << 3;
  return words;
}

function or(words: Int32Array, position: number, byte: number): void {
  words[position >> 2] = (words[position >> 2] as number) | (byte << (24 - 8 * (position & 3)));
}

function compress(state: Int32Array, block: Int32Array, w: Int32Array): void {
  expand(block, w);
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let i = 0; i < 64; i += 1) {
    const sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const choice = (e & f) ^ (~e & g);
    const first = (h + sum1 + choice + (ROUND[i] as number) + (w[i] as number)) | 0;
    const sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + sum0 + majority) | 0;
  }
  const worked = [a, b, c, d, e, f, g, h];
  for (let i = 0; i < 8; i += 1) state[i] = ((state[i] as number) + (worked[i] as number)) | 0;
}

function expand(block: Int32Array, w: Int32Array): void {
  w.set(block);
  for (let i = 16; i < 64; i += 1) {
    const [before15, before2] = [w[i - 15] as number, w[i - 2] as number];
    const sigma0 = rotate(before15, 7) ^ rotate(before15, 18) ^ (before15 >>> 3);
    const sigma1 = rotate(before2, 17) ^ rotate(before2, 19) ^ (before2 >>> 10);
    w[i] = ((w[i - 16] as number) + sigma0 + (w[i - 7] as number) + sigma1) | 0;
  }
}

function rotate(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

/** First 32 bits of the fractional parts of a root of each of the first primes. */
function fractions(count: number, root: (prime: number) => number): Int32Array {
  const found = new Int32Array(count);
  let at = 0;
  for (let n = 2; at < count; n += 1) {
    if (!isPrime(n)) continue;
    const value = root(n);
    found[at] = (value - Math.floor(value)) * 2 ** 32;
    at += 1;
  }
  return found;
}

function isPrime(n: number): boolean {
  for (let by = 2; by * by <= n; by += 1) if (n % by === 0) return false;
  return true;
}

const INITIAL = fractions(8, Math.sqrt);
const ROUND = fractions(64, Math.cbrt);
