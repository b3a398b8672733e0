import { checkPatched } from '../../../src/core/schedule/settings.js';
import { settingsFlag } from '../../../src/flags/schedule.js';

test('settings become one merge patch', () => {
  expect(
    settingsFlag([
      'schedule=30 2 * * *',
      'suspend=true',
      'keepTagRevisions=5',
      'keepYoungerThanDuration=96h',
      'resources.requests.cpu=100m',
      'resources.requests.memory=256Mi',
      'resources.limits.memory=1Gi',
      'successfulJobsHistoryLimit=1',
      'failedJobsHistoryLimit=0',
      'ignoreInvalidImageReferences=false',
      'logLevel=TraceAll',
    ]),
  ).toEqual({
    schedule: '30 2 * * *',
    suspend: true,
    keepTagRevisions: 5,
    keepYoungerThanDuration: '96h',
    resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '1Gi' } },
    successfulJobsHistoryLimit: 1,
    failedJobsHistoryLimit: 0,
    ignoreInvalidImageReferences: false,
    logLevel: 'TraceAll',
  });
});

test('all resources can be given as JSON', () => {
  expect(settingsFlag(['resources={"requests":{"cpu":1},"limits":{"memory":"1Gi"}}'])).toEqual({
    resources: { requests: { cpu: 1 }, limits: { memory: '1Gi' } },
  });
  expect(settingsFlag(['resources='])).toEqual({ resources: null });
});

test('an empty value restores the default', () => {
  expect(settingsFlag(['schedule=', 'keepTagRevisions=', 'resources.limits.cpu='])).toEqual({
    schedule: '',
    keepTagRevisions: null,
    resources: { limits: { cpu: null } },
  });
});

test.each([
  ['keep=1', '--set keep: unknown setting'],
  ['suspend', '--set suspend: missing value'],
  ['suspend=yes', '--set suspend=yes: must be true or false'],
  ['schedule=nightly', '--set schedule=nightly: must have 5 fields (minute hour day month weekday), not 1'],
  ['keepTagRevisions=-1', '--set keepTagRevisions=-1: must be a whole number, 0 or more'],
  ['keepTagRevisions=1.5', '--set keepTagRevisions=1.5: must be a whole number, 0 or more'],
  ['keepTagRevisions=4294967296', '--set keepTagRevisions=4294967296: must be a whole number, 0 or more'],
  ['keepYoungerThanDuration=3d', '--set keepYoungerThanDuration=3d: must be a duration such as 60m, 96h or 1h30m'],
  ['keepYoungerThanDuration=-1h', '--set keepYoungerThanDuration=-1h: must not be negative'],
  ['resources.requests.cpu=lots', '--set resources.requests.cpu=lots: must be a quantity such as 100m or 256Mi'],
  ['resources.requests.disk=1', '--set resources.requests.disk: unknown setting'],
  ['successfulJobsHistoryLimit=x', '--set successfulJobsHistoryLimit=x: must be a whole number, 0 or more'],
  ['failedJobsHistoryLimit=', undefined],
  ['ignoreInvalidImageReferences=1', '--set ignoreInvalidImageReferences=1: must be true or false'],
  ['resources=1Gi', '--set resources=1Gi: must be JSON such as'],
  ['resources={"limit":{}}', '"limit" is neither requests nor limits'],
  ['resources={"limits":1}', 'limits must be an object of quantities'],
  ['resources={"limits":{"cpu":"many"}}', 'limits.cpu must be a quantity such as 100m or 256Mi'],
  ['logLevel=debug', '--set logLevel=debug: must be one of Normal, Debug, Trace, TraceAll'],
])('%j: %j', (text, message) => {
  if (message === undefined) expect(() => settingsFlag([text])).not.toThrow();
  else expect(() => settingsFlag([text])).toThrow(message);
});

test('a repeated setting is refused', () => {
  expect(() => settingsFlag(['suspend=true', 'suspend=false'])).toThrow('--set suspend: specified twice');
});

test('a request above its limit is refused, wherever the limit comes from', () => {
  const spec = { resources: { limits: { memory: '512Mi' } } };
  expect(() => checkPatched(spec, settingsFlag(['resources.requests.memory=1Gi']))).toThrow(
    'resources.requests.memory would be 1Gi, above resources.limits.memory of 512Mi',
  );
  const both = settingsFlag(['resources.requests.memory=1Gi', 'resources.limits.memory=']);
  expect(checkPatched(spec, both)).toEqual({ resources: { requests: { memory: '1Gi' }, limits: {} } });
});
