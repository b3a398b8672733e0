/** Ends a test run with its counts in one plain line, for programs that read logs. */
export default class CountReporter {
  onRunComplete(_contexts, { numPassedTests, numFailedTests, numFailedTestSuites, numPendingTests, numTodoTests }) {
    // A suite that could not be loaded has no tests that failed, and is a failure all the same.
    const failed = Math.max(numFailedTests, numFailedTestSuites);
    process.stdout.write(`${numPassedTests} passed, ${failed} failed, ${numPendingTests + numTodoTests} skipped\n`);
  }
}
