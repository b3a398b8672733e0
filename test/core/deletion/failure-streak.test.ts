import { ApiError, isApiFailure } from '../../../src/core/cluster/api-error.js';
import { unexpected } from '../../../src/core/cluster/expect.js';
import { parseObject } from '../../../src/core/cluster/response.js';
import { FailureStreak } from '../../../src/core/deletion/failure-streak.js';
import { isNotSent, isRegistryFailure, RegistryError } from '../../../src/core/registry/error.js';
import { failure } from '../../../src/core/registry/failure.js';

const aStreak = () => new FailureStreak((error) => isApiFailure(error) || isRegistryFailure(error), isNotSent);
const answer = (status: number): ApiError => new ApiError(`the server answered ${status}`, { status, reason: '' });
const fail = (streak: FailureStreak, count: number, error: unknown, placeOf: (at: number) => string | undefined) =>
  Array.from({ length: count }, (_, at) => streak.failed(error, placeOf(at))).at(-1);

test.each([401, 403, 429, 500, 503])('20 images that fail with %i in a row end the run', (status) => {
  const streak = aStreak();
  expect(fail(streak, 19, answer(status), () => undefined)).toBeUndefined();
  expect(fail(streak, 1, answer(status), () => undefined)).toMatchObject({
    message: `20 consecutive requests failed, the last one: the server answered ${status}`,
  });
});

test('failures of the connection to the registry count', () => {
  const error = failure('closed', 'connection closed', 'https://registry.example.org');
  expect(fail(aStreak(), 20, error, () => undefined)).toMatchObject({ code: 'REGISTRY_CLOSED' });
});

test('responses that are something else count like a 500', () => {
  const page = { request: 'DELETE /x', status: 200, headers: {}, body: Buffer.from('<html>') };
  const error = unexpected({ ...page, json: () => parseObject(page, '/x') }, 'the deletion of x');
  expect(fail(aStreak(), 20, error, () => undefined)).toMatchObject({ code: 'API_NOT_JSON' });
});

test('requests that are not sent count, but do not affect their repositories', () => {
  const options = { code: 'REGISTRY_ERROR', url: 'https://registry.example.org', kind: 'closed' } as const;
  const notSent = new RegistryError('closed', { ...options, notSent: 'unavailable' });
  const failed = new RegistryError('closed', options);
  const streak = aStreak();
  fail(streak, 3, failed, () => 'ns/app');
  expect(fail(streak, 100, notSent, (at) => (at % 2 ? `ns/app-${at}` : undefined))).toBeUndefined();
  const other = aStreak();
  fail(other, 3, failed, (at) => `ns/app-${at}`);
  expect(fail(other, 16, notSent, () => undefined)).toBeUndefined();
  expect(fail(other, 1, notSent, () => undefined)).toMatchObject({ code: 'REGISTRY_ERROR' });
});

test('a name that is not valid does not count', () => {
  const options = { code: 'REGISTRY_ERROR', url: 'registry', notSent: 'invalid-name' } as const;
  expect(fail(aStreak(), 100, new RegistryError('not a digest', options), () => undefined)).toBeUndefined();
});

test.each([404, 405, 409, 422])('the outcome %i concerns one object and does not count', (status) => {
  expect(fail(aStreak(), 100, answer(status), () => undefined)).toBeUndefined();
  const registry = failure('answer', 'unexpected status', 'https://registry.example.org', { status });
  expect(fail(aStreak(), 100, registry, () => undefined)).toBeUndefined();
});

test('any success begins a new count', () => {
  const streak = aStreak();
  fail(streak, 19, answer(500), () => undefined);
  streak.succeeded();
  expect(fail(streak, 19, answer(500), () => undefined)).toBeUndefined();
});

test('failures in one or two repositories do not end the run: a tenant could cause them', () => {
  expect(fail(aStreak(), 100, answer(500), () => 'ns/app')).toBeUndefined();
  expect(fail(aStreak(), 100, answer(500), (at) => `ns/app-${at % 2}`)).toBeUndefined();
  expect(fail(aStreak(), 20, answer(500), (at) => `ns/app-${at % 3}`)).toBeDefined();
});
