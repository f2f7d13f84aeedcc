import { mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Home } from '../../support/throwaway-home.ts';
import { writeFiles } from '../../support/world.ts';

/** As services make them, so that they are known by their looks; and one that only its place gives away. */
export const KEYS = {
  env: ['ghp', '_', 'c4n4ryEnvB2C3d4E5f6G7h8I9j0K1l2M3n4O5'].join(''),
  header: ['lin', '_api_', 'c4n4ryHeaX7w6V5u4T3s2R1q0P9o8N7m6L5k4'].join(''),
  url: ['glpat', '-', 'c4n4ryUrlX7w6V5u4T3s'].join(''),
  argument: ['sk-ant', '-api03-', `c4n4ryArg${'a1B2c3D4e5'.repeat(8)}-AA`].join(''),
  password: 'c4n4ryPwdhunter2correcthorse',
};

export const pastedServer = (name: string) => ({
  type: 'stdio',
  command: 'node',
  args: [`${name}.js`, '--api-key', KEYS.argument, `--token=${KEYS.argument}`],
  env: { GITHUB_TOKEN: KEYS.env, PASSWORD: KEYS.password },
});
export const pastedRemote = {
  type: 'http',
  url: `https://user:${KEYS.password}@mcp.example.com/${KEYS.url}?api_key=${KEYS.url}#${KEYS.url}`,
  headers: { Authorization: `Bearer ${KEYS.header}`, 'X-Api-Key': KEYS.password },
};

/** Without what every key of its sort begins with: those who redact may leave that. */
export const MARKS = Object.values(KEYS).map((key) => key.slice(key.indexOf('c4n4ry')).slice(0, 16));

/** What clients write themselves, and our copies of it from before we wrote it. */
export const CLIENT_FILES = [
  /^\.claude\.json$/,
  /^\.claude\.json\.tmp\./,
  /^project\/\.mcp\.json$/,
  /^project\/\.claude\//,
  /^\.claude\//,
  /^\.local\/state\/mcpform\/claude-code\.backups\//,
  /^store\//,
];

/** Into every file that a client reads, as people do it by hand. */
export async function paste(home: Home, project = home.project): Promise<void> {
  await mkdir(join(project, '.claude'), { recursive: true });
  const all = {
    ours: pastedServer('ours'),
    theirs: pastedServer('theirs'),
    foreign: pastedServer('foreign'),
    remote: pastedRemote,
  };
  const inside = relative(home.folder, project);
  await writeFiles(home.folder, {
    '.claude.json': {
      mcpServers: all,
      projects: { [project]: { mcpServers: { local: pastedServer('local'), localRemote: pastedRemote } } },
    },
    [`${inside}/.mcp.json`]: { mcpServers: { shared: pastedServer('shared'), sharedRemote: pastedRemote } },
    '.claude/settings.json': { env: { GITHUB_TOKEN: KEYS.env }, apiKeyHelper: `echo ${KEYS.argument}` },
    [`${inside}/.claude/settings.local.json`]: { env: { API_KEY: KEYS.password } },
  });
}
