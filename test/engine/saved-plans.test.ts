import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { escapeJson } from '../../src/formats/escape.ts';
import { onStage, type Stage, TOOLS } from '../cli/stage.ts';

const CHANGED = TOOLS.replace('1.0.0', '2.0.0');
const APPLY_FILE = ['apply', 'plan.json', '--no-settle'];

/** Applied once; then the manifest moved, and a plan of that was saved. */
async function savePlan({ apply, write, expectExit }: Stage): Promise<void> {
  await apply();
  await write({ 'project/mcp.yaml': CHANGED });
  await expectExit(0, ['plan', '--out', 'plan.json']);
}

describe.concurrent('a saved plan', () => {
  it('is applied without a question, once', () =>
    onStage(async (stage) => {
      await savePlan(stage);
      expect((await stage.expectExit(0, ['show', 'plan.json'])).stderr).toContain('Sealed by this machine');
      const { stdout } = await stage.expectExit(0, APPLY_FILE);
      expect(stdout).toContain('1 applied.');
      const again = await stage.expectExit(3, APPLY_FILE);
      expect(again.stderr).toContain('error[PLAN_STALE]');
      expect(again.stderr).toContain('something was applied since the plan was made');
    }));

  it('is refused when the entry moved, naming the resource and the field', () =>
    onStage(async (stage) => {
      await savePlan(stage);
      const config = await stage.read('.claude.json');
      await stage.write({ '.claude.json': config.replace('memory@1.0.0', 'by-hand') });
      const stderr = await refusal(stage);
      expect(stderr).toContain(
        'claude-code/user/memory: /args is no longer what it was when the plan was approved',
      );
      expect(await stage.read('.claude.json')).toContain('by-hand');
    }));

  it('is refused when the manifest moved, naming the resource and the field', () =>
    onStage(async (stage) => {
      await savePlan(stage);
      await stage.write({ 'project/mcp.yaml': TOOLS.replace('1.0.0', '3.0.0') });
      const stderr = await refusal(stage);
      expect(stderr).toContain(
        'claude-code/user/memory: /args would become something else than was approved',
      );
    }));

  it('is refused when the manifest has more than it lists, and applied when it has less', () =>
    onStage(async (stage) => {
      await savePlan(stage);
      await stage.write({ 'project/mcp.yaml': `${CHANGED}  more: { command: more }\n` });
      const { stderr } = await stage.expectExit(3, APPLY_FILE);
      expect(stderr).toContain('claude-code/user/more: create is not in the approved plan');
      await stage.write({ 'project/mcp.yaml': TOOLS });
      expect((await stage.expectExit(0, APPLY_FILE)).stdout).toContain('No changes.');
    }));

  it('is refused when another would receive a secret', () =>
    onStage(async (stage) => {
      await savePlan(stage);
      await stage.write({
        'project/mcp.yaml': CHANGED.replace('2.0.0] }', '2.0.0], env: { T: "${secret.github-token}" } }'),
      });
      const { stderr } = await stage.expectExit(3, APPLY_FILE);
      expect(stderr).toContain('claude-code/user/memory: /env/T is not in the approved plan');
      expect(stderr).toContain('claude-code/user/memory: it would receive env:GITHUB_TOKEN at /env/T');
    }));

  it('is refused after any other apply, and for another stack', () =>
    onStage(async (stage) => {
      await savePlan(stage);
      const other = CHANGED.replace('name: tools', 'name: other').replaceAll(/memory|github:/g, 'x$&');
      await stage.write({ 'project/other.yaml': other });
      const { stderr } = await stage.expectExit(3, [...APPLY_FILE, '-f', 'other.yaml']);
      expect(stderr).toContain('the plan is for another stack: "tools" was approved, it is "other" now');
      await stage.expectExit(0, ['forget', 'claude-code/user/github', '--auto-approve']);
      await stage.expectExit(3, APPLY_FILE);
    }));

  it('approves exactly the deletes it lists, guards included', () =>
    onStage(async (stage) => {
      await stage.apply();
      await stage.write({ 'project/mcp.yaml': TOOLS.replace(/servers:[\s\S]*/, 'servers: {}\n') });
      await stage.expectExit(0, ['plan', '--out', 'plan.json']);
      const config = await stage.read('.claude.json');
      await stage.write({ '.claude.json': config.replace('memory@1.0.0', 'by-hand') });
      const { stderr } = await stage.expectExit(3, APPLY_FILE);
      expect(stderr).toContain('claude-code/user/memory');
      await stage.write({ '.claude.json': config });
      expect((await stage.expectExit(0, APPLY_FILE)).stdout).toContain('2 applied.');
    }));

  it('can be of a destroy and of what is taken over, not of drift, which is only shown', () =>
    onStage(async (stage) => {
      await stage.write({ '.claude.json': { mcpServers: { memory: { command: 'not ours' } } } });
      await stage.expectExit(0, [
        'plan',
        '--take-ownership',
        'claude-code/user/memory',
        '--out',
        'plan.json',
      ]);
      await stage.expectExit(0, APPLY_FILE);
      await stage.write({ '.claude.json': (await stage.read('.claude.json')).replace('1.0.0', 'by-hand') });
      await stage.write({ 'project/mcp.yaml': `${TOOLS}  more: { command: more }\n` });
      await stage.expectExit(64, ['plan', '--drift-only', '--out', 'drift.json']);
      await stage.apply();
      await stage.expectExit(0, ['plan', '--destroy', '--out', 'plan.json']);
      expect((await stage.expectExit(0, APPLY_FILE)).stdout).toContain('3 applied.');
    }));

  it('of another machine is displayed and approves nothing', () =>
    onStage(async (theirs) => {
      await savePlan(theirs);
      await onStage(async (ours) => {
        await savePlan(ours);
        const file = join(ours.home.project, 'plan.json');
        await copyFile(join(theirs.home.project, 'plan.json'), file);
        const shown = await ours.expectExit(0, ['show', 'plan.json']);
        expect(shown.stderr).toContain('Not sealed by this machine');
        expect(shown.stdout).toContain('Plan: 1 to update; 1 unchanged.');
        const { stderr } = await ours.expectExit(3, APPLY_FILE);
        expect(stderr).toContain('error[PLAN_NOT_OURS]');
        expect(await ours.read('.claude.json')).toContain('memory@1.0.0');
      });
      await onStage(async (fresh) => {
        await copyFile(join(theirs.home.project, 'plan.json'), join(fresh.home.project, 'plan.json'));
        expect((await fresh.expectExit(0, ['show', 'plan.json'])).stdout).toContain('Plan: 1 to update');
        await fresh.expectExit(3, APPLY_FILE);
      });
    }));

  it('approves nothing when any part of it was changed, and never crashes', () =>
    onStage(async (stage) => {
      await savePlan(stage);
      const text = await stage.read('project/plan.json');
      const { plan, mac, ...rest } = JSON.parse(text);
      const [step] = plan.steps;
      const [path] = step.paths;
      const tampered: readonly unknown[] = [
        { ...rest, plan, mac: `${mac.slice(0, -1)}${mac.endsWith('A') ? 'B' : 'A'}` },
        { ...rest, plan, mac: '' },
        { ...rest, plan: { ...plan, serial: 2 }, mac },
        { ...rest, plan: { ...plan, mode: 'destroy' }, mac },
        { ...rest, plan: { ...plan, findings: [] }, mac },
        { ...rest, plan: { ...plan, steps: [] }, mac },
        { ...rest, plan: { ...plan, steps: [{ ...step, precondition: 'absent' }] }, mac },
        { ...rest, plan: { ...plan, steps: [{ ...step, action: 'delete' }] }, mac },
        {
          ...rest,
          plan: { ...plan, steps: [{ ...step, paths: [{ ...path, after: { value: ['evil'] } }] }] },
          mac,
        },
      ];
      for (const value of tampered) await refuses(stage, JSON.stringify(value));
      // Any byte: a handful of them, spread over the whole file.
      for (let at = 7; at < text.length; at += Math.floor(text.length / 12)) {
        const changed = text[at] === '1' ? '2' : '1';
        await refuses(stage, text.slice(0, at) + changed + text.slice(at + 1));
      }
      for (const cut of ['', '{', text.slice(0, text.length / 2), 'null', '[]', '\0', '"plan"']) {
        await refuses(stage, cut);
      }
      // Layout is not content.
      await stage.write({ 'project/plan.json': escapeJson(JSON.stringify({ mac, plan, ...rest })) });
      await stage.expectExit(0, APPLY_FILE);
    }));
});

/** What it says when it is refused, on one line. */
async function refusal({ expectExit }: Stage): Promise<string> {
  return (await expectExit(3, APPLY_FILE)).stderr.replaceAll(/\s+/g, ' ');
}

async function refuses(stage: Stage, text: string): Promise<void> {
  await stage.write({ 'project/plan.json': text });
  const { exitCode, stderr } = await stage.run(APPLY_FILE);
  expect([1, 3], `${stderr}\n${text}`).toContain(exitCode);
  expect(stderr).toMatch(/error\[(PLAN_FILE_INVALID|PLAN_NOT_OURS)\]/);
}
