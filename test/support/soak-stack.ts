import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '../../src/model/json.ts';
import { type GitRepository, gitRepository } from './git-repository.ts';
import type { Home } from './throwaway-home.ts';
import { writeFiles } from './world.ts';

/** A stack in a repository whose commits are signed, and what its newest good one asks for. */
export interface SoakStack {
  readonly repository: GitRepository;
  /** By name: the entries as they should be in the client's file. */
  readonly wanted: ReadonlyMap<string, JsonObject>;
  /** Commits another stack: one server more, one fewer, or one that is changed; whichever the number says. */
  commit(at: number): Promise<void>;
  /** Commits what is no manifest. */
  commitBroken(): Promise<void>;
}

const FEWEST = 30;
const MOST = 40;

/** Names its signer in the policy of this home. */
export async function soakStack(home: Home): Promise<SoakStack> {
  const repository = await gitRepository(home, 'soak');
  await writeFiles(home.folder, {
    '.config/mcpform/policy.yaml': policyOf(await signWithKey(home, repository)),
  });
  const wanted = new Map<string, JsonObject>();
  for (let at = 0; at < FEWEST; at += 1) wanted.set(`ours-${at}`, entryOf(`first-${at}`));
  const push = async (): Promise<void> => {
    await repository.commit({ 'mcp.yaml': manifestOf(wanted) });
  };
  await push();
  return {
    repository,
    wanted,
    commit: async (at) => {
      const names = [...wanted.keys()];
      const name = names[at % names.length] as string;
      if (names.length < MOST && at % 3 === 0) wanted.set(`ours-${FEWEST + at}`, entryOf(`changed-${at}`));
      else if (names.length > FEWEST && at % 3 === 1) wanted.delete(name);
      else wanted.set(name, entryOf(`changed-${at}`));
      await push();
    },
    commitBroken: async () => {
      await repository.commit({ 'mcp.yaml': `${manifestOf(wanted)}  broken: { comand: node }\n` });
    },
  };
}

async function signWithKey(home: Home, repository: GitRepository): Promise<string> {
  const file = join(home.folder, 'signer');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'signer', '-f', file]);
  await repository.git('config', 'commit.gpgSign', 'true');
  await repository.git('config', 'gpg.format', 'ssh');
  await repository.git('config', 'user.signingKey', file);
  return (await readFile(`${file}.pub`, 'utf8')).split(' ').slice(0, 2).join(' ');
}

function policyOf(key: string): string {
  return `apiVersion: mcpform/v1
kind: Policy
rules:
  commands: { allow: ["node **"] }
commits:
  - { ssh: ${key}, principal: signer@example.com }
`;
}

function entryOf(program: string): JsonObject {
  return { command: 'node', args: [`${program}.js`] };
}

function manifestOf(wanted: ReadonlyMap<string, JsonObject>): string {
  const servers = [...wanted].map(([name, entry]) => `  ${name}: ${JSON.stringify(entry)}`);
  return `apiVersion: mcpform/v1\nkind: Stack\nname: soak\nservers:\n${servers.join('\n')}\n`;
}
