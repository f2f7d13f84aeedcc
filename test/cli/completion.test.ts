import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../src/cli/catalogue.ts';
import { onStage } from './stage.ts';

describe.concurrent('completion', () => {
  it('completes commands, groups, options, choices and files in a real bash', () =>
    onStage(async ({ expectExit, home, write }) => {
      const { stdout: script } = await expectExit(0, ['completion', 'bash']);
      await write({ 'project/plan.json': '', 'project/script.bash': script });
      const complete = (...words: string[]): readonly string[] => {
        const commands = `
          source ./script.bash
          COMP_WORDS=(mcpform ${words.map((word) => `'${word}'`).join(' ')})
          COMP_CWORD=${words.length}
          _mcpform && printf '%s\\n' "\${COMPREPLY[@]}"`;
        const ran = spawnSync('bash', ['--norc', '-euo', 'pipefail', '-c', commands], {
          cwd: home.project,
          env: home.env,
          encoding: 'utf8',
        });
        expect(ran.stderr).toBe('');
        return ran.stdout.split('\n').filter((word) => word !== '');
      };
      expect(complete('st')).toEqual(['stats', 'status', 'state']);
      expect(complete('pl')).toEqual(['plan']);
      expect(complete('state', '')).toEqual(['list', 'mv', 'rm', 'rebuild', 'unlock']);
      expect(complete('state', 're')).toEqual(['rebuild']);
      expect(complete('state', 'unlock', '--f')).toEqual(['--file', '--force']);
      expect(complete('plan', '--dr')).toEqual(['--drift-only']);
      expect(complete('plan', '--graph', '')).toEqual(['mermaid', 'dot']);
      expect(complete('completion', '')).toEqual(['bash', 'zsh', 'fish']);
      expect(complete('apply', 'pl')).toEqual(['plan.json']);
      expect(complete('plan', '-f', 'mcp')).toEqual(['mcp.yaml']);
      expect(complete('plan', '--auto')).toEqual([]);
      for (const { name, options } of CATALOGUE) {
        const longs = options.map(({ flags }) => /--[a-z-]+/.exec(flags)?.[0] ?? '');
        expect(complete(...name.split(' '), '--')).toEqual([...longs, '--help']);
      }
    }));

  it.each([
    ['bash', ['bash', '-n']],
    ['zsh', ['zsh', '-n']],
    ['fish', ['fish', '--no-execute']],
  ] as const)(
    'knows every command and option in %s, in text that the shell can parse',
    (shell, [program, ...args]) =>
      onStage(async ({ expectExit, home, write }) => {
        const { stdout: script } = await expectExit(0, ['completion', shell]);
        for (const { name, options } of CATALOGUE) {
          expect(script).toContain(name.split(' ').at(-1));
          for (const { flags } of options) {
            const long = /--([a-z-]+)/.exec(flags)?.[1] ?? '';
            expect(script).toContain(shell === 'fish' ? `-l ${long} ` : `--${long}`);
          }
        }
        await write({ 'project/script': script });
        const ran = spawnSync(program, [...args, 'script'], {
          cwd: home.project,
          env: home.env,
          encoding: 'utf8',
        });
        // Only bash is on every machine.
        const isMissing = (ran.error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
        if (shell === 'bash' || !isMissing)
          expect({ status: ran.status, stderr: ran.stderr }).toEqual({ status: 0, stderr: '' });
      }),
  );
});
