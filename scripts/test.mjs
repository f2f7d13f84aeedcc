// node scripts/test.mjs [--project unit|clients|engines] [filter...]: all that the tests need, the tests, and one plain line.
//
// Builds, fetches the real clients and engines, runs Vitest, and ends with `N passed, N failed` (`, N skipped`).
// Fails when a test failed, when a file could not be loaded, when nothing ran, and, where CI is set, when anything was
// skipped. MCPFORM_SKIP_CLAUDE=1 leaves the clients out. Without network they are left out too, and so are container
// engines where nobody may start them: loudly, except where CI is set. Files of which a test failed are run once more,
// alone, and both are said.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { buildImages } from './build-images.mjs';
import { runInLanes, vitest } from './engine-lanes.mjs';
import { fetchClaude, LOCK_IGNORING, NEWEST } from './fetch-claude.mjs';
import { fetchEngine } from './fetch-engine.mjs';
import { fetchNode, NODE_RELEASES } from './fetch-node.mjs';
import { readReport, total } from './test-report.mjs';

const root = resolve(import.meta.dirname, '..');
const args = process.argv.slice(2);
const isCi = Boolean(process.env.CI);
const project = args.includes('--project') ? args[args.indexOf('--project') + 1] : null;
/** More is no accident. */
const REPEATED_AT_MOST = 8;
/** Container engines start on Linux, for root alone. */
const mayStartEngines = process.platform === 'linux' && process.getuid() === 0;

process.exitCode = await main();

async function main() {
  const build = spawnSync(process.execPath, [join(root, 'scripts/build.mjs')], {
    cwd: root,
    stdio: 'inherit',
  });
  if (build.status !== 0) return finish({ passed: 0, failed: 1, skipped: 0 }, 'the build failed');
  if (project === null || project === 'clients') fetchPrograms();
  if ((project === null || project === 'engines') && mayStartEngines) fetchEngines();
  const { reports, isExplained } = await runTests();
  const tally = total([...reports.values()]);
  const failed = failures(reports);
  if (failed.length > 0) console.error('\nfailed:');
  for (const failure of failed) console.error(inWords(failure));
  if (tally.passed + tally.failed === 0) return finish({ ...tally, failed: 1 }, 'no test ran');
  if (tally.failed === 0 && !isExplained) return finish({ ...tally, failed: 1 }, 'an error outside any test');
  if (isCi && tally.skipped > 0)
    return finish({ ...tally, failed: tally.failed + tally.skipped }, 'skipped in CI');
  return finish(tally);
}

/** What a person without network does not get is skipped, and said, by the tests that need it. */
function fetchPrograms() {
  if (process.env.MCPFORM_SKIP_CLAUDE && !isCi) return;
  attempt(() => {
    for (const version of [NEWEST, LOCK_IGNORING]) fetchClaude(version);
    for (const version of NODE_RELEASES) fetchNode(version);
  });
}

function fetchEngines() {
  attempt(fetchEngine);
  attempt(buildImages);
}

function attempt(fetch) {
  try {
    fetch();
  } catch (error) {
    console.error(`could not fetch what the tests run against: ${error.message}`);
  }
}

async function runTests() {
  const folder = mkdtempSync(join(tmpdir(), 'mcpform-test-'));
  const reports = new Map();
  let isExplained = true;
  const reportOf = (subject) => join(folder, `${subject.replaceAll('/', '-')}.json`);
  const commandFor = (subject, wanted) => [
    ...[process.execPath, vitest, 'run', '--reporter=default', '--reporter=json'],
    ...[`--outputFile.json=${reportOf(subject)}`, ...wanted],
  ];
  const take = (subject, isClean) => {
    const found = readReport(reportOf(subject), subject);
    for (const [file, report] of found) reports.set(relative(root, resolve(root, file)), report);
    isExplained &&= isClean || [...found.values()].some((report) => report.failed > 0);
  };
  const run = (subject, wanted) => {
    const [program, ...rest] = commandFor(subject, wanted);
    take(subject, spawnSync(program, rest, { cwd: root, stdio: 'inherit' }).status === 0);
  };
  const runEngines = (files) =>
    runInLanes(files, (file) => commandFor(file, ['--project', 'engines', file]), take);
  // Whoever names files or tests wants to see them run, one after another, and once.
  const isWhole = args.length === 0 || (args.length === 2 && project !== null);
  const inLanes = isWhole && mayStartEngines && (project === null || project === 'engines');
  try {
    if (!inLanes) run('tests', args);
    else {
      if (project === null) run('tests', ['--project', 'unit', '--project', 'clients']);
      await runEngines(engineFiles());
    }
    if (isWhole) {
      await repeatFailed(reports, (file) =>
        inLanes && engineFiles().includes(file) ? runEngines([file]) : run(file, [file]),
      );
    }
    return { reports, isExplained };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Tests with real programs wait for them, and on a busy machine not always long enough. So the files that failed run
 * once more, alone; what failed at first is named at the end, whether it passed then or not.
 */
async function repeatFailed(reports, repeat) {
  const failed = failures(reports);
  const files = [...new Set(failed.map(({ file }) => file))].filter((file) => file.endsWith('.test.ts'));
  if (files.length > REPEATED_AT_MOST) return;
  for (const file of files) await repeat(file);
  const still = new Set(failures(reports).map(({ file, name }) => `${file} ${name}`));
  const once = failed.filter(({ file, name }) => !still.has(`${file} ${name}`));
  if (once.length > 0) console.error('\nfailed beside other tests, and passed alone:');
  for (const failure of once) console.error(inWords(failure));
}

function failures(reports) {
  return [...reports].flatMap(([file, report]) => report.failures.map((failure) => ({ file, ...failure })));
}

function inWords({ file, name, message }) {
  return `  ${file}: ${name}\n    ${message}`;
}

function engineFiles() {
  const names = readdirSync(join(root, 'test/engines')).filter((name) => name.endsWith('.test.ts'));
  return names.map((name) => `test/engines/${name}`);
}

function finish({ passed, failed, skipped }, why) {
  if (why !== undefined) console.error(`\nfailed: ${why}`);
  console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  return failed > 0 ? 1 : 0;
}
