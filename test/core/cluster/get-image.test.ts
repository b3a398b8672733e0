import { getImage } from '../../../src/core/cluster/get-image.js';
import { aResponse, fakeApi } from '../../support/fake-api.js';
import { asDigest } from '../../support/names.js';

const NAME = asDigest(`sha256:${'ab'.repeat(32)}`);

test('an image does not exist only if the server states it', async () => {
  const missing = fakeApi(() =>
    aResponse(404, { kind: 'Status', code: 404, reason: 'NotFound', details: { name: NAME, kind: 'images' } }),
  ).api;
  expect(await getImage(missing, NAME)).toBeUndefined();
  const proxy = fakeApi(() => aResponse(404, '<html>Not Found</html>')).api;
  await expect(getImage(proxy, NAME)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test.each([
  ['another image', { kind: 'Image', metadata: { name: 'sha256:other' } }],
  ['an object of another kind', { kind: 'Pod', metadata: { name: NAME } }],
  ['nothing', {}],
  ['null', null],
])('an answer with %s is an error', async (_what, body) => {
  const other = fakeApi(() => aResponse(200, body)).api;
  await expect(getImage(other, NAME)).rejects.toMatchObject({ code: 'API_NOT_JSON' });
});
