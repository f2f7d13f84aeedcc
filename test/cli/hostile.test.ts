import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Ran } from '../support/run.ts';
import { onStage, type Stage } from './stage.ts';

/** Moves the cursor, rings, turns the reading direction, is nothing to see, breaks lines where nobody looks. */
const EVIL = '\u001b[2J\u0007\u202egnp.exe\u200b\u2066\u2028\u0085x\u{e0041}\ufeff';
const EVIL_YAML = '\\e[2J\\a\\u202Egnp.exe\\u200B\\u2066\\u2028\\Nx\\U000E0041\\uFEFF';

/** All that a terminal, or the eye, could take for something else; line ends are layout. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

function expectVisible(ran: Ran, args: readonly string[]): void {
  for (const text of [ran.stdout, ran.stderr]) {
    const line = text.split('\n').find((each) => INVISIBLE.test(each));
    expect(line === undefined ? null : JSON.stringify(line), args.join(' ')).toBeNull();
  }
}

const LOOKS: readonly (readonly string[])[] = [
  ['validate'],
  ['validate', '--json'],
  ['plan'],
  ['plan', '--json'],
  ['plan', '--markdown'],
  ['plan', '--compact'],
  ['plan', '--graph', 'mermaid'],
  ['plan', '--graph', 'dot'],
  ['plan', '--out', 'plan.json'],
  ['show', 'plan.json'],
  ['show', 'plan.json', '--markdown'],
  ['show', 'plan.json', '--json'],
  ['status'],
  ['status', '--json'],
  ['explain', 'claude-code/user/tool'],
  ['explain', 'claude-code/user/tool', '--json'],
  ['history'],
  ['history', '--json'],
  ['state', 'list', '--json'],
  ['doctor'],
  ['doctor', '--json'],
];

async function lookAtAll({ run, home }: Stage, { cwd = home.project, looks = LOOKS } = {}): Promise<string> {
  const said: string[] = [];
  for (const args of looks) {
    const ran = await run(args, { cwd });
    expectVisible(ran, args);
    said.push(ran.stdout, ran.stderr);
  }
  return said.join('');
}

describe.concurrent('control, bidi and zero-width characters are shown as escapes', () => {
  it('in descriptions and values of the manifest', () =>
    onStage(
      async (stage) => {
        expect(await lookAtAll(stage)).toContain('\\u202egnp.exe');
        for (const args of [
          ['apply', '--auto-approve', '--no-settle'],
          ['destroy', '--auto-approve', '--no-settle', '--json'],
        ]) {
          expectVisible(await stage.expectExit(0, args), args);
        }
        await stage.expectExit(0, ['plan', '--out', 'plan.json']);
        expect((await stage.read('project/plan.json')).split('\n').some((line) => INVISIBLE.test(line))).toBe(
          false,
        );
        await stage.expectExit(0, ['apply', 'plan.json', '--no-settle']);
        // What was written is what was meant, not how it was shown.
        const config = JSON.parse(await stage.read('.claude.json'));
        expect(config.mcpServers.tool.env.TEXT).toBe(EVIL);
      },
      `apiVersion: mcpform/v1
kind: Stack
name: tools
servers:
  tool: { command: tool, description: "${EVIL_YAML}", tags: ["${EVIL_YAML}"], env: { TEXT: "${EVIL_YAML}" } }
`,
    ));

  it('in entries of others, and in what somebody changed', () =>
    onStage(async (stage) => {
      const theirs = { command: EVIL, [EVIL]: EVIL, env: { [EVIL]: EVIL } };
      const write = (tool: object): Promise<void> =>
        stage.write({ '.claude.json': JSON.stringify({ mcpServers: { [EVIL]: theirs, tool } }) });
      await write({ command: 'tool', timeout: 1, alwaysLoad: true, [EVIL]: EVIL, env: { [EVIL]: EVIL } });
      await lookAtAll(stage, {
        looks: LOOKS.filter(([command]) => command === 'plan' || command === 'status'),
      });
      await write({ command: 'tool' });
      await stage.apply();
      await write({ command: EVIL, args: [EVIL] });
      await lookAtAll(stage);
      for (const args of [['import'], ['import', '--json'], ['init', '-f', 'all.yaml', '--import']]) {
        expectVisible(await stage.run(args), args);
      }
    }, 'apiVersion: mcpform/v1\nkind: Stack\nname: tools\nservers:\n  tool: { command: tool }\n'));

  it('in names of files and folders', () =>
    onStage(async (stage) => {
      const folder = join(stage.home.folder, `in${EVIL}`);
      await mkdir(folder);
      await cp(join(stage.home.project, 'mcp.yaml'), join(folder, 'mcp.yaml'));
      const text = 'apiVersion: mcpform/v1\nkind: Stack\nname: tools\nservrs: {}\n';
      await writeFile(join(folder, `bad${EVIL}.yaml`), text);
      await writeFile(join(folder, '.mcp.json'), '{');
      expect(await lookAtAll(stage, { cwd: folder })).toContain('\\u202egnp.exe');
      for (const args of [
        ['plan', '-f', `bad${EVIL}.yaml`],
        ['plan', '-f', `bad${EVIL}.yaml`, '--json'],
        ['plan', '-f', `none${EVIL}.yaml`],
        ['show', `none${EVIL}`],
        ['explain', `none${EVIL}`],
        ['plan', `--${EVIL}`],
        [`plan${EVIL}`],
        ['rollback', EVIL],
        ['state', 'mv', EVIL, EVIL],
        ['state', 'rm', EVIL, '--json'],
        ['forget', EVIL, '--json'],
        ['plan', '--target', EVIL],
        ['apply', '--lock-timeout', EVIL],
        ['plan', '--var', EVIL],
        ['init', '-f', 'new.yaml', '--name', EVIL],
      ]) {
        const ran = await stage.run(args, { cwd: folder });
        expectVisible(ran, args);
        expect(ran.exitCode, args.join(' ')).not.toBe(0);
      }
    }));

  it('as raw characters in the manifest, where they are a warning or an error', () =>
    onStage(async (stage) => {
      for (const args of [['validate'], ['plan', '--json']]) {
        const ran = await stage.run(args);
        expectVisible(ran, args);
        expect(ran.exitCode).toBe(0);
        expect(`${ran.stdout}${ran.stderr}`).toContain('YAML_BIDI');
      }
      await stage.write({ 'project/mcp.yaml': 'name: tools # \u0007\n' });
      const ran = await stage.expectExit(1, ['validate']);
      expectVisible(ran, ['validate']);
      expect(ran.stderr).toContain('YAML_CHARACTER');
    }, `apiVersion: mcpform/v1\nkind: Stack\nname: tools # \u202e\nservers: {}\n`));
});
