import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';

/** What Claude Code and we could ever write in a home folder, besides sessions of a person who works meanwhile. */
const watched = [
  '.claude.json',
  '.claude.json.lock',
  '.mcp.json',
  '.claude/.claude.json',
  '.claude/.config.json',
  '.claude/settings.json',
  '.claude/settings.local.json',
  '.claude/.credentials.json',
  '.claude/backups',
  '.config/mcpform',
  '.cache/mcpform',
  '.local/state/mcpform',
  '.local/share/mcpform',
];

/**
 * Vitest's global set-up: looks at the real home before the tests and again after them, and fails the run when
 * anything there changed. Where `CI` is set any change counts. On a person's machine a running Claude Code
 * rewrites its files all the time, so there only what tests could leave counts: servers, and files that appear.
 */
export default function guardRealHome(): () => void {
  const before = snapshot();
  return () => {
    const after = snapshot();
    const changed = [...after.keys()].filter((path) => after.get(path) !== before.get(path));
    if (changed.length === 0) return;
    process.exitCode = 1; // Vitest only prints what a teardown throws
    throw new Error(`the tests changed the real home folder: ${changed.join(', ')}`);
  };
}

function snapshot(): ReadonlyMap<string, string> {
  const homes = new Set([homedir(), userInfo().homedir]);
  const paths = [...homes].flatMap((home) => watched.map((name) => join(home, name)));
  return new Map(paths.map((path) => [path, fingerprint(path)]));
}

function fingerprint(path: string): string {
  if (!existsSync(path)) return 'absent';
  const stat = lstatSync(path);
  if (process.env['CI']) return `${stat.mtimeMs} ${stat.size} ${stat.ino}`;
  if (stat.isDirectory()) return path.endsWith('backups') ? 'a folder' : readdirSync(path).join('/');
  return path.endsWith('.claude.json') ? digest(serversIn(path)) : 'a file';
}

/** The servers of a config; its other content is the state of somebody's running sessions. */
function serversIn(path: string): string {
  try {
    const config = JSON.parse(readFileSync(path, 'utf8'));
    const projects = Object.entries(config.projects ?? {}).map(([key, project]) => [
      key,
      (project as { mcpServers?: unknown }).mcpServers,
    ]);
    return JSON.stringify([config.mcpServers, projects]);
  } catch {
    return readFileSync(path, 'utf8');
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
