// node scripts/action-install.mjs: puts mcpform in place for the GitHub Action, and says where (output `entry`).
//
// With `installed`: what is on this machine already, because what clients start has to stay where it is when the job is
// over. Without a version: built from this very checkout, which the runner made of the commit that the workflow names; what the
// build needs is held by the hashes in package-lock.json, and no script of a package runs. With `1.2.3 sha512-…`: that
// package of the registry, if it is exactly that.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const temporary = process.env.RUNNER_TEMP || tmpdir();
const wanted = (process.env.INPUT_VERSION ?? '').trim();

try {
  const entry = wanted === '' ? build() : wanted === 'installed' ? find() : download(wanted);
  if (process.env.GITHUB_OUTPUT) appendFileSync(process.env.GITHUB_OUTPUT, `entry=${entry}\n`);
  console.log(`mcpform is at ${entry}`);
} catch (error) {
  console.error(`mcpform could not be installed: ${error.message}`);
  process.exitCode = 1;
}

function build() {
  const entry = join(root, 'dist/action.cjs');
  if (existsSync(entry)) return entry;
  npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], root);
  execFileSync(process.execPath, [join(root, 'scripts/build.mjs')], { cwd: root, stdio: 'inherit' });
  return entry;
}

/** The action of the package whose command line is on the PATH. */
function find() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const program = folders.map((folder) => join(folder, 'mcpform')).find((path) => existsSync(path));
  if (program === undefined) throw new Error('no mcpform is on the PATH: `npm install --global mcpform`');
  const entry = join(dirname(realpathSync(program)), 'action.cjs');
  if (!existsSync(entry)) throw new Error(`the mcpform at ${program} has no action beside it`);
  return entry;
}

function download(text) {
  const [, version, integrity] =
    /^(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)\s+(sha512-[A-Za-z0-9+/]{86}==)$/.exec(text) ?? [];
  if (version === undefined) {
    throw new Error(
      `input version: "${text}" is neither \`installed\` nor a version and its integrity, as in \`1.2.3 sha512-…\``,
    );
  }
  const folder = mkdtempSync(join(temporary, 'mcpform-'));
  const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  npm(
    ['pack', `${name}@${version}`, '--ignore-scripts', '--loglevel=error', '--pack-destination', folder],
    folder,
  );
  const [tarball] = readdirSync(folder).filter((file) => file.endsWith('.tgz'));
  if (tarball === undefined) throw new Error(`${name}@${version} has no package`);
  const found = `sha512-${createHash('sha512')
    .update(readFileSync(join(folder, tarball)))
    .digest('base64')}`;
  if (found !== integrity) throw new Error(`${name}@${version} is ${found}, which is not ${integrity}`);
  execFileSync('tar', ['-xzf', tarball, '--no-same-owner'], { cwd: folder, stdio: 'inherit' });
  const entry = join(folder, 'package/dist/action.cjs');
  if (!existsSync(entry)) throw new Error(`${name}@${version} has no action`);
  return entry;
}

/** Windows has a script for it, which only a shell starts; nothing in these arguments comes from outside unchecked. */
function npm(args, cwd) {
  execFileSync('npm', args, {
    cwd,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
}
