import { mapParallel } from '../../src/core/kit/parallel.js';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { digest } from '../support/builders.js';
import { regadm } from '../support/regadm.js';
import { ROOT } from '../support/fake-object-store.js';
import { requires } from '../support/jest/requires.js';
import { imageObject, stream } from '../support/pushed-images.js';
import { RGW_PLACE, type Container, type Place } from '../support/servers/places.js';

const ORPHANS = Array.from({ length: 1000 }, (_, index) => digest(`orphan ${index}`));
const USED = Array.from({ length: 11 }, (_, index) => digest(`used ${index}`));

requires(...RGW_PLACE.needs).describe('1,000 orphans among 1,011 blobs in Ceph RGW', () => {
  let place: Place;
  let container: Container;
  let sandbox: Sandbox;

  beforeAll(async () => {
    place = await RGW_PLACE.start();
    container = await place.create('registry');
    const [manifest, config] = [USED[0]!, USED[1]!];
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    const image = { digest: manifest, config, layers: USED.slice(2), mediaType, size: 2 };
    sandbox = await startSandbox({
      cluster: { images: [imageObject('dev/app', image)], imagestreams: [stream('dev/app', image)] },
      operator: true,
    });
    await container.put(`${ROOT}/repositories/dev/app/_manifests/revisions/sha256/${manifest.slice(7)}/link`, manifest);
    await mapParallel([...USED, ...ORPHANS], 8, (name) =>
      container.put(`${ROOT}/blobs/sha256/${name.slice(7, 9)}/${name.slice(7)}/data`, '{}'),
    );
  });
  afterAll(async () => {
    await sandbox?.stop();
    await place?.stop();
  });

  test.each([
    ['a dry run', []],
    ['--confirm', ['--confirm']],
  ])('cost at most 30 requests: %s', async (_what, more) => {
    place.proxy.reset();
    const args = ['prune', 'hard', ...container.args, '--keep-blobs-younger-than=0', '-o', 'json', ...more];
    const { status, stdout } = await regadm(args, { kubeconfig: sandbox.kubeconfig.admin, env: place.env });
    expect([status, (JSON.parse(stdout) as { summary: { blobs: number } }).summary.blobs]).toEqual([0, 1000]);
    expect(place.proxy.requests.length).toBeLessThanOrEqual(30);
  });

  test('leave what is used', async () => {
    expect((await container.keys()).filter((key) => key.endsWith('/data'))).toHaveLength(USED.length);
  });
});
