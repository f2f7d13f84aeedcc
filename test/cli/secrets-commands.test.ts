import { readdir, readFile, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CANARY, onSecretStage } from './secrets-stage.ts';

describe.concurrent('secrets list', () => {
  it('says of every secret where it is, who gets it and how, and asks nothing', () =>
    onSecretStage(async ({ expectExit, home, hasAsked }) => {
      const { stdout } = await expectExit(0, ['secrets', 'list']);
      expect(stdout).toContain(`linear  file:${home.folder}/store/linear\n`);
      expect(stdout).toContain(
        'claude-code/user/linear  env.LINEAR_TOKEN, through mcpform exec: not granted\n',
      );
      expect(stdout).toContain(
        'claude-code/user/remote  headers.Authorization, expanded by the client: not granted\n',
      );
      expect(stdout).toMatch(/^spare {2}file:.*\n {4}not used\n/m);
      expect(stdout).toContain('4 secrets, 3 of 3 uses not granted, 1 not used.');
      expect(await hasAsked()).toBe(false);
    }));

  it('has the same in its JSON, with what is granted and what was granted to an older launch', () =>
    onSecretStage(async ({ expectExit, keep, apply, read, write }) => {
      await keep('linear', CANARY);
      await apply();
      const grants = async (): Promise<Record<string, string>> => {
        const { stdout } = await expectExit(0, ['secrets', 'list', '--json']);
        const { secrets } = JSON.parse(stdout) as {
          secrets: { name: string; uses: { grant: string }[] }[];
        };
        return Object.fromEntries(secrets.map(({ name, uses }) => [name, uses[0]?.grant ?? 'not used']));
      };
      const all = { linear: 'granted', notes: 'granted', token: 'granted', spare: 'not used' };
      expect(await grants()).toEqual(all);
      await write({ 'project/mcp.yaml': (await read('project/mcp.yaml')).replace('[linear]', '[other]') });
      expect(await grants()).toEqual({ ...all, linear: 'older-launch' });
    }));

  it('lists the client’s own variables, and shows no control character of a path', () =>
    onSecretStage(
      async ({ expectExit }) => {
        const { stdout } = await expectExit(0, ['secrets', 'list']);
        expect(stdout).toContain(
          '${HOME}  env:HOME\n    claude-code/user/cat  env.PLACE, expanded by the client',
        );
        expect(stdout).not.toMatch(/[\x1b\u202e]/);
      },
      `apiVersion: mcpform/v1
kind: Stack
name: kept
secrets: { odd: { file: "/tmp/\\u202egpj.\\e[31m" } }
servers: { cat: { command: /bin/cat, env: { ODD: "\${secret.odd}", PLACE: "\${HOME}" } } }
`,
    ));
});

describe.concurrent('secrets check', () => {
  it('asks nothing that is not granted, and what somebody names, and everything with --all', () =>
    onSecretStage(async ({ expectExit, keep, hasAsked, expectHidden }) => {
      await keep('linear', `${CANARY}\n`);
      const plain = await expectExit(0, ['secrets', 'check']);
      expect(plain.stdout).toMatch(/^- {8}notes .*\(not granted, not asked\)$/m);
      expect(plain.stdout).toMatch(/^- {8}spare .*\(not used, not asked\)$/m);
      const linear = await expectExit(0, ['secrets', 'check', 'linear']);
      expect(linear.stdout).toMatch(/^ok {7}linear /);
      expect(linear.stdout).toContain('1 ok.');
      expect(await hasAsked()).toBe(false);
      const all = await expectExit(1, ['secrets', 'check', '--all']);
      expect(await hasAsked()).toBe(true);
      expect(all.stdout).toContain('2 ok, 2 failed.');
      expect(all.stdout).toContain('env "SOME_TOKEN" is not set [SECRET_NOT_FOUND]');
      expect(all.stdout).toContain('hint: ');
      await expectHidden([plain, linear, all].map(({ stdout, stderr }) => stdout + stderr).join('\n'));
    }));

  it('says which granted secret is not what was applied, and to whom', () =>
    onSecretStage(async ({ expectExit, keep, apply, expectHidden }) => {
      const env = { SOME_TOKEN: `${CANARY}-env` };
      await keep('linear', CANARY);
      await apply();
      const same = await expectExit(0, ['secrets', 'check', '--detailed-exitcode'], { env });
      expect(same.stdout).toContain('3 ok, 1 not asked.');
      await keep('linear', `${CANARY}-next`);
      const changed = await expectExit(2, ['secrets', 'check', '--detailed-exitcode', '--json'], { env });
      const { secrets } = JSON.parse(changed.stdout);
      expect(secrets[0]).toMatchObject({
        name: 'linear',
        state: 'changed',
        addresses: ['claude-code/user/linear'],
      });
      const text = await expectExit(0, ['secrets', 'check'], { env });
      expect(text.stdout).toContain('is not what was applied last to claude-code/user/linear');
      await expectHidden([same, changed, text].map(({ stdout, stderr }) => stdout + stderr).join('\n'));
    }));

  it('asks programs too, as does plan --check-secrets, and neither writes anything', () =>
    onSecretStage(async ({ expectExit, keep, apply, home, hasAsked }) => {
      await keep('linear', CANARY);
      await apply();
      await unlink(join(home.folder, 'store/asked'));
      const args = ['secrets', 'check', 'notes'];
      expect((await expectExit(0, args)).stdout).toContain('1 ok.');
      expect(await hasAsked()).toBe(true);
      await unlink(join(home.folder, 'store/asked'));
      await expectExit(0, ['plan']);
      expect(await hasAsked()).toBe(false);
      const { stdout, stderr } = await expectExit(0, ['plan', '--check-secrets']);
      expect(await hasAsked()).toBe(true);
      expect(stdout + stderr).not.toMatch(/SECRET_|SYSTEM_READ_ONLY/);
    }));

  it('knows no secret that the manifest does not name', () =>
    onSecretStage(async ({ expectExit }) => {
      const { stderr } = await expectExit(64, ['secrets', 'check', 'nope']);
      expect(stderr).toContain('secrets are linear, notes, token, spare');
      await expectExit(64, ['secrets', 'check', 'linear', '--all']);
    }));
});

describe.concurrent('secrets set', () => {
  it('writes a piped value for us alone, without its line end, and says who gets it', () =>
    onSecretStage(async ({ expectExit, home, expectHidden, keep, apply }) => {
      await keep('linear', 'something old');
      await apply();
      const args = ['secrets', 'set', 'linear', '--auto-approve'];
      const set = await expectExit(0, args, { input: `${CANARY}\nsecond line\n` });
      const path = join(home.folder, 'store/linear');
      expect(await readFile(path, 'utf8')).toMatch(/^canary-4be1a07c93\nsecond line\n?$/);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect(set.stdout).toContain('replaced, and read back');
      expect(set.stdout).toContain('Restart in the client, to have it: claude-code/user/linear');
      const again = await expectExit(0, [...args, '--json'], { input: `${CANARY}\nsecond line` });
      expect(JSON.parse(again.stdout)).toMatchObject({ name: 'linear', result: 'unchanged', uses: [] });
      await expectHidden(set.stdout + set.stderr + again.stdout + again.stderr);
    }));

  it('replaces no other value without being told to, and works although nothing is granted', () =>
    onSecretStage(async ({ expectExit, read, expectHidden }) => {
      const first = await expectExit(0, ['secrets', 'set', 'spare'], { input: CANARY });
      expect(first.stdout).toContain('written, and read back');
      const second = await expectExit(3, ['secrets', 'set', 'spare'], { input: `${CANARY}-other` });
      expect(second.stderr).toContain('NOT_APPROVED');
      expect((await read('store/spare')).trim()).toBe(CANARY);
      await expectHidden([first, second].map(({ stdout, stderr }) => stdout + stderr).join('\n'));
    }));

  it.each([
    ['that cannot be written', ['token'], 1, 'SECRET_NOT_WRITABLE', 'set the variable where'],
    ['that a program prints', ['notes'], 1, 'SECRET_NOT_WRITABLE', 'with the tool it belongs to'],
    ['that there is not', ['nope'], 64, 'USAGE', 'secrets are'],
  ] as const)('refuses one %s', (_what, args, exitCode, code, hint) =>
    onSecretStage(async ({ expectExit, hasAsked }) => {
      const { stderr } = await expectExit(exitCode, ['secrets', 'set', ...args], { input: CANARY });
      expect(stderr).toContain(code);
      expect(stderr).toContain(hint);
      expect(stderr).not.toContain(CANARY);
      expect(await hasAsked()).toBe(false);
    }),
  );

  it.each([
    ['an empty one', '', 'SECRET_EMPTY'],
    ['one with a NUL', `${CANARY}\0`, 'SECRET_INVALID'],
    ['one that is too large', `${CANARY}${'x'.repeat(66 * 1024)}`, 'SECRET_TOO_LARGE'],
  ])('refuses %s, and writes nothing', (_what, input, code) =>
    onSecretStage(async ({ expectExit, expectHidden, home }) => {
      const { stdout, stderr } = await expectExit(1, ['secrets', 'set', 'linear'], { input });
      expect(stderr).toContain(code);
      expect(await readdir(join(home.folder, 'store'))).toEqual(['notes.sh']);
      await expectHidden(stdout + stderr);
    }),
  );

  it.each([
    [['secrets', 'set', 'linear', CANARY]],
    [['secrets', 'set', 'linear', `--value=${CANARY}`]],
    [['secrets', 'set', 'linear', `-p${CANARY}`]],
    [['secrets', 'set', 'linear', '--value', CANARY]],
  ])('takes no value as an argument, and does not say back what was given: %j', (args) =>
    onSecretStage(async ({ expectExit, home }) => {
      const { stdout, stderr } = await expectExit(64, args);
      expect(stdout + stderr).not.toContain(CANARY);
      expect(await readdir(join(home.folder, 'store'))).toEqual(['notes.sh']);
    }),
  );
});
