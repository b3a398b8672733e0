import fc from 'fast-check';
import { asDigest, asRepository } from '../../support/names.js';
import { paths, type Tag } from '../../../src/core/registry/paths.js';

const DIGEST = asDigest(`sha256:${'a1'.repeat(32)}`);
const APP = asRepository('prod/app');

test('a repository and a digest become a path', () => {
  expect(paths.layerLink(APP, DIGEST)).toBe(`/v2/prod/app/blobs/${DIGEST}`);
  expect(paths.manifest(APP, 'v1.2' as Tag)).toBe('/v2/prod/app/manifests/v1.2');
  expect(paths.manifestLink(APP, DIGEST)).toBe(`/v2/prod/app/manifests/${DIGEST}`);
  expect(paths.blob(asDigest(`sha512:${'0'.repeat(128)}`))).toBe(`/admin/blobs/sha512:${'0'.repeat(128)}`);
});

test.each([
  `${DIGEST}?x`,
  `${DIGEST}#x`,
  `${DIGEST}/../x`,
  `../../v2/prod/app/blobs/${DIGEST}`,
  `${DIGEST}%3Fx`,
  `${DIGEST}\r\nHost: evil`,
  DIGEST.toUpperCase(),
  DIGEST.slice(0, -1),
  '',
  'x',
])('%j is not a digest and never becomes part of a path', (name) => {
  expect(() => paths.blob(asDigest(name))).toThrow('is not a digest');
  expect(() => paths.layerLink(APP, asDigest(name))).toThrow('is not a digest');
  expect(() => paths.manifestLink(APP, asDigest(name))).toThrow('is not a digest');
});

test.each(['prod/../other', 'prod/app?x', '/prod/app', 'Prod/app', 'prod//app', '', 'a'.repeat(256)])(
  '%j is not a repository and never becomes part of a path',
  (name) => {
    expect(() => paths.manifest(asRepository(name), DIGEST)).toThrow('is not the name of a repository');
  },
);

test('no string adds a segment, a query or a fragment to a path', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (repository, digest) => {
      let path: string;
      try {
        path = paths.layerLink(asRepository(repository), asDigest(digest));
      } catch {
        return;
      }
      expect(new URL(path, 'https://registry').pathname).toBe(path);
    }),
  );
});
