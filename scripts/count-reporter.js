import path from 'node:path';
import { skipReasonIn, withoutSkipReason } from '../test/support/jest/skip-reason.js';

/** Ends a test run with the skipped tests and their reasons, and a line of counts for programs that read logs. */
export default class CountReporter {
  constructor({ rootDir, testNamePattern }, { write = (text) => void process.stdout.write(text) } = {}) {
    this.write = write;
    this.rootDir = rootDir;
    this.filtered = Boolean(testNamePattern);
  }

  onRunComplete(_contexts, results) {
    const { numPassedTests, numFailedTests, numFailedTestSuites, numPendingTests, numTodoTests } = results;
    this.write(formatSkipped(skippedTests(results, this)));
    // A test file that cannot be loaded has no failed tests, but still counts as a failure.
    const failed = Math.max(numFailedTests, numFailedTestSuites);
    this.write(`${numPassedTests} passed, ${failed} failed, ${numPendingTests + numTodoTests} skipped\n`);
  }
}

/** Lists skipped tests; with `-t`, only those that have a reason, because every test that does not match is skipped. */
function skippedTests({ testResults }, { rootDir, filtered }) {
  return testResults.flatMap(({ testFilePath, testResults: tests }) =>
    tests
      .filter(({ status }) => status !== 'passed' && status !== 'failed')
      .map(({ ancestorTitles, title }) => {
        const titles = [...ancestorTitles, title];
        const name = titles.map(withoutSkipReason).join(' › ');
        return { reason: skipReasonIn(titles), name: `${path.relative(rootDir, testFilePath)}: ${name}` };
      })
      .filter(({ reason }) => reason !== undefined || !filtered),
  );
}

function formatSkipped(skipped) {
  const names = new Map();
  for (const { reason = 'no reason given', name } of skipped) names.set(reason, [...(names.get(reason) ?? []), name]);
  return [...names]
    .map(([reason, list]) => `\nSkipped: ${reason}\n${list.map((name) => `  ${name}\n`).join('')}`)
    .join('');
}
