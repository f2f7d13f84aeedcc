// node scripts/test.mjs [--project unit|clients|engines] [filter...]: all that the tests need, the tests, and one plain line.
//
// Builds, fetches the real clients and engines, runs Vitest, and ends with `N passed, N failed` (`, N skipped`).
// Fails when a test failed, when a file could not be loaded, when nothing ran, and, where CI is set, when anything was
// skipped. MCPFORM_SKIP_CLAUDE=1 leaves the clients out. Without network they are left out too, and so are container
// engines where nobody may start them: loudly, except where CI is set.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildImages } from './build-images.mjs';
import { runInLanes, vitest } from './engine-lanes.mjs';
import { fetchClaude, LOCK_IGNORING, NEWEST } from './fetch-claude.mjs';
import { fetchEngine } from './fetch-engine.mjs';
import { fetchNode, NODE_RELEASES } from './fetch-node.mjs';

const root = resolve(import.meta.dirname, '..');
const args = process.argv.slice(2);
const isCi = Boolean(process.env.CI);
const project = args.includes('--project') ? args[args.indexOf('--project') + 1] : null;
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
  const { tally, isClean } = await runTests();
  if (tally.passed + tally.failed === 0) return finish({ ...tally, failed: 1 }, 'no test ran');
  if (tally.failed === 0 && !isClean) return finish({ ...tally, failed: 1 }, 'an error outside any test');
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
  const vitestTo = (name, wanted) => {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${join(folder, name)}`];
    return [process.execPath, vitest, 'run', ...reporters, ...wanted];
  };
  // Whoever names files or tests wants to see them run, one after another.
  const inLanes = mayStartEngines && (args.length === 0 || args.join(' ') === '--project engines');
  try {
    let isClean = true;
    if (!inLanes || project === null) {
      const wanted = inLanes ? ['--project', 'unit', '--project', 'clients'] : args;
      const [program, ...rest] = vitestTo('others.json', wanted);
      isClean = spawnSync(program, rest, { cwd: root, stdio: 'inherit' }).status === 0;
    }
    if (inLanes) {
      const one = (file) => vitestTo(`${file.replaceAll('/', '-')}.json`, ['--project', 'engines', file]);
      isClean = (await runInLanes(engineFiles(), one)) && isClean;
    }
    return { tally: total(readdirSync(folder).map((name) => count(join(folder, name)))), isClean };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function engineFiles() {
  const names = readdirSync(join(root, 'test/engines')).filter((name) => name.endsWith('.test.ts'));
  return names.map((name) => `test/engines/${name}`);
}

function total(tallies) {
  const sum = (name) => tallies.reduce((all, tally) => all + tally[name], 0);
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
}

function count(report) {
  let run;
  try {
    run = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  // A file that cannot be loaded has no tests to fail, so it counts as one.
  const broken = run.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  return {
    passed: run.numPassedTests,
    failed: run.numFailedTests + broken.length,
    skipped: run.numPendingTests + run.numTodoTests,
  };
}

function finish({ passed, failed, skipped }, why) {
  if (why !== undefined) console.error(`\nfailed: ${why}`);
  console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  return failed > 0 ? 1 : 0;
}
