import { describe, expect, it } from 'vitest';
import { chooseCommit } from '../../src/loop/source/choose-commit.ts';
import { readTree } from '../../src/loop/source/commit-tree.ts';
import { judgeSignature } from '../../src/loop/source/judge-signature.ts';
import { filesToRead, findManifests } from '../../src/loop/source/manifest-paths.ts';
import type { CommitSigner } from '../../src/policy/policy.ts';

const hour = 3_600_000;
const now = 1_800_000_000_000;
const link = (id: string, ageMs: number) => ({ id, committedMs: now - ageMs });
const chain = [link('c', hour / 2), link('b', 2 * hour), link('a', 30 * hour)];
const at = (applied: string | null = null) => ({ nowMs: now, applied });

describe('which commit is taken', () => {
  it('is the newest, unless it must have an age', () => {
    expect(chooseCommit(chain, {}, at()).id).toBe('c');
    expect(chooseCommit(chain, { minCommitAgeMs: 0 }, at()).id).toBe('c');
    expect(chooseCommit(chain, { minCommitAgeMs: hour }, at()).id).toBe('b');
    expect(chooseCommit(chain, { minCommitAgeMs: 24 * hour }, at()).id).toBe('a');
  });

  it('is never older than the applied one because of its age alone', () => {
    expect(chooseCommit(chain, { minCommitAgeMs: 24 * hour }, at('c')).id).toBe('c');
    expect(chooseCommit(chain, { minCommitAgeMs: 24 * hour }, at('b')).id).toBe('b');
    expect(chooseCommit(chain, { minCommitAgeMs: hour }, at('a')).id).toBe('b');
  });

  it('is none when all are too new, the newest too old, or dated in the future', () => {
    const code = (wanted: string) => expect.objectContaining({ code: wanted });
    expect(() => chooseCommit(chain, { minCommitAgeMs: 99 * hour }, at())).toThrow(code('SOURCE_TOO_NEW'));
    expect(() => chooseCommit(chain, { maxAgeMs: hour / 4 }, at())).toThrow(code('SOURCE_TOO_OLD'));
    const ahead = [link('d', -2 * hour), ...chain];
    expect(() => chooseCommit(ahead, { maxAgeMs: hour }, at())).toThrow(code('SOURCE_TOO_NEW'));
    expect(chooseCommit([link('d', -hour / 2)], { maxAgeMs: hour }, at()).id).toBe('d');
    expect(chooseCommit(ahead, { minCommitAgeMs: hour }, at()).id).toBe('b');
    expect(chooseCommit(ahead, {}, at()).id).toBe('d');
  });
});

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJAr2cZsHExq7nBhLxKTn5bDXWTuVHCcvrfe6ySXCTsF';
const print = 'SHA256:Epxw3p0kRdI8BMx4rX7gBv3sT7sU8d8N3sX0ZpXrY2Y';
const fingerprint = '0F1E2D3C4B5A69788796A5B4C3D2E1F00F1E2D3C';
const gpg: CommitSigner = { kind: 'gpg', fingerprint, keyFile: '/k' };
const ssh: CommitSigner = { kind: 'ssh', key, principal: 'ann' };
const status = (...lines: readonly string[]) => lines.map((line) => `[GNUPG:] ${line}\n`).join('');
const valid = `VALIDSIG ${'A'.repeat(40)} 2026-01-01 1 0 4 0 22 8 00 ${fingerprint}`;

describe('what Git says of a signature', () => {
  it('is good for one good signature of a wanted key, and nothing beside it', () => {
    const output = status('NEWSIG', 'GOODSIG AAAA Ann', valid, 'TRUST_UNDEFINED 0 pgp');
    expect(judgeSignature({ exitCode: 0, output }, [gpg])).toEqual({
      isGood: true,
      signer: `the OpenPGP key ${fingerprint}`,
    });
  });

  it.each([
    ['nothing', 1, ''],
    ['nothing, and no error', 0, ''],
    ['good, and an error', 1, status('GOODSIG AAAA Ann', valid)],
    ['killed', null, status('GOODSIG AAAA Ann', valid)],
    ['two signatures', 0, status('GOODSIG AAAA Ann', valid, 'GOODSIG BBBB Ben', valid)],
    ['one good and one bad', 0, status('GOODSIG AAAA Ann', valid, 'BADSIG BBBB Ben')],
    ['one good and one nobody knows', 0, status('GOODSIG AAAA Ann', valid, 'ERRSIG BBBB 1 1 00 1 9')],
    ['an expired key', 0, status('KEYEXPIRED 1', 'EXPKEYSIG AAAA Ann', valid)],
    ['a revoked key', 0, status('REVKEYSIG AAAA Ann', valid)],
    ['an expired signature', 0, status('EXPSIG AAAA Ann', valid)],
    ['another key', 0, status('GOODSIG AAAA Ann', valid.replace(fingerprint, 'B'.repeat(40)))],
    [
      'a part of the fingerprint',
      0,
      status('GOODSIG AAAA Ann', valid.replace(fingerprint, fingerprint.slice(24))),
    ],
    ['a valid one that is not good', 0, status(valid)],
    ['words nobody knows', 0, 'All is well with ann\n'],
    [
      'a good one of SSH by nobody',
      0,
      `Good "git" signature with ED25519 key ${print}\nNo principal matched.\n`,
    ],
    ['a good one of SSH by another key', 0, `Good "git" signature for ann with ED25519 key ${print}\n`],
    ['two verdicts', 0, `Good "git" signature for ann with ED25519 key ${print}\n`.repeat(2)],
  ])('is not good for %s', (_, exitCode, output) => {
    expect(judgeSignature({ exitCode, output }, [gpg, ssh]).isGood).toBe(false);
  });

  it('names who signed, as far as can be known', () => {
    const found = (output: string) => {
      const judged = judgeSignature({ exitCode: 1, output }, [gpg]);
      return judged.isGood ? 'good' : judged.found;
    };
    expect(found('')).toBeNull();
    expect(found(status('ERRSIG 0123456789ABCDEF 22 8 00 1 9', 'NO_PUBKEY 0123456789ABCDEF'))).toBe(
      'the OpenPGP key 0123456789ABCDEF',
    );
    expect(found(status('EXPKEYSIG 0123456789ABCDEF Ann', valid))).toBe(
      `the OpenPGP key ${'A'.repeat(40)} (the key has expired)`,
    );
    expect(found(`Good "git" signature with ED25519 key ${print}\nNo principal matched.\n`)).toBe(
      `the SSH key ${print}`,
    );
    expect(found('Could not verify signature.\n')).toBe('a signature that does not hold');
  });
});

const id = 'a'.repeat(40);
const listing = (...lines: readonly string[]) => lines.map((line) => `${line}\0`).join('');
const blob = (path: string) => `100644 blob ${id}\t${path}`;
const tree = (path: string) => `040000 tree ${id}\t${path}`;
const linked = (path: string) => `120000 blob ${id}\t${path}`;

describe('what is read of a commit', () => {
  it('is the manifests, their locks, and what is in the folders of these', () => {
    const commit = readTree(
      listing(
        ...[tree('s'), blob('s/big'), blob('s/mcp.yaml'), blob('s/mcp.lock.yaml'), tree('s/mcp.lock.d')],
        ...[
          tree('s/mcp.lock.d/x'),
          blob('s/mcp.lock.d/x/a.json'),
          blob('s/-oProxyCommand=x'),
          blob('mcp.lock.yaml'),
        ],
      ),
    );
    expect(findManifests(['s'], commit)).toEqual(['s/mcp.yaml']);
    expect(findManifests(['s/big', 's/mcp.yaml'], commit)).toEqual(['s/big', 's/mcp.yaml']);
    expect(filesToRead(['s/mcp.yaml'], commit)).toEqual([
      's/mcp.yaml',
      's/mcp.lock.yaml',
      's/mcp.lock.d/x/a.json',
    ]);
  });

  it.each([
    ['a manifest that is a link', [linked('mcp.yaml')], [], 'a link at "mcp.yaml"'],
    ['a folder that is a link', [linked('s')], ['s/mcp.yaml'], 'a link at "s", on the way to "s/mcp.yaml"'],
    ['a submodule', [`160000 commit ${id}\ts`], ['s'], 'a submodule at "s"'],
    ['a manifest within a submodule', [`160000 commit ${id}\ts`], ['s/mcp.yaml'], 'a submodule at "s"'],
    ['nothing', [], [], 'no mcp.yaml at its root'],
    ['no such file', [blob('mcp.yaml')], ['x.yaml'], 'no "x.yaml"'],
    ['a folder without one', [tree('s')], ['s'], 'no mcp.yaml in "s"'],
    ['a folder of that name', [tree('mcp.yaml')], [], 'a folder "mcp.yaml"'],
  ])('refuses %s', (_, lines, paths, message) => {
    const commit = readTree(listing(...lines));
    expect(() => findManifests(paths, commit)).toThrow(
      expect.objectContaining({ code: 'SOURCE_UNAVAILABLE', message: expect.stringContaining(message) }),
    );
  });

  it.each([
    ['a lock that is a link', [linked('mcp.lock.yaml')]],
    ['a folder of a lock that is a link', [blob('mcp.lock.yaml'), linked('mcp.lock.d')]],
    ['a link in that folder', [tree('mcp.lock.d'), linked('mcp.lock.d/x')]],
  ])('refuses %s', (_, lines) => {
    const commit = readTree(listing(blob('mcp.yaml'), ...lines));
    expect(() => filesToRead(['mcp.yaml'], commit)).toThrow('a link at');
  });
});
