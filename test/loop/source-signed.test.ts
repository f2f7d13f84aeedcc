import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acceptRewrite } from '../../src/loop/state/accept-rewrite.ts';
import { rememberCommit } from '../../src/loop/state/source-memory.ts';
import { failsWith, type SourceBed, sourceBed, unheard } from './source-bed.ts';

/** Real keys of SSH and OpenPGP, and the Git that signs with them. */
describe('a source whose commits must be signed', () => {
  let bed: SourceBed;
  const run = (program: string, args: readonly string[], env: Record<string, string> = {}): string =>
    execFileSync(program, args, { env: { ...bed.home.env, ...env }, encoding: 'utf8', stdio: 'pipe' });

  beforeEach(async () => {
    bed = await sourceBed();
  });
  afterEach(() => bed.remove());

  const sshKey = async (name: string): Promise<{ file: string; key: string }> => {
    const file = join(bed.home.folder, name);
    run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file]);
    const key = (await readFile(`${file}.pub`, 'utf8')).split(' ').slice(0, 2).join(' ');
    return { file, key };
  };
  const signWith = async (format: 'ssh' | 'openpgp' | null, key = ''): Promise<void> => {
    const { git } = bed.repository;
    await git('config', 'gpg.format', format ?? 'ssh');
    await git('config', 'user.signingKey', key);
    await git('config', 'commit.gpgSign', format === null ? 'false' : 'true');
  };
  const policy = async (commits: string): Promise<void> => {
    await mkdir(bed.ctx.folders.config, { recursive: true });
    const text = `apiVersion: mcpform/v1\nkind: Policy\ncommits: ${commits}\n`;
    await writeFile(join(bed.ctx.folders.config, 'policy.yaml'), text);
  };
  const head = { verify: 'head' } as const;
  const unsigned = (message: RegExp) => failsWith('SOURCE_UNSIGNED', message);

  it('takes those of SSH keys that the policy names, and says whose', async () => {
    const [ann, eve] = [await sshKey('ann'), await sshKey('eve')];
    await policy(`[{ ssh: ${ann.key}, principal: ann@example.com }]`);
    await bed.repository.commit({ 'mcp.yaml': 'none' });
    await expect(bed.look('', head)).rejects.toMatchObject(unsigned(/^commit [0-9a-f]{40} is not signed$/));

    await signWith('ssh', ann.file);
    const good = await bed.repository.commit({ 'mcp.yaml': 'good' });
    const revision = await bed.look('', head);
    expect(revision.commit).toBe(good);
    expect(revision.signer).toMatch(/^ann@example\.com \(SHA256:[A-Za-z0-9+/]{43}\)$/);

    await signWith('ssh', eve.file);
    await bed.repository.commit({ 'mcp.yaml': 'eve' });
    // What the user trusts, or the repository, is not asked.
    const allowed = join(bed.home.folder, 'allowed');
    await writeFile(allowed, `* ${eve.key}\n`);
    await writeFile(join(bed.home.folder, '.gitconfig'), `[gpg "ssh"]\n\tallowedSignersFile = ${allowed}\n`);
    await expect(bed.look('', head)).rejects.toMatchObject(unsigned(/is signed by the SSH key SHA256:/));
    const [folder = ''] = await readdir(join(bed.ctx.folders.cache, 'sources'));
    const left = await readdir(join(bed.ctx.folders.cache, 'sources', folder));
    expect(left.sort()).toEqual(['home', 'mirror.git', 'tree']);
  });

  it('takes those of OpenPGP keys by their whole fingerprint, none that expired or was revoked', async () => {
    const gnupg = join(bed.home.folder, 'gnupg');
    await mkdir(gnupg, { mode: 0o700 });
    const gpg = (...args: readonly string[]): string =>
      run('gpg', [
        '--homedir',
        gnupg,
        '--batch',
        '--no-tty',
        '--quiet',
        '--pinentry-mode',
        'loopback',
        '--passphrase',
        '',
        ...args,
      ]);
    const make = (name: string, expiry: string, ...more: readonly string[]): string => {
      gpg(...more, '--quick-gen-key', `${name} <${name}@example.com>`, 'ed25519', 'sign', expiry);
      const listed = gpg('--list-keys', '--with-colons', `${name}@example.com`);
      return /^fpr:+([0-9A-F]{40}):/m.exec(listed)?.[1] as string;
    };
    const wrapper = join(bed.home.folder, 'gpg-of-test');
    await writeFile(wrapper, `#!/bin/sh\nexec gpg --homedir '${gnupg}' --batch --no-tty "$@"\n`);
    await chmod(wrapper, 0o755);
    await bed.repository.git('config', 'gpg.program', wrapper);
    const [ann, eve] = [make('ann', 'never'), make('eve', 'never')];
    const keys = join(bed.home.folder, 'keys.asc');
    const exportKeys = async () => writeFile(keys, gpg('--export', '--armor'));
    await exportKeys();
    await policy(`[{ gpg: ${ann}, keyFile: ${keys} }]`);
    try {
      await signWith('openpgp', ann);
      await bed.repository.commit({ 'mcp.yaml': 'ann' });
      expect((await bed.look('', head)).signer).toBe(`the OpenPGP key ${ann}`);

      // Her key is in the same file, and she is not named.
      await signWith('openpgp', eve);
      await bed.repository.commit({ 'mcp.yaml': 'eve' });
      await expect(bed.look('', head)).rejects.toMatchObject(unsigned(new RegExp(`OpenPGP key ${eve}`)));
      await policy(`[{ gpg: ${eve.slice(0, -1)}${eve.endsWith('0') ? '1' : '0'}, keyFile: ${keys} }]`);
      await expect(bed.look('', head)).rejects.toMatchObject(unsigned(/wants another signer/));
      await policy(`[{ gpg: ${eve}, keyFile: ${keys}.gone }]`);
      await expect(bed.look('', head)).rejects.toMatchObject(unsigned(/cannot be read \(ENOENT\)/));

      await policy(`[{ gpg: ${eve}, keyFile: ${keys} }]`);
      expect((await bed.look('', head)).signer).toBe(`the OpenPGP key ${eve}`);
      await writeFile(
        join(bed.home.folder, 'revoke'),
        await readFile(join(gnupg, `openpgp-revocs.d/${eve}.rev`), 'utf8').then((text) =>
          text.replace(':-----', '-----'),
        ),
      );
      gpg('--import', join(bed.home.folder, 'revoke'));
      await exportKeys();
      await expect(bed.look('', head)).rejects.toMatchObject(unsigned(/the key was revoked/));

      const past = Math.floor(Date.now() / 1_000) - 30 * 86_400;
      const old = make('old', '10d', '--faked-system-time', `${past}!`);
      await writeFile(
        wrapper,
        `#!/bin/sh\nexec gpg --homedir '${gnupg}' --faked-system-time '${past + 60}!' --batch --no-tty "$@"\n`,
      );
      await exportKeys();
      await policy(`[{ gpg: ${old}, keyFile: ${keys} }]`);
      await signWith('openpgp', old);
      await bed.repository.commit({ 'mcp.yaml': 'old' }, { at: past + 60 });
      await expect(bed.look('', head)).rejects.toMatchObject(unsigned(/the key has expired/));
    } finally {
      run('gpgconf', ['--homedir', gnupg, '--kill', 'all']);
    }
  });

  it('takes no commit whose signature is of another one', async () => {
    const ann = await sshKey('ann');
    await policy(`[{ ssh: ${ann.key} }]`);
    await signWith('ssh', ann.file);
    const good = await bed.repository.commit({ 'mcp.yaml': 'good' });
    const text = await bed.repository.git('cat-file', 'commit', good);
    await signWith(null);
    await bed.repository.commit({ 'mcp.yaml': 'bad' });
    const tree = await bed.repository.git('rev-parse', 'HEAD^{tree}');
    const file = join(bed.home.folder, 'forged');
    await writeFile(file, `${text.replace(/^tree .*/, `tree ${tree}`)}\n`);
    const forged = await bed.repository.git('hash-object', '-t', 'commit', '-w', file);
    await bed.repository.push(`${forged}:refs/heads/main`);
    await expect(bed.look('', head)).rejects.toMatchObject(unsigned(/does not hold/));
  });

  it('takes a signed tag under its own name alone', async () => {
    const [ann, eve] = [await sshKey('ann'), await sshKey('eve')];
    const { git, push } = bed.repository;
    await policy(`[{ ssh: ${ann.key}, principal: ann }]`);
    const tag = { verify: 'tag' } as const;
    const id = await bed.repository.commit({ 'mcp.yaml': 'one' });
    await signWith('ssh', ann.file);
    await git('tag', '-s', '-m', 'x', 'v1');
    await signWith('ssh', eve.file);
    await git('tag', '-s', '-m', 'x', 'v2');
    await git('tag', 'light');
    await git('tag', '-a', '--no-sign', '-m', 'x', 'plain');
    await git('update-ref', 'refs/tags/v9', 'refs/tags/v1');
    await push('v1', 'v2', 'light', 'plain', 'v9');
    expect(await bed.look('@v1', tag)).toMatchObject({ commit: id, label: `v1@sha1:${id}` });
    await expect(bed.look('@v2', tag)).rejects.toMatchObject(unsigned(/tag "v2" is signed by the SSH key/));
    await expect(bed.look('@light', tag)).rejects.toMatchObject(unsigned(/without a message/));
    await expect(bed.look('@plain', tag)).rejects.toMatchObject(unsigned(/tag "plain" is not signed/));
    await expect(bed.look('@v9', tag)).rejects.toMatchObject(unsigned(/has the tag "v1" in it/));
    await expect(bed.look('@main', tag)).rejects.toMatchObject(unsigned(/is not a tag/));
    await expect(bed.look('', tag)).rejects.toMatchObject(failsWith('SOURCE_INVALID', /names no tag/));
  });

  it('takes only what descends from the applied commit, or what somebody accepted', async () => {
    const ann = await sshKey('ann');
    await policy(`[{ ssh: ${ann.key} }]`);
    await signWith('ssh', ann.file);
    const { repository } = bed;
    const one = await repository.commit({ 'mcp.yaml': 'one' });
    const two = await repository.commit({ 'mcp.yaml': 'two' });
    expect((await bed.look('', head, one)).commit).toBe(two);
    expect((await bed.look('', head, two)).commit).toBe(two);
    await repository.git('reset', '--hard', '-q', one);
    const rewritten = failsWith('SOURCE_HISTORY_REWRITTEN', new RegExp(`descend from ${two}`));
    await repository.push('HEAD:main');
    await expect(bed.look('', head, two)).rejects.toMatchObject(rewritten);
    const three = await repository.commit({ 'mcp.yaml': 'three' });
    await expect(bed.look('', head, two)).rejects.toMatchObject(rewritten);
    const spec = bed.repository.url;
    expect(await acceptRewrite(spec, three, bed.ctx)).toBeNull();
    await rememberCommit(spec, two, bed.ctx);
    expect(await acceptRewrite(spec, one, bed.ctx)).toBe(two);
    await expect(bed.look('', head, two)).rejects.toMatchObject(rewritten);
    await acceptRewrite(spec, three, bed.ctx);
    expect((await bed.look('', head, two)).commit).toBe(three);
    await expect(bed.look('', head, 'f'.repeat(40))).rejects.toMatchObject({
      code: 'SOURCE_HISTORY_REWRITTEN',
    });
    expect((await bed.look('', {}, two)).commit).toBe(three);
    // What was accepted once is no way back later.
    const four = await repository.commit({ 'mcp.yaml': 'four' });
    await repository.push(`${three}:refs/heads/main`);
    await expect(bed.look('', head, four)).rejects.toMatchObject({ code: 'SOURCE_HISTORY_REWRITTEN' });
  });

  it('keeps what was applied when history was rewritten and the mirror is tidied', async () => {
    const ann = await sshKey('ann');
    await policy(`[{ ssh: ${ann.key} }]`);
    await signWith('ssh', ann.file);
    const base = await bed.repository.commit({ 'mcp.yaml': 'base' });
    const applied = await bed.repository.commit({ 'mcp.yaml': 'applied' });
    const source = await bed.open('', head);
    await source.look(null, unheard);
    await bed.repository.git('reset', '--hard', '--quiet', base);
    await bed.repository.commit({ 'mcp.yaml': 'rewritten' });
    await expect(source.look(applied, unheard)).rejects.toMatchObject({ code: 'SOURCE_HISTORY_REWRITTEN' });
    const [folder = ''] = await readdir(join(bed.ctx.folders.cache, 'sources'));
    const mirror = join(bed.ctx.folders.cache, 'sources', folder, 'mirror.git');
    run('git', [`--git-dir=${mirror}`, 'gc', '--quiet', '--prune=now']);
    const recalled = await source.recall?.(applied, unheard);
    expect(recalled && (await bed.read(recalled, 'mcp.yaml'))).toBe('applied');
    await source.close();
  });

  it('begins only with what descends from the commit that it was told to start from', async () => {
    const ann = await sshKey('ann');
    await policy(`[{ ssh: ${ann.key} }]`);
    await signWith('ssh', ann.file);
    const { repository } = bed;
    const old = await repository.commit({ 'mcp.yaml': 'old' });
    const start = await repository.commit({ 'mcp.yaml': 'start' });
    const next = await repository.commit({ 'mcp.yaml': 'next' });
    const from = { ...head, fromCommit: start };
    expect((await bed.look('', from)).commit).toBe(next);
    await repository.push(`${start}:refs/heads/main`);
    expect((await bed.look('', from)).commit).toBe(start);
    // A host that was set back, and one that never had it.
    await repository.push(`${old}:refs/heads/main`);
    expect((await bed.look('', head)).commit).toBe(old);
    const refused = failsWith('SOURCE_HISTORY_REWRITTEN', new RegExp(`descend from ${start}, from which`));
    await expect(bed.look('', from)).rejects.toMatchObject(refused);
    await expect(bed.look('', { ...head, fromCommit: 'f'.repeat(40) })).rejects.toMatchObject({
      code: 'SOURCE_HISTORY_REWRITTEN',
    });
    // Later it is what was applied that counts.
    expect((await bed.look('', from, old)).commit).toBe(old);
    const invalid = failsWith('SOURCE_INVALID');
    await expect(bed.open('', { ...head, fromCommit: 'main' })).rejects.toMatchObject(invalid);
    await expect(bed.open('', { fromCommit: start })).rejects.toMatchObject(invalid);
  });

  it('verifies the commit that is taken, not the newest', async () => {
    const ann = await sshKey('ann');
    await policy(`[{ ssh: ${ann.key} }]`);
    const nowS = Math.floor(Date.now() / 1_000);
    const unsignedOld = await bed.repository.commit({ 'mcp.yaml': 'old' }, { at: nowS - 7_200 });
    await signWith('ssh', ann.file);
    const fresh = await bed.repository.commit({ 'mcp.yaml': 'new' }, { at: nowS });
    expect((await bed.look('', head)).commit).toBe(fresh);
    await expect(bed.look('', { ...head, minCommitAgeMs: 3_600_000 })).rejects.toMatchObject(
      unsigned(new RegExp(`commit ${unsignedOld} is not signed`)),
    );
  });

  it('asks the policy at each look, and refuses to begin without signers', async () => {
    const ann = await sshKey('ann');
    await bed.repository.commit({ 'mcp.yaml': 'x' });
    await expect(bed.open('', head)).rejects.toMatchObject(unsigned(/no policy/));
    await policy('[]');
    await expect(bed.open('', head)).rejects.toMatchObject(unsigned(/no policy/));
    await policy(`[{ ssh: ${ann.key} }]`);
    await signWith('ssh', ann.file);
    const id = await bed.repository.commit({ 'mcp.yaml': 'y' });
    const source = await bed.open('', head);
    expect((await source.look(id, unheard)).commit).toBe(id);
    const eve = await sshKey('eve');
    await policy(`[{ ssh: ${eve.key} }]`);
    await expect(source.look(id, unheard)).rejects.toMatchObject(unsigned(/wants another signer/));
    await policy('{');
    await expect(source.look(id, unheard)).rejects.toMatchObject(unsigned(/not valid/));
    await source.close();
  });
});
