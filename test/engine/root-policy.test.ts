import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { onStage, type Stage } from '../cli/stage.ts';
import { environmentWith, MCPFORM } from '../support/mcpform.ts';
import { type Ran, run } from '../support/run.ts';

const DENY_NPX = 'apiVersion: mcpform/v1\nkind: Policy\nrules:\n  commands: { deny: [npx] }\n';
const DENY_HOST = 'apiVersion: mcpform/v1\nkind: Policy\nrules:\n  urlHosts: { deny: ["*.example.com"] }\n';

const isRoot = process.getuid?.() === 0;

/** Linux lets root, and on most machines everybody, have a mount namespace of their own. */
const canUnshare = ((): boolean => {
  try {
    execFileSync('/usr/bin/unshare', [...unshareFlags(), 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

function unshareFlags(): readonly string[] {
  return isRoot ? ['--mount'] : ['--mount', '--map-root-user'];
}

/** Runs the program where `/etc` is the home's `etc` folder and nothing else: the machine's own stays as it is. */
async function runWithEtc({ home }: Stage, args: readonly string[]): Promise<Ran> {
  const words = [process.execPath, MCPFORM, ...args].map((word) => `'${word}'`).join(' ');
  const command = `mount --bind '${home.folder}/etc' /etc && exec ${words}`;
  return run('/usr/bin/unshare', [...unshareFlags(), 'sh', '-c', command], {
    cwd: home.project,
    env: environmentWith(home),
  });
}

async function writeEtc(stage: Stage, policy: string): Promise<string> {
  const folder = join(stage.home.folder, 'etc/mcpform');
  await mkdir(folder, { recursive: true });
  await writeFile(join(stage.home.folder, 'etc/machine-id'), '0123456789abcdef0123456789abcdef\n');
  await writeFile(join(folder, 'policy.yaml'), policy);
  return join(folder, 'policy.yaml');
}

// What needs no namespace is tested in memory, in read-policies.test.ts.
if (canUnshare) {
  describe("root's policy in /etc/mcpform", () => {
    it('holds for everybody, together with the user’s own: both must allow', () =>
      onStage(async (stage) => {
        await writeEtc(stage, DENY_NPX);
        const denied = await runWithEtc(stage, ['apply', '--auto-approve', '--no-settle']);
        expect(denied.exitCode, denied.stderr).toBe(6);
        expect(denied.stdout).toContain('1 applied, 1 skipped.');
        expect(denied.stderr).toContain('/etc/mcpform/policy.yaml');
        expect(Object.keys(JSON.parse(await stage.read('.claude.json')).mcpServers)).toEqual(['github']);

        await stage.write({ '.config/mcpform/policy.yaml': DENY_HOST });
        const both = await runWithEtc(stage, ['plan', '--json']);
        expect(both.exitCode).toBe(6);
        const { steps } = JSON.parse(both.stdout) as { steps: { address: string; because: string }[] };
        expect(steps.map(({ address, because }) => [address, because])).toEqual([
          ['claude-code/user/github', 'denied'],
          ['claude-code/user/memory', 'denied'],
        ]);
      }));

    it('is nowhere else: neither XDG_CONFIG_DIRS nor HOME moves it', () =>
      onStage(async (stage) => {
        await writeEtc(stage, DENY_NPX);
        await stage.write({ 'etc-elsewhere/mcpform/policy.yaml': 'rules: {}' });
        const env = { XDG_CONFIG_DIRS: `${stage.home.folder}/etc-elsewhere` };
        await stage.expectExit(0, ['plan'], { env });
        expect((await runWithEtc(stage, ['plan'])).exitCode).toBe(6);
      }));

    it('must be writable by root alone, or nothing is allowed', () =>
      onStage(async (stage) => {
        const file = await writeEtc(stage, 'apiVersion: mcpform/v1\nkind: Policy\nrules: {}\n');
        expect((await runWithEtc(stage, ['plan'])).exitCode).toBe(0);
        await chmod(file, 0o666);
        const open = await runWithEtc(stage, ['apply', '--auto-approve']);
        expect(open.exitCode).toBe(6);
        expect(open.stderr).toContain('must belong to root and be writable by root alone');
        await chmod(file, 0o644);
        if (!isRoot) return;
        await chown(file, 12_345, 12_345);
        expect((await runWithEtc(stage, ['plan'])).exitCode).toBe(6);
      }));
  });
} else {
  process.stderr.write(
    '\n!!! NOT TESTED: /etc/mcpform on the real program; this machine gives no mount namespace\n\n',
  );
}
