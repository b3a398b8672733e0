import { HttpImageStreams } from '../../../src/core/cluster/image-streams.js';
import { HttpImages } from '../../../src/core/cluster/images.js';
import { aResponse, fakeApi } from '../../support/fake-api.js';
import { asDigest, asRepository } from '../../support/names.js';

const PROXY = aResponse(404, '<html>Not Found</html>');
const NOT_FOUND = aResponse(404, { kind: 'Status', code: 404, reason: 'NotFound' });
const NAME = asDigest(`sha256:${'ab'.repeat(32)}`);
const beforeRetry = async (): Promise<void> => {};

test('an image is gone only if the server states it', async () => {
  const remove = (response: typeof PROXY) =>
    new HttpImages(fakeApi(() => response).api).delete(NAME, { uid: 'u-1', beforeRetry });
  expect(await remove(NOT_FOUND)).toBe('gone');
  await expect(remove(PROXY)).rejects.toMatchObject({ status: 404 });
});

test('an image stream is gone only if the server states it', async () => {
  const update = (response: typeof PROXY) =>
    new HttpImageStreams(fakeApi(() => response).api).update(asRepository('dev/app'), async () => undefined);
  expect(await update(NOT_FOUND)).toEqual({ written: false });
  await expect(update(PROXY)).rejects.toMatchObject({ status: 404 });
});
