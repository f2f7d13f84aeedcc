import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mergeConflictedLock } from '../../src/lock/conflicted-lock.ts';
import { mergeLocks } from '../../src/lock/merge-locks.ts';
import { printLock } from '../../src/lock/print-lock.ts';
import type { Lock } from '../../src/model/lock.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';
import { git } from '../support/world.ts';
import { apply, type Edit, editsOf } from './edits.ts';
import { lock as anyLock, FILE, imagePin, lockOf, npmPin, parse, serverName } from './locks.ts';

let home: Home;
beforeAll(async () => {
  home = await throwawayHome();
});
afterAll(async () => await home.remove());

interface Branches {
  readonly base: Lock;
  readonly ours: Lock;
  readonly theirs: Lock;
}

interface Merged {
  readonly isClean: boolean;
  readonly text: string;
}

/** `git merge-file`: Git's merge of one file, with the diff that libgit2 and others have too (Myers). */
function mergeFile({ base, ours, theirs }: Branches, ...style: readonly string[]): Merged {
  const paths = { ours, base, theirs };
  for (const [name, lock] of Object.entries(paths)) writeFileSync(join(home.project, name), printLock(lock));
  const args = ['merge-file', '-p', '-q', ...style, ...Object.keys(paths)];
  const { status, stdout } = spawnSync('git', args, { cwd: home.project, env: home.env, encoding: 'utf8' });
  if (status === null || status < 0 || status > 127) throw new Error('git merge-file failed');
  return { isClean: status === 0, text: stdout };
}

/** `git merge` of two branches, as everybody runs it. */
function mergeBranches({ base, ours, theirs }: Branches, ...config: readonly string[]): Merged {
  const file = 'mcp.lock.yaml';
  const run = (...args: readonly string[]) => git(home, home.project, ...config, ...args);
  const commit = (lock: Lock): void => {
    writeFileSync(join(home.project, file), printLock(lock));
    run('add', file);
    run('commit', '-q', '--allow-empty', '-m', 'x');
  };
  run('init', '-q', '.');
  run('checkout', '-q', '--orphan', 'base');
  commit(base);
  run('checkout', '-q', '-B', 'theirs');
  commit(theirs);
  run('checkout', '-q', '-B', 'ours', 'base');
  commit(ours);
  let isClean = true;
  try {
    run('merge', '-q', '--no-edit', 'theirs');
  } catch (error) {
    if ((error as { status?: number }).status !== 1) throw error;
    isClean = false;
  }
  const text = readFileSync(join(home.project, file), 'utf8');
  run('reset', '-q', '--hard');
  run('checkout', '-q', '--detach');
  run('branch', '-q', '-D', 'base', 'ours', 'theirs');
  return { isClean, text };
}

const resolve = (text: string, base?: Lock) => mergeConflictedLock(Buffer.from(text), FILE, base);

/** Each entry is changed on one side at most. */
const apart: fc.Arbitrary<Branches & { readonly edits: readonly Edit[] }> = anyLock.chain((base) =>
  editsOf(base).chain((edits) =>
    fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }).map((sides) => ({
      base,
      edits,
      ours: apply(
        base,
        edits.filter((_, index) => sides[index]),
      ),
      theirs: apply(
        base,
        edits.filter((_, index) => !sides[index]),
      ),
    })),
  ),
);

const anyhow: fc.Arbitrary<Branches> = anyLock.chain((base) =>
  fc
    .tuple(editsOf(base), editsOf(base))
    .map(([a, b]) => ({ base, ours: apply(base, a), theirs: apply(base, b) })),
);

/**
 * Either Git merges to what the locks mean together, or the conflict is resolved to that. A text that cannot be
 * read is refused, which is rare: the entries here have few different lines, so that Git confuses them often.
 */
function expectWhole(
  { base, ...sides }: Branches,
  whole: Lock,
  { isClean, text }: Merged,
  isBaseKnown: boolean,
): boolean {
  if (isClean) {
    const { lock, findings } = parse(text);
    if (lock !== null) expect(lock).toEqual(whole);
    else expect(findings[0]?.severity).toBe('error');
    return lock !== null;
  }
  const { merge, findings } = resolve(text, isBaseKnown ? base : undefined);
  if (merge === null) {
    expect(findings[0]?.severity).toBe('error');
    return false;
  }
  expect(findings).toEqual([]);
  expect({ ...merge.lock, ...sides }).toEqual({ ...whole, ...sides });
  return true;
}

describe('two branches that change different entries', () => {
  it.each([
    ['with the base in the markers', ['--diff3'], false],
    ['with a base that is known', [], true],
  ])('merge to both changes, %s', (_, style, isBaseKnown) => {
    let refused = 0;
    fc.assert(
      fc.property(apart, ({ edits, ...branches }) => {
        const whole = apply(branches.base, edits);
        if (!expectWhole(branches, whole, mergeFile(branches, ...style), isBaseKnown)) refused += 1;
      }),
      { numRuns: 60 },
    );
    expect(refused).toBeLessThan(5);
  });

  it('merge to both changes in a repository, as `git merge` does it', () => {
    let refused = 0;
    fc.assert(
      fc.property(apart, ({ edits, ...branches }) => {
        const merged = mergeBranches(branches, '-c', 'merge.conflictStyle=diff3');
        if (!expectWhole(branches, apply(branches.base, edits), merged, false)) refused += 1;
      }),
      { numRuns: 10 },
    );
    expect(refused).toBeLessThan(3);
  });

  it('lose nothing where nobody knows the base, and may keep what one of them removed', () => {
    fc.assert(
      fc.property(apart, ({ edits, ...branches }) => {
        const { isClean, text } = mergeFile(branches);
        const { merge, findings } = resolve(text);
        if (isClean || merge === null || findings.length > 0) return;
        const whole = apply(branches.base, edits);
        for (const section of ['servers', 'ownership'] as const) {
          const kept = Object.entries(merge.lock[section]).filter(([name]) => !(name in whole[section]));
          for (const [name, value] of kept) expect(value).toEqual(branches.base[section][name]);
          expect({ ...merge.lock[section], ...whole[section] }).toEqual(merge.lock[section]);
        }
      }),
      { numRuns: 60 },
    );
  });
});

it('never makes a lock that neither of two branches wrote, whatever they change', () => {
  fc.assert(
    fc.property(anyhow, fc.constantFrom([], ['--diff3'], ['--zdiff3']), (branches, style) => {
      const right = mergeLocks(branches.base, branches.ours, branches.theirs);
      const { isClean, text } = mergeFile(branches, ...style);
      if (isClean) {
        const { lock, findings } = parse(text);
        if (lock === null) expect(findings[0]?.severity).toBe('error');
        else expect({ lock, conflicts: [] }).toEqual(right);
        return;
      }
      const { merge, findings } = resolve(text, branches.base);
      if (merge === null || findings.length > 0) return;
      expect(merge).toEqual(right);
    }),
    { numRuns: 120 },
  );
});

it('reads no lock in which the lines of entries were swapped, left out or written twice', () => {
  const wholes = anyLock.filter(({ servers }) => Object.keys(servers).length > 1);
  const cuts = fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(wholes, cuts, (lock, swaps) => {
      const entries = (text: string) =>
        text.split('\n').flatMap((line, at) => (/^ {4}/.test(line) ? [at] : []));
      const text = printLock(lock);
      const lines = text.split('\n');
      const at = entries(text);
      for (const [one, other] of swaps) {
        const [from, to] = [at[one % at.length] as number, at[other % at.length] as number];
        lines[to] = lines[from] as string;
      }
      const read = parse(lines.join('\n')).lock;
      // An image stands alone below a name, and may be any.
      const images = (servers: Lock['servers']) =>
        Object.fromEntries(
          Object.entries(servers).map(([name, pin]) => [
            name,
            pin.kind === 'image' ? { ...pin, image: '' } : pin,
          ]),
        );
      if (read !== null) expect(images(read.servers)).toEqual(images(lock.servers));
    }),
    { numRuns: 500 },
  );
});

describe('two branches that each add a server', () => {
  const pinOf = (name: string) =>
    name.length % 2 === 0 ? imagePin('ghcr.io/acme/x:1', name) : npmPin('@acme/x', '1.0.0', '^1');
  const of = (names: readonly string[]): Lock =>
    lockOf(Object.fromEntries(names.map((name) => [name, pinOf(name)])));
  const adding = (names: readonly string[], a: string, b: string): Branches => ({
    base: of(names),
    ours: of([...names, a]),
    theirs: of([...names, b]),
  });

  it.each([
    ['to an empty lock', [], 'github', 'linear'],
    ['to a lock of one', ['memory'], 'filesystem', 'github'],
    ['beside each other', ['github', 'memory'], 'jira', 'linear'],
    ['of one letter, with one between them', ['gitlab'], 'github', 'grafana'],
    ['with digits', [], '7zip', 'airtable'],
  ])('%s merge without a conflict', (_, names, a, b) => {
    for (const merge of [mergeFile, mergeBranches]) {
      const merged = merge(adding(names, a, b));
      expect(merged).toEqual({ isClean: true, text: printLock(of([...names, a, b])) });
    }
  });

  it('of one letter beside each other conflict, which is resolved without asking', () => {
    const { isClean, text } = mergeFile(adding(['memory'], 'github', 'gitlab'));
    expect(isClean).toBe(false);
    expect(resolve(text)).toEqual({
      merge: { lock: of(['memory', 'github', 'gitlab']), conflicts: [] },
      findings: [],
    });
  });

  it('whatever their names, merge or are resolved without asking', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(serverName, { minLength: 2, maxLength: 6 }),
        ([a = '', b = '', ...names]) => {
          const branches = adding(names, a, b);
          const { isClean, text } = mergeFile(branches);
          const lock = isClean ? parse(text).lock : resolve(text).merge?.lock;
          expect(lock).toEqual(of([...names, a, b]));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('merge without a conflict when one adds and the other updates or removes a neighbour of another letter', () => {
    const base = of(['filesystem', 'github', 'gitlab', 'memory']);
    const added = apply(base, [{ section: 'servers', name: 'github-docs', value: imagePin('x', 1) }]);
    const updated = apply(base, [
      { section: 'servers', name: 'github', value: imagePin('x', 2) },
      { section: 'servers', name: 'gitlab', value: npmPin('@acme/gitlab', '1.1.0', '^1') },
      { section: 'servers', name: 'filesystem', value: null },
    ]);
    const { isClean, text } = mergeFile({ base, ours: added, theirs: updated });
    expect(isClean).toBe(true);
    expect(parse(text).lock).toEqual(mergeLocks(base, added, updated).lock);
  });
});
