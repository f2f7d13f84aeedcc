import { describe, expect, it } from 'vitest';
import { onTerminal } from './pseudo-terminal.ts';
import { onStage, TOOLS } from './stage.ts';

const question = 'Only "yes" does it: ';

describe.concurrent('approval on a terminal', () => {
  it('shows the plan, asks, and applies after the word yes', () =>
    onStage(async ({ home, expectExit }) => {
      const terminal = onTerminal(['apply', '--no-settle'], home);
      await terminal.shows(question);
      expect(terminal.shown()).toContain('Plan: 2 to create.');
      expect(terminal.shown()).toContain('Perform 2 steps on stack tools?');
      terminal.type('yes\n');
      expect(await terminal.ended, terminal.shown()).toBe(0);
      expect(terminal.shown()).toContain('2 applied.');
      await expectExit(0, ['plan', '--detailed-exitcode']);
    }));

  it.each(['', 'y', 'YES', 'no', 'yes please'])('takes "%s" for a no', (answer) =>
    onStage(async ({ home, expectExit }) => {
      const terminal = onTerminal(['apply', '--no-settle'], home);
      await terminal.shows(question);
      terminal.type(`${answer}\n`);
      expect(await terminal.ended, terminal.shown()).toBe(3);
      expect(terminal.shown()).toContain('NOT_APPROVED');
      await expectExit(2, ['plan', '--detailed-exitcode']);
    }),
  );

  it('takes the end of the input for a no', () =>
    onStage(async ({ home }) => {
      const terminal = onTerminal(['apply', '--no-settle'], home);
      await terminal.shows(question);
      terminal.type('\u0004');
      expect(await terminal.ended, terminal.shown()).toBe(3);
    }));

  it.each([
    ['apply', ['apply', '--no-settle'], question],
    ['state rebuild', ['state', 'rebuild'], 'Only "yes" is a yes: '],
  ])('does nothing and exits 130 on Ctrl-C at the question of %s', (_name, args, asked) =>
    onStage(async ({ home, expectExit }) => {
      const terminal = onTerminal(args, home);
      await terminal.shows(asked);
      terminal.type('\u0003');
      expect(await terminal.ended, terminal.shown()).toBe(130);
      expect(terminal.shown()).toContain('INTERRUPTED');
      await expectExit(2, ['plan', '--detailed-exitcode']);
    }),
  );

  it('covers the guards, because the question stands below the deletes', () =>
    onStage(async ({ home, apply, write, expectExit }) => {
      await apply();
      await write({ 'project/mcp.yaml': 'apiVersion: mcpform/v1\nkind: Stack\nname: tools\nservers: {}\n' });
      await expectExit(3, ['apply', '--auto-approve']);
      const terminal = onTerminal(['apply', '--no-settle'], home);
      await terminal.shows('Perform 2 steps, of which 2 delete something, on stack tools?');
      terminal.type('yes\n');
      expect(await terminal.ended, terminal.shown()).toBe(0);
      expect(terminal.shown()).toContain('2 applied.');
    }));

  it('asks nothing when nothing would change', () =>
    onStage(async ({ home, apply }) => {
      await apply();
      const terminal = onTerminal(['apply', '--no-settle'], home);
      expect(await terminal.ended).toBe(0);
      expect(terminal.shown()).not.toContain(question);
    }));

  it.each([
    ['CI is set', ['apply'], { CI: 'true' }],
    ['the answer is JSON', ['apply', '--json'], {}],
  ])('never asks where %s', (_where, args, env) =>
    onStage(async ({ home }) => {
      const terminal = onTerminal(args, home, { env });
      expect(await terminal.ended, terminal.shown()).toBe(3);
      expect(terminal.shown()).toContain('NOT_APPROVED');
      expect(terminal.shown()).not.toContain(question);
    }),
  );

  it.each([
    ['destroy', ['destroy', '--no-settle'], 'Perform 2 steps, of which 2 delete'],
    ['forget', ['forget', 'claude-code/user/memory'], 'Perform 1 step on'],
    ['rollback', ['rollback', '1', '--no-settle'], 'Perform 1 step on'],
    ['state rebuild', ['state', 'rebuild'], 'Only "yes" is a yes: '],
  ])('is asked for by %s too', (_name, args, asked) =>
    onStage(async ({ home, apply, write }) => {
      await apply();
      await write({ 'project/mcp.yaml': TOOLS.replace('1.0.0', '2.0.0') });
      if (args[0] === 'rollback') await apply();
      const terminal = onTerminal(args, home);
      await terminal.shows(asked);
      terminal.type('yes\n');
      expect(await terminal.ended, terminal.shown()).toBe(0);
    }),
  );

  it('is asked for on a terminal without a size too, where nothing can be redrawn', () =>
    onStage(async ({ home }) => {
      const terminal = onTerminal(['apply', '--no-settle'], home, { columns: 0 });
      await terminal.shows(question);
      terminal.type('yes\n');
      expect(await terminal.ended, terminal.shown()).toBe(0);
      expect(terminal.shown()).toContain('claude-code/user/memory created');
    }));

  it('draws progress in colour on the terminal alone', () =>
    onStage(async ({ home, run }) => {
      const terminal = onTerminal(['apply', '--auto-approve', '--no-settle'], home);
      expect(await terminal.ended).toBe(0);
      expect(terminal.shown()).toContain('\u001b[32m');
      const plain = onTerminal(['plan', '--destroy'], home, { env: { NO_COLOR: '1' } });
      expect(await plain.ended).toBe(0);
      expect(plain.shown()).not.toContain('\u001b[3');
      const piped = await run(['plan', '--destroy']);
      expect(piped.stdout).not.toContain('\u001b');
      const forced = await run(['plan', '--destroy'], { env: { FORCE_COLOR: '1' } });
      expect(forced.stdout).toContain('\u001b[31m');
    }));
});
