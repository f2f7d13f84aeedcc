import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GitRepository } from './git-repository.ts';
import type { Home } from './throwaway-home.ts';

/**
 * Has everything that is committed from now on signed with the SSH key of this name, which is made when it is not there
 * yet; the key as a policy has it. Null: nothing is signed, and the key is empty.
 */
export async function signCommits(
  name: string | null,
  { git }: Pick<GitRepository, 'git'>,
  home: Home,
): Promise<string> {
  await git('config', 'commit.gpgSign', name === null ? 'false' : 'true');
  if (name === null) return '';
  const file = join(home.folder, name);
  if (!existsSync(file)) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file]);
  }
  await git('config', 'gpg.format', 'ssh');
  await git('config', 'user.signingKey', file);
  return (await readFile(`${file}.pub`, 'utf8')).split(' ').slice(0, 2).join(' ');
}
