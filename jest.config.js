import { TIME_LIMIT_MS } from './test/support/jest/time-limit.js';

/** Tests run against src through swc; end-to-end tests run the built program, so `npm test` builds first. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' } },
    ],
  },
  testSequencer: '<rootDir>/scripts/test-sequencer.js',
  reporters: ['default', '<rootDir>/scripts/count-reporter.js'],
  globalSetup: '<rootDir>/test/support/jest/global-setup.js',
  testTimeout: TIME_LIMIT_MS,
  // One more than the two cores of a small machine: many tests wait for a server or a process.
  maxWorkers: 3,
  // A worker that needs more is replaced after its test file, so that all of them fit into 4 GB.
  workerIdleMemoryLimit: '800MB',
  maxConcurrency: 4,
};
