import { chmod, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesWith, onStage, type Stage } from './stage.ts';

const CANARY = 'canary-5d2f81c09a3b47e6';
const OTHER = 'canary-0b9e63f7d41c58a2';

const stackOf = (secrets: string, servers: string): string => `apiVersion: mcpform/v1
kind: Stack
name: tools
secrets:
${secrets}
servers:
${servers}
`;

const FROM_FILE = '  token: { file: ./token }';
const WRAPPED = '  a: { command: node, args: [x.js], env: { TOKEN: "${secret.token}" } }';
const PLAIN = '  a: { command: node, args: [x.js], emit: plaintext, env: { TOKEN: "k-${secret.token}" } }';

/** A stage with a secret in a file of its own. */
async function withToken(stage: Stage, manifest: string, value = CANARY): Promise<void> {
  await stage.write({ 'project/mcp.yaml': manifest, 'project/token': `${value}\n` });
  await chmod(join(stage.home.project, 'token'), 0o600);
}

/** Files that hold a value, but for where it was put on purpose. */
async function leaks(stage: Stage, value = CANARY): Promise<readonly string[]> {
  return (await filesWith(stage.home.folder, value)).filter((file) => file !== 'project/token');
}

describe.concurrent('a secret that mcpform hands on', () => {
  it('is in no file, no plan and no output, and the next plan is empty', () =>
    onStage(async (stage) => {
      await withToken(stage, stackOf(FROM_FILE, WRAPPED));
      const planned = await stage.expectExit(0, ['plan', '--json']);
      const applied = await stage.apply();
      const again = await stage.expectExit(0, ['plan', '--check-secrets', '--detailed-exitcode']);
      expect(await leaks(stage)).toEqual([]);
      expect(JSON.stringify([planned, applied, again])).not.toContain(CANARY);
      expect(planned.stdout).toContain('"via": "wrapper"');
      expect(JSON.parse(await stage.read('.claude.json')).mcpServers.a.env ?? {}).toEqual({});
    }, null));

  it('is told to have changed, with who gets it when, once', () =>
    onStage(async (stage) => {
      await withToken(stage, stackOf(FROM_FILE, WRAPPED));
      await stage.apply();
      await withToken(stage, stackOf(FROM_FILE, WRAPPED), OTHER);
      const unseen = await stage.expectExit(0, ['plan', '--detailed-exitcode']);
      expect(unseen.stdout).toContain('No changes.');
      // Nothing is written for it: the next start of the server asks for the value.
      const seen = await stage.expectExit(0, ['plan', '--check-secrets', '--detailed-exitcode']);
      expect(seen.stdout).toContain('1 to record');
      expect(seen.stderr).toContain('secret token: changed; "claude-code/user/a" gets it');
      const applied = await stage.apply();
      expect(applied.stderr).toContain('secret token: changed');
      await stage.expectExit(0, ['plan', '--check-secrets', '--detailed-exitcode']);
      expect(await leaks(stage, OTHER)).toEqual([]);
      expect(JSON.stringify([seen, applied])).not.toContain(OTHER);
    }, null));

  it('that cannot be had leaves its own server as it is, names the fix, and the rest applies', () =>
    onStage(async (stage) => {
      const servers = `${WRAPPED}\n  b: { command: node, args: [y.js] }`;
      await stage.write({ 'project/mcp.yaml': stackOf(FROM_FILE, servers) });
      const applied = await stage.expectExit(5, ['apply', '--auto-approve', '--no-settle']);
      expect(applied.stdout + applied.stderr).toContain('secret "token": file');
      expect(applied.stdout + applied.stderr).toContain('SECRET_NOT_FOUND');
      const { mcpServers } = JSON.parse(await stage.read('.claude.json'));
      expect(Object.keys(mcpServers)).toEqual(['b']);
    }, null));

  it('is asked for again when what it was granted to is launched in another way', () =>
    onStage(async (stage) => {
      await withToken(stage, stackOf(FROM_FILE, WRAPPED));
      await stage.apply();
      await stage.write({ 'project/mcp.yaml': stackOf(FROM_FILE, WRAPPED.replace('x.js', 'evil.js')) });
      const { stdout } = await stage.expectExit(0, ['plan']);
      expect(stdout).toMatch(/receives secret token \(file:.*\) through mcpform exec, new/);
      const { stderr } = await stage.expectExit(3, ['apply', '--no-settle']);
      expect(stderr).toContain('NOT_APPROVED');
    }, null));
});

describe.concurrent('a launch that no entry starts any more', () => {
  it('gets no secret, although its record is kept for a rollback', () =>
    onStage(async (stage) => {
      await withToken(stage, stackOf(FROM_FILE, WRAPPED));
      await stage.apply();
      const grantsOf = async (): Promise<Record<string, string[]>> => {
        const files = (await filesWith(stage.home.folder, '"locators"')).filter((file) =>
          file.endsWith('.grants'),
        );
        const texts = await Promise.all(files.map((file) => stage.read(file)));
        return Object.fromEntries(files.map((file, at) => [file, JSON.parse(texts[at] as string).locators]));
      };
      const [[before] = []] = [Object.keys(await grantsOf())];
      await stage.write({ 'project/mcp.yaml': stackOf(FROM_FILE, WRAPPED.replace('x.js', 'y.js')) });
      await stage.apply();
      const after = await grantsOf();
      expect(after[before as string]).toEqual([]);
      expect(Object.values(after).flat()).toEqual([`file:${join(stage.home.project, 'token')}`]);
    }, null));
});

describe.concurrent('emit: plaintext', () => {
  it('writes the value into the client’s file and nowhere else, and knows it again', () =>
    onStage(async (stage) => {
      await withToken(stage, stackOf(FROM_FILE, PLAIN));
      const applied = await stage.apply();
      expect(await leaks(stage)).toEqual(['.claude.json']);
      expect(applied.stdout + applied.stderr).not.toContain(CANARY);
      await stage.expectExit(0, ['plan', '--check-secrets', '--detailed-exitcode']);
      await stage.expectExit(0, ['apply', '--no-settle']);
    }, null));

  it('writes another value, and puts back what somebody changed, without showing either', () =>
    onStage(async (stage) => {
      await withToken(stage, stackOf(FROM_FILE, PLAIN));
      await stage.apply();
      await withToken(stage, stackOf(FROM_FILE, PLAIN), OTHER);
      const rotated = await stage.apply();
      expect(rotated.stdout).toContain('# another secret');
      expect(await stage.read('.claude.json')).toContain(`k-${OTHER}`);
      const pasted = (await stage.read('.claude.json')).replace(`k-${OTHER}`, 'pasted-by-hand');
      await stage.write({ '.claude.json': pasted });
      const drifted = await stage.apply();
      expect(drifted.stdout).toContain('# drifted: changed outside mcpform');
      expect(await stage.read('.claude.json')).toContain(`k-${OTHER}`);
      for (const { stdout, stderr } of [rotated, drifted]) {
        expect(stdout + stderr).not.toMatch(/canary|pasted-by-hand/);
      }
    }, null));

  it('refuses what the client would take for a variable of its own', () =>
    onStage(async (stage) => {
      await withToken(stage, stackOf(FROM_FILE, PLAIN), 'a${HOME}b');
      const { stdout, stderr } = await stage.expectExit(5, ['apply', '--auto-approve', '--no-settle']);
      expect(stdout + stderr).toContain('SECRET_INVALID');
      expect(await filesWith(stage.home.folder, 'a${HOME}b')).toEqual(['project/token']);
    }, null));
});

describe.concurrent('nothing of the manifest is started', () => {
  const marking = (file: string): string =>
    stackOf(`  token: { exec: [/bin/sh, -c, "touch ${file}; echo ${CANARY}"] }`, WRAPPED);

  it.each([
    ['validate'],
    ['plan'],
    ['plan', '--check-secrets'],
    ['plan', '--json'],
    ['status'],
    ['explain', 'claude-code/user/a'],
    ['import'],
    ['secrets', 'list'],
    ['doctor'],
  ])('by %s %s, as long as nobody granted it', (...args) =>
    onStage(async (stage) => {
      const mark = join(stage.home.folder, 'started');
      await stage.write({ 'project/mcp.yaml': marking(mark) });
      await stage.run(args.filter((arg) => arg !== undefined));
      expect(await stage.read('project/mcp.yaml')).toContain('touch');
      await expect(stage.read('started')).rejects.toThrow('ENOENT');
    }, null),
  );

  it('and by apply only once it was approved', () =>
    onStage(async (stage) => {
      const mark = join(stage.home.folder, 'started');
      await stage.write({ 'project/mcp.yaml': marking(mark) });
      await stage.expectExit(3, ['apply', '--no-settle']);
      await expect(stage.read('started')).rejects.toThrow('ENOENT');
      await stage.apply();
      expect(await stage.read('started')).toBe('');
    }, null));
});

describe.concurrent('what a manifest may not ask for', () => {
  it.each([
    ['somebody’s SSH key', (home: string) => `  token: { file: ${home}/.ssh/id_ed25519 }`],
    [
      'what a cloud signs in with',
      (home: string) => `  token: { dotenv: { file: ${home}/.aws/credentials, key: K } }`,
    ],
    ['what mcpform keeps', (home: string) => `  token: { file: ${home}/.local/state/mcpform/key }`],
  ])('%s is refused in the plan, before anybody is asked', (_, secretsOf) =>
    onStage(async (stage) => {
      await mkdir(join(stage.home.folder, '.ssh'), { recursive: true, mode: 0o700 });
      await stage.write({
        '.ssh/id_ed25519': CANARY,
        'project/mcp.yaml': stackOf(secretsOf(stage.home.folder), WRAPPED),
      });
      await chmod(join(stage.home.folder, '.ssh/id_ed25519'), 0o600);
      const { stdout, stderr } = await stage.expectExit(5, ['apply', '--auto-approve', '--no-settle']);
      expect(stdout + stderr).toContain('SECRET_UNSAFE');
      expect(await filesWith(stage.home.folder, CANARY)).toEqual(['.ssh/id_ed25519']);
    }, null),
  );

  it('a link in the repository that leads to one is not followed', () =>
    onStage(async (stage) => {
      await mkdir(join(stage.home.folder, '.ssh'), { recursive: true, mode: 0o700 });
      await stage.write({ '.ssh/key': CANARY, 'project/mcp.yaml': stackOf(FROM_FILE, WRAPPED) });
      await chmod(join(stage.home.folder, '.ssh/key'), 0o600);
      await symlink(join(stage.home.folder, '.ssh/key'), join(stage.home.project, 'token'));
      const { stdout, stderr } = await stage.expectExit(5, ['apply', '--auto-approve', '--no-settle']);
      expect(stdout + stderr).toContain('SECRET_UNSAFE');
      expect(stdout + stderr).not.toContain(CANARY);
    }, null));
});
