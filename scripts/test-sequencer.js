import path from 'node:path';
import Sequencer from '@jest/test-sequencer';

/** The test files that take longest, the longest one first: more than half of the time of all tests. */
const LONGEST = [
  'core/hard-prune/way/conformance-servers',
  'e2e/prune-hard',
  'e2e/fault-matrix',
  'e2e/conformance',
  'product/doc-examples',
  'core/prune/execute/late-uses',
  'e2e/faults',
  'e2e/registry-readonly',
  'e2e/ephemeral-storage',
  'core/prune/execute/chaos',
  'core/prune/execute/streams',
  'e2e/safety',
  'core/prune/execute/faults',
  'core/cluster/lists/all-referrers',
  'e2e/prune-hard-pod',
  'core/why/explanation',
  'core/doctor/registry-namespace',
  'core/registry/matrix',
].map((name) => `test/${name}.test.ts`);

/**
 * Starts the longest test files first, so that none of them still runs when all others have ended. On a fresh checkout
 * Jest knows no times and orders files by their size, which says little about tests that start programs.
 */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const place = (test) => {
      const at = LONGEST.indexOf(path.relative(test.context.config.rootDir, test.path));
      return at < 0 ? LONGEST.length : at;
    };
    return super.sort(tests).sort((a, b) => place(a) - place(b));
  }
}
