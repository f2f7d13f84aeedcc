// Reads what Vitest wrote of a run: for each file how many tests passed, failed and were skipped, and which failed why.
import { readFileSync } from 'node:fs';

/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Tally
 * @typedef {{ name: string, message: string }} Failure - a test, and the first line of what it said
 * @typedef {Tally & { failures: Failure[] }} FileReport
 */

/**
 * @param {string} path - of a report of `--reporter=json`
 * @param {string} subject - what ran, which fails as a whole when there is no report
 * @returns {Map<string, FileReport>} by absolute path of the file of tests
 */
export function readReport(path, subject) {
  let run;
  try {
    run = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return new Map([[subject, broken(`no report: ${error.message}`)]]);
  }
  return new Map(run.testResults.map((file) => [file.name, readFile(file)]));
}

/** @returns {Tally} */
export function total(reports) {
  const sum = (name) => reports.reduce((all, report) => all + report[name], 0);
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
}

/** A file that cannot be loaded has no tests to fail, so it counts as one. */
function readFile({ status, message, assertionResults: tests }) {
  if (status === 'failed' && tests.length === 0) return broken(firstLine(message));
  const withStatus = (status) => tests.filter((test) => test.status === status);
  const failed = withStatus('failed');
  const passed = withStatus('passed').length;
  return {
    passed,
    failed: failed.length,
    skipped: tests.length - passed - failed.length,
    failures: failed.map((test) => ({ name: test.fullName, message: firstLine(test.failureMessages[0]) })),
  };
}

function broken(message) {
  return { passed: 0, failed: 1, skipped: 0, failures: [{ name: 'the whole file', message }] };
}

function firstLine(text = '') {
  return text.trim().split('\n', 1)[0];
}
