import fc from 'fast-check';
import { blobData, hexOf, layerLinks, manifestLinks, uploadDirectory } from '../../../src/core/storage/layout.js';
import { asDigest } from '../../support/names.js';
import { digest } from '../../support/builders.js';

const HEX = digest('blob').slice(7);

test('a digest and the name of a repository become a path', () => {
  expect(hexOf(digest('blob'))).toBe(HEX);
  expect(blobData('/r', HEX)).toBe(`/r/blobs/sha256/${HEX.slice(0, 2)}/${HEX}/data`);
  expect(manifestLinks('/r', 'ns/app')).toBe('/r/repositories/ns/app/_manifests/revisions/sha256');
  expect(layerLinks('/r', 'ns/App')).toBe('/r/repositories/ns/App/_layers/sha256');
  expect(uploadDirectory('/r', 'ns/app', 'id')).toBe('/r/repositories/ns/app/_uploads/id');
});

test.each(['..', '../../etc', `${HEX}/..`, HEX.toUpperCase(), `${HEX}?x`, HEX.slice(1), '', `${HEX}\0`])(
  '%j is not a digest and never becomes part of a path',
  (text) => {
    expect(() => blobData('/r', text)).toThrow('is not a sha256 digest');
    expect(() => hexOf(asDigest(`sha256:${text}`))).toThrow('is not a sha256 digest');
    expect(() => hexOf(asDigest(`sha512:${text}`))).toThrow('is not a sha256 digest');
  },
);

test.each(['..', '../x', 'ns/../x', '/etc', 'ns//app', '', '.', 'ns/app\0'])(
  '%j does not lead out of the directory of repositories',
  (name) => {
    expect(() => manifestLinks('/r', name)).toThrow('is not the name of a directory');
    expect(() => uploadDirectory('/r', 'ns/app', name)).toThrow('is not the name of a directory');
  },
);

test('no text leads to a path outside its directory', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.webPath(), fc.constantFrom('..', '.', 'a/..')), (text) => {
      for (const path of [() => layerLinks('/r', text), () => uploadDirectory('/r', 'ns/app', text)]) {
        let found: string;
        try {
          found = path();
        } catch {
          continue;
        }
        expect(found.startsWith('/r/repositories/')).toBe(true);
        expect(found.split('/').slice(1)).not.toContain('..');
      }
    }),
  );
});
