// Plans and applies examples/quickstart in a throw-away home under .cache/, so that nothing of yours is touched. Where a
// container engine answers, examples/containers too: what is made there has names of its own, and goes again.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const place = `${root}.cache/quickstart`;
const home = `${place}/home`;
const mcpform = `${root}dist/mcpform.cjs`;
const env = environment();

/** Whoever failed has said why. */
const FAILED = new Error('a step failed');

try {
  quickstart();
} catch (error) {
  if (error !== FAILED) throw error;
}

function quickstart() {
  if (!existsSync(mcpform)) step(process.execPath, [`${root}scripts/build.mjs`], root);
  rmSync(place, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  const stack = copyOf('quickstart');
  show(stack, 'mcpform', 'plan');
  show(stack, 'mcpform', 'apply', '--auto-approve');
  show(stack, 'mcpform', 'plan');
  if (docker('info') === 0) containers();
  else console.log('\nNo container engine answers `docker info`, so examples/containers is left out.');
  console.log(`\nClaude Code would now read ${home}/.claude.json. Your own configuration was not touched.`);
}

function containers() {
  const desk = copyOf('containers');
  const manifest = readFileSync(`${desk}/mcp.yaml`, 'utf8');
  // Apart from what you may have applied yourself, and without data to keep.
  const apart = manifest
    .replace('name: desk', 'name: quickstart-desk')
    .replace('notes: {}', 'notes: { protect: false }');
  writeFileSync(`${desk}/mcp.yaml`, apart);
  const images = ['notes', 'reminders'].map((name) => `localhost/mcp-${name}:1.0.0`);
  const built = [...images, `localhost/mcp-node:${process.versions.node}`].filter(
    (image) => docker('image', 'inspect', image) !== 0,
  );
  try {
    show(desk, 'node', 'build.mjs');
    show(desk, 'mcpform', 'lock');
    show(desk, 'mcpform', 'apply', '--auto-approve');
    show(desk, 'mcpform', 'status');
  } finally {
    show(desk, 'mcpform', 'destroy', '--auto-approve', '--allow-destroy');
    docker('image', 'rm', ...built);
  }
}

function copyOf(example) {
  const folder = `${place}/${example}`;
  cpSync(`${root}examples/${example}`, folder, { recursive: true });
  return folder;
}

function show(cwd, program, ...args) {
  console.log(`\n$ ${program} ${args.join(' ')}`);
  step(process.execPath, program === 'mcpform' ? [mcpform, ...args] : args, cwd);
}

function step(command, args, cwd) {
  const { status } = spawnSync(command, args, { cwd, env, stdio: 'inherit' });
  if (status === 0) return;
  process.exitCode = status ?? 1;
  throw FAILED;
}

/** The exit code; null without such a program, or an answer in time. */
function docker(...args) {
  return spawnSync('docker', args, { env, stdio: 'ignore', timeout: 20_000 }).status;
}

/** Another home, and how packages and engines are reached from here: your registry, proxy, authorities, engine. */
function environment() {
  const own = {
    NPM_CONFIG_USERCONFIG: `${homedir()}/.npmrc`,
    DOCKER_CONFIG: `${homedir()}/.docker`,
    TERM: 'dumb',
  };
  const names = [
    ...['PATH', 'NO_COLOR', 'NODE_EXTRA_CA_CERTS', 'HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'],
    ...[
      'DOCKER_HOST',
      'DOCKER_CONTEXT',
      'DOCKER_CERT_PATH',
      'DOCKER_TLS_VERIFY',
      'XDG_RUNTIME_DIR',
      'SSH_AUTH_SOCK',
    ],
    ...Object.keys(own),
  ];
  const given = names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  return { ...own, ...Object.fromEntries(given), HOME: home };
}
