import { chown } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../src/cli/catalogue.ts';
import { fingerprint, onStage } from '../cli/stage.ts';

// Only root can be where it does not belong; for others it is tested in memory, in ../state/identity.test.ts.
if (process.getuid?.() === 0) {
  describe('root, with the home of another user', () => {
    it('writes nothing there, not even a key, a cache or a folder, and says how to run it instead', () =>
      onStage(async ({ home, run }) => {
        await chown(home.folder, 12_345, 12_345);
        const before = await fingerprint(home.folder);
        const writing: readonly (readonly string[])[] = [
          ['apply', '--auto-approve'],
          ['destroy', '--auto-approve'],
          ['plan', '--out', 'plan.json'],
          ['init', '-f', 'new.yaml'],
          ['import'],
          ['forget', 'claude-code/user/memory', '--auto-approve'],
          ['rollback', '1', '--auto-approve'],
          ['resume'],
          ['state', 'rm', 'claude-code/user/memory'],
          ['state', 'mv', 'claude-code/user/memory', 'claude-code/user/other'],
          ['state', 'rebuild', '--auto-approve'],
          ['state', 'unlock', '--force'],
        ];
        const names = CATALOGUE.filter(({ touches }) => touches === 'write').map(({ name }) => name);
        expect(writing.map((args) => names.find((name) => args.join(' ').startsWith(name)))).toHaveLength(12);
        for (const args of writing) {
          const { exitCode, stderr } = await run(args);
          expect(exitCode, `${args.join(' ')}\n${stderr}`).toBe(1);
          expect(stderr).toContain('error[STATE_FOREIGN_HOME]: running as root');
          expect(stderr).toContain('sudo -H');
          expect(await fingerprint(home.folder), args.join(' ')).toEqual(before);
        }
      }));

    it('may look, and leaves nothing behind', () =>
      onStage(async ({ home, expectExit, run }) => {
        await chown(home.folder, 12_345, 12_345);
        const before = await fingerprint(home.folder);
        await expectExit(0, ['plan']);
        await expectExit(0, ['status']);
        expect((await run(['doctor'])).stdout).toContain('running as root');
        expect(await fingerprint(home.folder)).toEqual(before);
      }));
  });
} else {
  process.stderr.write(
    '\n!!! NOT TESTED: root in the home of another user, on the real program; this is not root\n\n',
  );
}
