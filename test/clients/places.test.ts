import { lstat, mkdir, readlink, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claude, claudeGet, NEWEST, requireClaude } from '../support/claude.ts';
import { mcpform } from '../support/mcpform.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';
import { git, readJson, writeFiles } from '../support/world.ts';

let home: Home;

beforeEach(async () => {
  home = await throwawayHome();
});

afterEach(() => home.remove());

function stack(scope: string): string {
  return `
apiVersion: mcpform/v1
kind: Stack
name: places
servers:
  ours: { command: "false", args: [ours], targets: [{ client: claude-code, scope: ${scope} }] }
`;
}

interface Where {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Applies, lets the client read what was written, lets it add another, and plans nothing. */
async function roundTrip(scope: string, where: Where = {}): Promise<void> {
  const cwd = where.cwd ?? home.project;
  await writeFiles(cwd, { 'mcp.yaml': stack(scope) });
  const applied = await mcpform(['apply', '--auto-approve', '--no-settle'], home, where);
  expect(applied, applied.stderr).toMatchObject({ exitCode: 0 });
  expect(await claudeGet('ours', home, where)).toMatchObject({ scope, command: 'false', args: 'ours' });
  const added = await claude(NEWEST, ['mcp', 'add', '-s', scope, 'theirs', '--', 'prog'], home, where);
  expect(added).toMatchObject({ exitCode: 0 });
  const plan = await mcpform(['plan', '--detailed-exitcode'], home, where);
  expect(plan, plan.stdout + plan.stderr).toMatchObject({ exitCode: 0 });
}

describe.runIf(requireClaude(NEWEST))('we find the file and the key that Claude Code uses', () => {
  it.each(['user', 'local'])('with CLAUDE_CONFIG_DIR, in %s scope', async (scope) => {
    const CLAUDE_CONFIG_DIR = join(home.folder, 'elsewhere');
    await mkdir(CLAUDE_CONFIG_DIR);
    await roundTrip(scope, { env: { CLAUDE_CONFIG_DIR } });
    await expect(lstat(join(home.folder, '.claude.json'))).rejects.toThrow('ENOENT');
  });

  it.each(['user', 'local'])('with the older .claude/.config.json, in %s scope', async (scope) => {
    await writeFiles(home.folder, { '.claude/.config.json': { numStartups: 1 } });
    await roundTrip(scope);
    await expect(lstat(join(home.folder, '.claude.json'))).rejects.toThrow('ENOENT');
    expect(await readJson(join(home.folder, '.claude/.config.json'))).toMatchObject({ numStartups: 1 });
  });

  it.each(['user', 'local'])('through a symbolic link, in %s scope', async (scope) => {
    await writeFiles(home.folder, { 'dotfiles/claude.json': { numStartups: 1 } });
    await symlink('dotfiles/claude.json', join(home.folder, '.claude.json'));
    await roundTrip(scope);
    expect(await readlink(join(home.folder, '.claude.json'))).toBe('dotfiles/claude.json');
    expect(await readJson(join(home.folder, 'dotfiles/claude.json'))).toMatchObject({ numStartups: 1 });
  });

  it.each(['user', 'local', 'project'])('in a git repository, in %s scope', async (scope) => {
    git(home, home.project, 'init', '-q');
    await roundTrip(scope);
  });

  it('from a folder inside a git repository, in local scope', async () => {
    git(home, home.project, 'init', '-q');
    const cwd = join(home.project, 'services', 'api');
    await mkdir(cwd, { recursive: true });
    await roundTrip('local', { cwd });
    expect(await claudeGet('ours', home)).toMatchObject({ scope: 'local' });
  });

  it('from a worktree, whose local servers are those of its main repository', async () => {
    git(home, home.project, 'init', '-q');
    git(home, home.project, 'commit', '-q', '--allow-empty', '-m', 'first');
    const cwd = join(home.folder, 'tree');
    git(home, home.project, 'worktree', 'add', '-q', cwd);
    await roundTrip('local', { cwd });
    expect(await claudeGet('ours', home)).toMatchObject({ scope: 'local', args: 'ours' });
  });

  it('through a symbolic link to the project, in local scope', async () => {
    const cwd = join(home.folder, 'link');
    await symlink(home.project, cwd);
    await roundTrip('local', { cwd });
    expect(await claudeGet('ours', home)).toMatchObject({ scope: 'local', args: 'ours' });
  });

  it('in a nested repository, which has its own local servers', async () => {
    git(home, home.project, 'init', '-q');
    const cwd = join(home.project, 'inner');
    await mkdir(cwd);
    git(home, cwd, 'init', '-q');
    await roundTrip('local', { cwd });
    await expect(claudeGet('ours', home)).rejects.toThrow('No MCP server named');
  });

  it('in a project folder that the target names, in project scope', async () => {
    git(home, home.project, 'init', '-q');
    const folder = join(home.project, 'services');
    await mkdir(folder);
    const target = '{ client: claude-code, scope: project, path: services }';
    const text = stack('project').replace('{ client: claude-code, scope: project }', target);
    await writeFiles(home.project, { 'mcp.yaml': text });
    const applied = await mcpform(['apply', '--auto-approve', '--no-settle'], home);
    expect(applied, applied.stderr).toMatchObject({ exitCode: 0 });
    expect(await claudeGet('ours', home, { cwd: folder })).toMatchObject({ scope: 'project' });
  });
});
