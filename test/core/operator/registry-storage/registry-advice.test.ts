import { registryAdvice, withRegistryAdvice } from '../../../../src/core/operator/registry-storage/registry-advice.js';
import { ADVICE } from '../../../../src/core/model/advice.js';
import { RegadmError } from '../../../../src/core/model/errors.js';
import type { Storage } from '../../../../src/core/storage/storage.js';

const LOCATED = { warnings: ['of the settings'], isOwn: false };
const anError = (suggestions: string[], code: 'STORAGE_DENIED' | 'STORAGE_ERROR' = 'STORAGE_DENIED'): RegadmError =>
  new RegadmError('no', { code, suggestions });
const advised = (suggestions: string[], more: object = {}, code?: 'STORAGE_ERROR'): string[] =>
  (registryAdvice(anError(suggestions, code), { ...LOCATED, ...more }) as RegadmError).suggestions;

test.each([
  ['credentials of S3', ADVICE.s3Credentials, ADVICE.showStorageSecret],
  ['credentials of Azure', ADVICE.azureCredentials, ADVICE.showStorageSecret],
  ['variables of Swift', 'check OS_AUTH_URL or ST_AUTH', ADVICE.showStorageSecret],
  ['the region', ADVICE.s3Region('eu-west-1'), ADVICE.showStorageSettings],
  ['the endpoint', ADVICE.storageEndpoint, ADVICE.showStorageSettings],
  ['authorities', ADVICE.storageAuthority, ADVICE.storageAuthority],
])('advice about %s fits the settings of the registry', (_what, advice, expected) => {
  expect(advised([advice, advice])).toEqual(expected === advice ? [advice, advice] : [expected]);
});

test("the user's own credentials keep their advice", () => {
  expect(advised([ADVICE.s3Credentials], { isOwn: true })).toEqual([ADVICE.s3Credentials]);
});

test('a network that is closed to this machine is named only where it can be the cause', () => {
  const advice = { advice: ADVICE.insideNetwork };
  expect(advised([], advice)).toEqual([ADVICE.insideNetwork]);
  expect(advised([], advice, 'STORAGE_ERROR')).toEqual([]);
});

test('other errors stay what they are', () => {
  for (const error of [new Error('interrupted'), anError(['wait'])]) expect(registryAdvice(error, LOCATED)).toBe(error);
});

test('a storage adds the warnings about the settings, and the advice to its errors', async () => {
  class Broken {
    private readonly name = 's3://images';
    warnings = () => Promise.resolve([`of ${this.name}`]);
    list(): Promise<never> {
      return Promise.reject(anError([ADVICE.s3Credentials]));
    }
  }
  const storage = withRegistryAdvice(new Broken() as unknown as Storage, LOCATED);
  expect(await storage.warnings()).toEqual(['of the settings', 'of s3://images']);
  await expect(storage.list()).rejects.toMatchObject({ message: 'no', suggestions: [ADVICE.showStorageSecret] });
});
