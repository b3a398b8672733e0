import { withSkipReason } from './skip-reason.js';

const { default: CountReporter } = (await import(
  new URL('../../../scripts/count-reporter.js', import.meta.url).href
)) as {
  default: new (
    config: object,
    options: { write(text: string): void },
  ) => { onRunComplete(contexts: unknown, results: object): void };
};

const REASON = 'kubectl is not installed (Debian package kubernetes-client)';

/** What the reporter prints for these skipped tests, each given as its titles from the outermost suite inwards. */
function report(skipped: string[][], config: object = {}): string {
  const tests = skipped.map((titles) => ({
    status: 'pending',
    title: titles.at(-1),
    ancestorTitles: titles.slice(0, -1),
  }));
  const passed = { status: 'passed', title: 'passes', ancestorTitles: [] };
  const results = {
    numPassedTests: 1,
    numFailedTests: 0,
    numFailedTestSuites: 0,
    numPendingTests: tests.length,
    numTodoTests: 0,
    testResults: [{ testFilePath: '/root/test/a.test.ts', testResults: [passed, ...tests] }],
  };
  let output = '';
  new CountReporter({ rootDir: '/root', ...config }, { write: (text) => (output += text) }).onRunComplete([], results);
  return output;
}

test('the end of a run lists skipped tests by their reason, then the counts', () => {
  const skipped = [
    ['outer', withSkipReason('a real kubectl', REASON), 'lists'],
    ['alone'],
    [withSkipReason('watches', REASON)],
  ];
  expect(report(skipped)).toBe(`
Skipped: ${REASON}
  test/a.test.ts: outer › a real kubectl › lists
  test/a.test.ts: watches

Skipped: no reason given
  test/a.test.ts: alone
1 passed, 0 failed, 3 skipped
`);
});

test('without skipped tests there is only the line of counts', () => {
  expect(report([])).toBe('1 passed, 0 failed, 0 skipped\n');
});

test('with -t, tests that do not match the pattern are not listed', () => {
  expect(report([['not selected'], [withSkipReason('watches', REASON)]], { testNamePattern: 'watches' })).toBe(`
Skipped: ${REASON}
  test/a.test.ts: watches
1 passed, 0 failed, 2 skipped
`);
});
