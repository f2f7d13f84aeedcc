// Plans and applies examples/quickstart in a throw-away home under .cache/, so that nothing of yours is touched.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const place = `${root}.cache/quickstart`;
const home = `${place}/home`;
const stack = `${place}/stack`;
const mcpform = `${root}dist/mcpform.cjs`;

if (!existsSync(mcpform)) step(process.execPath, [`${root}scripts/build.mjs`], root);
rmSync(place, { recursive: true, force: true });
mkdirSync(home, { recursive: true });
cpSync(`${root}examples/quickstart`, stack, { recursive: true });

show('plan');
show('apply', '--auto-approve');
show('plan');
console.log(`Claude Code would now read ${home}/.claude.json. Your own configuration was not touched.`);

function show(...args) {
  console.log(`\n$ mcpform ${args.join(' ')}`);
  step(process.execPath, [mcpform, ...args], stack);
}

function step(command, args, cwd) {
  const env = { PATH: process.env.PATH, HOME: home, TERM: process.env.TERM ?? 'dumb' };
  // How packages are reached from here: your registry, proxy and authorities.
  env.NPM_CONFIG_USERCONFIG = process.env.NPM_CONFIG_USERCONFIG ?? `${homedir()}/.npmrc`;
  for (const name of ['NO_COLOR', 'NODE_EXTRA_CA_CERTS', 'HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY']) {
    if (process.env[name] !== undefined) env[name] = process.env[name];
  }
  const { status } = spawnSync(command, args, { cwd, env, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
