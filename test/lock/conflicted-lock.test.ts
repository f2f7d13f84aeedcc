import { describe, expect, it } from 'vitest';
import { mergeConflictedLock } from '../../src/lock/conflicted-lock.ts';
import { printLock } from '../../src/lock/print-lock.ts';
import { ACTIONS, FILE, HEAD, imagePin, localPin, lockOf, npmPin, sha256 } from './locks.ts';

const merge = (text: string, base?: Parameters<typeof mergeConflictedLock>[2]) =>
  mergeConflictedLock(new TextEncoder().encode(text), FILE, base);

const [x1, x2, x3] = ['x:1', 'x:2', 'x:3'].map((image) => `${image}@${sha256(image)}`) as [
  string,
  string,
  string,
];
const pin = (image: string) => ({ kind: 'image', image }) as const;
const entry = (name: string, image: string) => `  ${name}:\n    image: ${image}\n`;

/** A conflict below `servers:`, its base shown as `git merge` does with `merge.conflictStyle=diff3`. */
const conflict = (ours: string, theirs: string, base?: string) =>
  `<<<<<<< HEAD\n${ours}${base === undefined ? '' : `||||||| 1234567\n${base}`}=======\n${theirs}>>>>>>> topic\n`;
const lockText = (servers: string) => `${HEAD}servers:\n${servers}`;

describe('mergeConflictedLock', () => {
  it('takes what both sides add, whatever Git calls the sides and the line ends', () => {
    const text = lockText(entry('a', x1) + conflict(entry('b', x2), entry('c', x3)));
    const whole = lockOf({ a: pin(x1), b: pin(x2), c: pin(x3) });
    expect(merge(text)).toEqual({ merge: { lock: whole, conflicts: [] }, findings: [] });
    expect(merge(text.replaceAll('\n', '\r\n')).merge?.lock).toEqual(whole);
    expect(merge(text.replace(' HEAD', '').replace(' topic', '')).merge?.lock).toEqual(whole);
    expect(
      merge(lockText(entry('a', x1) + conflict(entry('b', x2), entry('c', x3), ''))).merge?.lock,
    ).toEqual(whole);
  });

  it('gives each entry its own lines back that Git found equal in both and wrote once', () => {
    const [a, b] = [imagePin('a:1', 1, ACTIONS), imagePin('b:1', 2, ACTIONS)];
    const [one, other] = [printLock(lockOf({ a })), printLock(lockOf({ b }))];
    const linesOf = (text: string, name: string) =>
      text
        .slice(text.indexOf(`  ${name}:\n`))
        .split('\n')
        .slice(0, 3);
    const signer = one.slice(one.indexOf('    signer:'), one.indexOf('\n\n') + 1);
    const text = lockText(
      conflict(`${linesOf(one, 'a').join('\n')}\n`, `${linesOf(other, 'b').join('\n')}\n`) + signer,
    );
    expect(merge(text).merge).toEqual({ lock: lockOf({ a, b }), conflicts: [] });
  });

  it('reads a lock without markers as it is', () => {
    const lock = lockOf({ a: npmPin('a', '1.0.0') });
    expect(merge(printLock(lock))).toEqual({ merge: { lock, conflicts: [] }, findings: [] });
  });

  it('knows what was removed where the markers show the base, or the caller knows it', () => {
    const both = entry('b', x1) + entry('c', x1);
    expect(merge(lockText(conflict(entry('b', x1), entry('c', x1), both))).merge?.lock).toEqual(lockOf({}));
    const plain = lockText(conflict(entry('b', x1), entry('c', x1)));
    const base = lockOf({ b: pin(x1), c: pin(x1) });
    expect(merge(plain, base).merge?.lock).toEqual(lockOf({}));
    expect(merge(plain).merge?.lock).toEqual(base);
  });

  it('says the two ids of an image that two people built', () => {
    const [one, other] = [1, 2].map((seed) => {
      const text = printLock(lockOf({ b: localPin('localhost/b:1', seed) }));
      return text.slice(text.indexOf('  b:\n'), text.indexOf('\n\n') + 1);
    }) as [string, string];
    const { findings } = merge(lockText(conflict(one, other)));
    expect(findings.map(({ message }) => message)).toEqual([
      `server "b" is "localhost/b:1 ${sha256(1)}" on one side of the merge and "localhost/b:1 ${sha256(2)}" on the other`,
    ]);
  });

  it('takes the side that changed a server, where the base is known, and asks where it is not', () => {
    const shown = lockText(conflict(entry('b', x1), entry('b', x2) + entry('c', x3), entry('b', x1)));
    expect(merge(shown).merge?.lock).toEqual(lockOf({ b: pin(x2), c: pin(x3) }));
    const { merge: merged, findings } = merge(
      lockText(conflict(entry('b', x1), entry('b', x2) + entry('c', x3))),
    );
    expect(merged).toEqual({ lock: lockOf({ c: pin(x3) }), conflicts: [{ section: 'servers', name: 'b' }] });
    expect(findings).toEqual([
      {
        code: 'LOCK_CONFLICT',
        severity: 'error',
        message: `server "b" is "${x1}" on one side of the merge and "${x2}" on the other`,
        hint: 'keep the lines of one side for "b" and remove the markers, then run `mcpform lock`',
        at: { file: FILE, pointer: '/servers/b', part: 'key', line: 5, column: 3, excerpt: '  b:' },
      },
    ]);
  });

  it('names each entry that both sides changed, where it stands in the text with the markers', () => {
    const base = lockOf(
      { a: pin(x1), b: pin(x1) },
      { ownership: { o: { digest: sha256(1), adopted: false } } },
    );
    const text = `${HEAD}ownership:\n  o:\n${conflict(`    digest: ${sha256(2)}\n`, `    digest: ${sha256(3)}\n`)}servers:\n${conflict(
      entry('a', x2),
      entry('a', x3) + entry('b', x2),
    )}`;
    const { merge: merged, findings } = merge(text, base);
    expect(merged?.lock).toEqual(lockOf({}));
    expect(findings.map(({ message, at }) => `${at?.line} ${message}`)).toEqual([
      '4 "o" was changed on both sides of the merge, in different ways',
      `12 server "a" is "${x2}" on one side of the merge and "${x3}" on the other`,
      '17 server "b" was removed on one side of the merge and changed on the other',
    ]);
    const npm = (seed: string) => printLock(lockOf({ p: { ...npmPin('p', '1.0.0'), tree: sha256(seed) } }));
    const [ours, theirs] = [npm('a'), npm('b')].map((each) =>
      each.slice(each.indexOf('  p:'), each.indexOf('\n\n') + 1),
    );
    expect(merge(lockText(conflict(ours ?? '', theirs ?? ''))).findings).toMatchObject([
      { message: 'server "p" was changed on both sides of the merge, in different ways', at: { line: 5 } },
    ]);
  });

  it.each([
    ['no end', '<<<<<<< HEAD\n=======\n', 4],
    ['no beginning', '=======\n>>>>>>> topic\n', 4],
    ['an end alone', '>>>>>>> topic\n', 4],
    ['no middle', '<<<<<<< HEAD\n>>>>>>> topic\n', 5],
    ['a conflict inside a conflict', '<<<<<<< HEAD\n<<<<<<< HEAD\n', 5],
  ])('refuses markers with %s', (_, markers, line) => {
    expect(merge(`${HEAD}servers:\n${markers}`)).toMatchObject({
      merge: null,
      findings: [{ code: 'LOCK_CONFLICT', at: { line }, message: expect.stringContaining('not complete') }],
    });
  });

  it('says once what is wrong on both sides, with the lines of the text as it is', () => {
    const text = `${HEAD}servers:\n${conflict(entry('a', x1), entry('b', 'x'))}${entry('c', 'y')}`;
    expect(merge(text).merge).toBeNull();
    expect(merge(text).findings.map(({ code, at }) => `${at?.line} ${code}`)).toEqual([
      '9 LOCK_INVALID',
      '12 LOCK_INVALID',
    ]);
    expect(merge('').findings).toMatchObject([{ code: 'YAML_EMPTY' }]);
    expect(merge(' '.repeat(5 << 20)).findings).toMatchObject([{ code: 'YAML_TOO_LARGE' }]);
  });

  it('does without a base that cannot be read, such as that of a merge of merges', () => {
    const inner = `<<<<<<<<< Temporary merge branch 1\n${entry('b', x1)}=========\n>>>>>>>>> Temporary merge branch 2\n`;
    const text = lockText(conflict(entry('b', x2), entry('c', x3), inner));
    expect(merge(text).merge?.lock).toEqual(lockOf({ b: pin(x2), c: pin(x3) }));
  });
});
