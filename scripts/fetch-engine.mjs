// node scripts/fetch-engine.mjs [PACKAGE...]: a newer Docker engine beside Debian's own; nothing is installed.
//
// Debian's next suite has it. apt fetches it, from the mirror this machine uses and by the keys it trusts, but
// with lists and caches of its own, so that the machine's are as before. Seen with docker.io 28.5.2: its programs
// need glibc 2.34 and run on Debian 12; only runc needs a newer one, so the host's runc 1.1.5 is taken.
// With `docker-compose` as an argument the plug-in is put beside (70 MB, for the benchmarks).
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { programs, runAsProgram, show } from './fetch-from-npm.mjs';

const cache = resolve(import.meta.dirname, '../.cache');
const ENGINE = ['docker.io', 'docker-cli', 'containerd'];

/** Returns the folder that holds `usr/`. Idempotent, and safe to run twice at once. */
export function fetchEngine(packages = ENGINE, folder = `engine-${programs.engine.atLeast}`) {
  const wanted = join(cache, folder);
  if (existsSync(wanted)) return wanted;
  mkdirSync(cache, { recursive: true });
  const temporary = mkdtempSync(join(cache, 'fetch-'));
  try {
    const apt = newerApt(temporary);
    apt('apt-get', ['update', '-qq']);
    requireNewEnough(apt);
    apt('apt-get', ['download', '-qq', ...packages]);
    const debs = readdirSync(temporary).filter((name) => name.endsWith('.deb'));
    for (const deb of debs) {
      execFileSync('dpkg-deb', ['-x', join(temporary, deb), join(temporary, 'root')], { stdio: 'inherit' });
    }
    show(join(temporary, 'root'), wanted);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return wanted;
}

/** Runs a program of apt's as if this machine had the newer suite and nothing installed. */
function newerApt(folder) {
  const targets = ['Created-By: Packages', 'Label: Debian', 'Component: main'];
  const found = execFileSync('apt-get', ['indextargets', '--format', '$(REPO_URI)', ...targets]).toString();
  const mirror = found.split('\n')[0];
  if (mirror === '') throw new Error('apt knows no mirror of Debian here');
  writeFileSync(join(folder, 'sources.list'), `deb ${mirror} ${programs.engine.suite} main\n`);
  for (const name of ['lists/partial', 'cache/archives/partial']) {
    mkdirSync(join(folder, name), { recursive: true });
  }
  const options = [
    `Dir::Etc::SourceList=${join(folder, 'sources.list')}`,
    'Dir::Etc::SourceParts=/dev/null',
    `Dir::State::Lists=${join(folder, 'lists')}`,
    'Dir::State::Status=/dev/null',
    `Dir::Cache=${join(folder, 'cache')}`,
    'Acquire::Languages=none',
    // A mirror of a fixed day is as good: what it has is signed all the same.
    'Acquire::Check-Valid-Until=false',
    // apt's own user may not enter folders of ours.
    'APT::Sandbox::User=root',
  ].flatMap((option) => ['-o', option]);
  return (program, args) =>
    execFileSync(program, [...options, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
}

function requireNewEnough(apt) {
  const { suite, atLeast } = programs.engine;
  const shown = apt('apt-cache', ['show', '--no-all-versions', 'docker.io']).toString();
  const version = /^Version: (.*)$/m.exec(shown)?.[1] ?? 'none';
  if (!(Number.parseInt(version, 10) >= atLeast)) {
    throw new Error(`Debian's ${suite} has docker.io ${version}, not ${atLeast} or newer`);
  }
}

runAsProgram(import.meta.url, (others) => {
  if (process.platform !== 'linux') return console.error('container engines start on Linux alone');
  console.log(fetchEngine());
  for (const name of others) console.log(fetchEngine([name], name));
});
