import { mapParallel } from '../../src/core/kit/parallel.js';
import { formatBytes } from '../../src/core/model/values/quantity.js';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { regadm } from '../support/regadm.js';
import { ROOT, keysOf } from '../support/fake-object-store.js';
import { requires } from '../support/jest/requires.js';
import { expectedRepositories, recordedHardPrunes, type RecordedCase } from '../support/recorded-hard-prunes.js';
import { AZURE_PLACE, RGW_PLACE, SWIFT_PLACE, type Container, type Place } from '../support/servers/places.js';

interface Document {
  summary: Record<string, number>;
  blobs: { digest: string; status: string }[];
  manifestLinks: { repository: string; digest: string; status: string }[];
  repositories: { name: string; status: string }[];
  failures: unknown[];
}

/** Every tenth case: `test/core/hard-prune/way` runs all of them without a process for each. */
const cases = recordedHardPrunes()
  .filter((_, index) => index % 10 === 0)
  .map((recorded) => [recorded.name, recorded] as const);

const RULES = ['--rules=registry', '--keep-blobs-younger-than=0', '--read-only=skip', '-o', 'json'];

describe.each([RGW_PLACE, SWIFT_PLACE, AZURE_PLACE])("the registry's own decisions, recorded", (kind) => {
  requires(...kind.needs).describe(`in ${kind.name}, by the program`, () => {
    let place: Place;
    let container: Container;
    let sandbox: Sandbox;
    beforeAll(async () => {
      place = await kind.start();
    });
    afterAll(() => place?.stop());
    afterEach(() => sandbox?.stop());

    const prune = async (...more: string[]): Promise<Document> => {
      const result = await regadm(['prune', 'hard', ...container.args, ...RULES, ...more], {
        kubeconfig: sandbox.kubeconfig.admin,
        env: place.env,
      });
      expect([result.status, result.stderr]).toEqual([0, expect.not.stringContaining('error:')]);
      return JSON.parse(result.stdout) as Document;
    };
    /** The keys of the layout, relative to `docker/registry/v2`. */
    const files = async (): Promise<string[]> =>
      (await container.keys()).filter((key) => key.includes(ROOT)).map((key) => key.split(`${ROOT}/`)[1]!);

    const expectDecisions = (document: Document, recorded: RecordedCase, status: string): void => {
      const { check } = recorded.expect;
      expect(document.blobs.map(({ digest }) => digest).sort()).toEqual([...check.blobs].sort());
      expect(document.manifestLinks.map(({ repository, digest }) => `${repository}@${digest}`).sort()).toEqual(
        [...check.manifestLinks].sort(),
      );
      expect(document.repositories.map(({ name }) => name).sort()).toEqual(expectedRepositories(recorded, false));
      expect(`Would free up ${formatBytes(document.summary.bytes!).replace(' ', '')} of disk space`).toBe(
        check.summary[1],
      );
      const all = [...document.blobs, ...document.manifestLinks, ...document.repositories];
      expect(all.filter((each) => each.status !== status)).toEqual([]);
      expect(document.failures).toEqual([]);
    };

    test.each(cases)('%s', async (name, recorded) => {
      sandbox = await startSandbox({ cluster: recorded.cluster, operator: true });
      container = await place.create(name);
      await mapParallel(keysOf(recorded.storage), 8, ([key, content]) =>
        container.put(key, typeof content === 'string' ? content : 'x'.repeat(content)),
      );
      const before = await files();
      expectDecisions(await prune(), recorded, 'would-delete');
      expect(await files()).toEqual(before);
      expectDecisions(await prune('--confirm'), recorded, 'deleted');
      const after = new Set(await files());
      expect(before.filter((file) => !after.has(file)).sort()).toEqual([...recorded.expect.delete.removedFiles].sort());
    });
  });
});
