import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { throwawayHome } from '../support/throwaway-home.ts';
import { searchFor } from './support/search.ts';
import { watchArguments } from './support/watch-arguments.ts';

const VALUE = 'c4n?ry "7f/3a+9c\\51" é%\nsecond-lìne\u001b[1m';
const LINES = VALUE.split('\n');
const json = (text: string): string => JSON.stringify(text).slice(1, -1);
const ascii = (text: string): string =>
  text.replace(/[^\x20-\x7e]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Each way by what a program does that writes so, not by what the search knows. */
const PLANTED: readonly (readonly [string, (value: string) => string])[] = [
  ['plain', (value) => value],
  ['in a URL', (value) => new URL(`https://host/?q=${encodeURIComponent(value)}`).href],
  ['in a URL', (value) => encodeURIComponent(value).replace(/%../g, (each) => each.toLowerCase())],
  ['in a URL', (value) => new URLSearchParams({ token: value }).toString()],
  ['in JSON', (value) => JSON.stringify({ token: `Bearer ${value}` })],
  ['in JSON', (value) => ascii(JSON.stringify([value]))],
  ['in JSON in JSON', (value) => JSON.stringify({ body: JSON.stringify({ token: value }) })],
  ['in JSON in JSON', (value) => JSON.stringify(ascii(json(value)))],
  ...[0, 1, 2].flatMap((before): [string, (value: string) => string][] => [
    ['in base64', (value) => Buffer.from(`${'x'.repeat(before)}${value}yz`).toString('base64')],
    ['in base64 for URLs', (value) => Buffer.from(`${'x'.repeat(before)}${value}y`).toString('base64url')],
  ]),
  ['in hex', (value) => Buffer.from(`a${value}b`).toString('hex')],
  ['in hex', (value) => Buffer.from(value).toString('hex').toUpperCase()],
];

describe('the search of this suite', () => {
  it.each(PLANTED)('finds a value %s (%#)', (how, write) => {
    const found = searchFor(VALUE).text('here', `before ${write(VALUE)} after`);
    expect(found.map((hit) => hit.how)).toContain(how);
    expect(found[0]).toMatchObject({ where: 'here' });
  });

  it.each(PLANTED)('finds each line of a value %s (%#)', (how, write) => {
    for (const [index, line] of LINES.entries()) {
      const found = searchFor(VALUE).text('here', `before ${write(line)} after`);
      expect(found.map((hit) => hit.how)).toContain(`${how}, line ${index + 1}`);
    }
  });

  it('finds nothing where nothing is, and counts that it looked', () => {
    const search = searchFor(VALUE);
    expect(search.text('here', 'c4n?r y "7f/3a+9c" second line')).toEqual([]);
    expect(search.searches()).toBe(1);
  });

  it('finds a value in files, links and names, however deep, and not where it may be', async () => {
    const home = await throwawayHome();
    try {
      const search = searchFor('c4n4ry-7f3a9c51');
      await mkdir(join(home.folder, 'a/b'), { recursive: true });
      expect(await search.tree(home.folder)).toEqual([]);
      await writeFile(join(home.folder, 'a/b/.file'), Buffer.from('\0\xffc4n4ry-7f3a9c51\xff', 'latin1'));
      await symlink('to-c4n4ry-7f3a9c51', join(home.folder, 'a/link'));
      await writeFile(join(home.folder, 'a/is-c4n4ry-7f3a9c51'), '');
      const where = [...new Set((await search.tree(home.folder)).map((hit) => hit.where))];
      expect(where).toEqual(['a/b/.file', 'the name a/is-c4n4ry-7f3a9c51', 'a/link']);
      expect(await search.tree(home.folder, (path) => path.startsWith('a/'))).toEqual([]);
    } finally {
      await home.remove();
    }
  });

  it('finds a value in the arguments of a process that is there for a moment', async () => {
    const watch = watchArguments(searchFor('c4n4ry-7f3a9c52'));
    await once(spawn('/bin/sh', ['-c', 'sleep 0.1 # c4n4ry-7f3a9c52']), 'close');
    const hits = watch.stop();
    expect(hits[0]?.where).toMatch(/^the arguments of process \d+$/);
    expect(watch.seen()).toBeGreaterThan(2);
  });

  it('does not take what a process gets on its input for an argument', async () => {
    const watch = watchArguments(searchFor('c4n4ry-7f3a9c53'));
    const child = spawn('/bin/sh', ['-c', 'sleep 0.1; cat >/dev/null']);
    child.stdin.end('c4n4ry-7f3a9c53');
    await once(child, 'close');
    expect(watch.stop()).toEqual([]);
  });
});
