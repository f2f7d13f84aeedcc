import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../src/cli/catalogue.ts';
import { onStage } from './stage.ts';

describe.concurrent('help', () => {
  it.each(CATALOGUE)('of $name says what it does, every argument and option, and shows an example', (spec) =>
    onStage(async ({ run }) => {
      const { stdout, stderr, exitCode } = await run([...spec.name.split(' '), '--help']);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      const flat = stdout.replaceAll(/\s+/g, ' ');
      expect(flat).toContain(`Usage: mcpform ${spec.name}`);
      for (const text of [spec.summary, spec.description])
        expect(flat).toContain(text.replaceAll(/\s+/g, ' '));
      for (const { flags, description } of spec.options) {
        expect(flat).toContain(flags);
        expect(flat).toContain(description.replaceAll(/\s+/g, ' '));
      }
      for (const argument of spec.arguments ?? []) expect(flat).toContain(argument.description);
      expect(spec.examples.length).toBeGreaterThan(0);
      for (const example of spec.examples) expect(stdout).toContain(`  ${example}\n`);
    }, null),
  );

  it('without a command lists all of them on stderr, and with --help on stdout', () =>
    onStage(async ({ run }) => {
      const bare = await run([]);
      expect(bare).toMatchObject({ exitCode: 64, stdout: '' });
      const asked = await run(['--help']);
      expect(asked).toMatchObject({ exitCode: 0, stderr: '' });
      for (const { name, summary } of CATALOGUE.filter((spec) => !spec.name.includes(' '))) {
        expect(asked.stdout).toContain(`  ${name}`);
        expect(asked.stdout.replaceAll(/\s+/g, ' ')).toContain(summary);
      }
      expect((await run(['help', 'apply'])).stdout).toBe((await run(['apply', '--help'])).stdout);
      expect((await run(['state', '--help'])).stdout).toContain('rebuild');
    }, null));

  it('names every exit code of the page about them', () =>
    onStage(async ({ run }) => {
      const page = readFileSync(resolve(import.meta.dirname, '../../docs/exit-codes.md'), 'utf8');
      const documented = [...page.matchAll(/^\| (\d+) \|/gm)].map((match) => match[1]);
      const line = /Exit codes: ([\s\S]*?)\./.exec((await run(['--help'])).stdout)?.[1] ?? '';
      expect([...line.matchAll(/(?:^|,\s)(\d+) /g)].map((match) => match[1])).toEqual(documented);
    }, null));

  it.each([
    ['an unknown command', ['aply'], 'apply'],
    ['an unknown option', ['plan', '--detailed-exitcodes'], '--detailed-exitcode'],
    ['a missing argument', ['explain'], 'address'],
    ['an argument too many', ['validate', 'mcp.yaml'], 'argument'],
    ['a choice there is not', ['plan', '--graph', 'png'], 'mermaid'],
    ['an option without its value', ['plan', '--out'], '--out'],
    ['two modes at once', ['plan', '--destroy', '--drift-only'], '--drift-only'],
    ['a variable without a value', ['plan', '--var', 'x'], 'NAME=VALUE'],
  ])('exits 64 for %s and says on stderr what would be right', (_what, args, hint) =>
    onStage(async ({ run }) => {
      const ran = await run(args);
      expect(ran).toMatchObject({ exitCode: 64, stdout: '' });
      expect(ran.stderr).toContain(hint);
    }),
  );

  it('prints its version alone', () =>
    onStage(async ({ run }) => {
      const { version } = JSON.parse(
        readFileSync(resolve(import.meta.dirname, '../../package.json'), 'utf8'),
      );
      for (const flag of ['--version', '-V']) {
        expect(await run([flag])).toMatchObject({ exitCode: 0, stdout: `${version}\n`, stderr: '' });
      }
    }, null));
});
