import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { onStage } from '../cli/stage.ts';

const MANIFEST = `apiVersion: mcpform/v1
kind: Stack
name: ordinary
secrets: { password: { file: ../store/password } }
servers:
  wrapped: { command: /usr/bin/env, args: [ordinary-argument], env: { T: "\${secret.password}" } }
  cleartext: { command: /bin/cat, emit: plaintext, env: { T: "\${secret.password}" } }
`;

/** Somebody has such a password. What is taken out of texts must tear nothing apart that is no text for people. */
describe.concurrent('a secret that is a word of the manifest, of a path, or of what we print', () => {
  it.each([
    ['the name of a server', 'wrapped'],
    ['the name of the stack', 'ordinary'],
    ['its own name', 'password'],
    ['a folder of its path', 'project'],
    ['a program', '/usr/bin/env'],
    ['an argument', 'ordinary-argument'],
    ['the client', 'claude-code'],
    ['a key of our JSON', 'formatVersion'],
    ['a key of the books', 'checksum'],
    ['an action', 'create'],
    ['marks of JSON', '"},{"'],
    ['what stands for it', '(secret)'],
    ['a number', '1000'],
  ])('breaks nothing: %s', { timeout: 300_000 }, (_, value) =>
    onStage(async (stage) => {
      await stage.write({ 'store/password': value });
      await chmod(join(stage.home.folder, 'store/password'), 0o600);
      const json = async (exitCode: number, args: readonly string[]): Promise<unknown> =>
        JSON.parse((await stage.expectExit(exitCode, [...args, '--json'])).stdout);
      await json(0, ['plan']);
      await stage.expectExit(0, ['plan', '--out', 'plan.json']);
      await json(0, ['show', 'plan.json']);
      await stage.expectExit(0, ['apply', 'plan.json', '--no-settle']);
      const { mcpServers } = JSON.parse(await stage.read('.claude.json'));
      expect(mcpServers.cleartext).toMatchObject({ command: '/bin/cat', env: { T: value } });
      const { exitCode, stdout } = await stage.run(['exec', mcpServers.wrapped.args.at(-1)]);
      expect({ exitCode, stdout }).toEqual({ exitCode: 127, stdout: '' });
      for (const args of [
        ['status'],
        ['history'],
        ['state', 'list'],
        ['grant', 'list'],
        ['secrets', 'check'],
      ]) {
        await json(0, args);
      }
      const next = (await json(0, ['plan', '--check-secrets'])) as { steps: readonly { action: string }[] };
      expect(next.steps.filter(({ action }) => action !== 'none' && action !== 'noop')).toEqual([]);
      await stage.expectExit(0, ['destroy', '--auto-approve', '--no-settle']);
      expect(JSON.parse(await stage.read('.claude.json')).mcpServers).toEqual({});
    }, MANIFEST),
  );
});
