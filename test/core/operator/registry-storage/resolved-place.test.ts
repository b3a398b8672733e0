import { describePlace, placeOf } from '../../../../src/core/operator/registry-storage/resolved-place.js';
import type { ObjectStoreLocation } from '../../../../src/core/storage/location.js';

const COMMON = { concurrency: 1, directory: '' };
const LOGIN = { version: 3, authUrl: 'https://keystone.example.com', identity: {}, interface: 'public' } as const;

test.each<[string, ObjectStoreLocation]>([
  ['s3://images in region eu-west-1', { ...COMMON, kind: 's3', bucket: 'images', region: 'eu-west-1' }],
  [
    's3://images/some/root at https://s3.example.com',
    {
      ...COMMON,
      kind: 's3',
      bucket: 'images',
      directory: 'some/root',
      endpoint: 'https://s3.example.com',
      region: 'x',
    },
  ],
  [
    'azure://account/images at https://account.blob.core.windows.net',
    {
      ...{ ...COMMON, kind: 'azure', account: 'account', container: 'images' },
      endpoint: 'https://account.blob.core.windows.net',
    },
  ],
  [
    'swift://images/prefix at https://keystone.example.com',
    { ...COMMON, kind: 'swift', container: 'images', directory: 'prefix', login: { ...LOGIN, region: 'one' } },
  ],
])('%s', (text, location) => {
  expect(describePlace(placeOf(location))).toBe(text);
});

test('the region of Swift is that of the login', () => {
  const place = placeOf({ ...COMMON, kind: 'swift', container: 'images', login: { ...LOGIN, region: 'one' } });
  expect(place).toEqual({ url: 'swift://images', endpoint: 'https://keystone.example.com', region: 'one' });
});
