import { mapParallel } from '../../../../src/core/kit/parallel.js';
import { openAzureStore } from '../../../../src/core/storage/objects/azure/index.js';
import { ObjectStorage } from '../../../../src/core/storage/objects/index.js';
import type { ObjectStore } from '../../../../src/core/storage/objects/object-store.js';
import { findRegistryKey } from '../../../../src/core/storage/objects/open.js';
import { openS3Store } from '../../../../src/core/storage/objects/s3/index.js';
import { openSwiftStore } from '../../../../src/core/storage/objects/swift/index.js';
import { keysOf } from '../../../support/fake-object-store.js';
import { requires } from '../../../support/jest/requires.js';
import { expectAsRecorded, recordedHardPrunes, type RecordedCase } from '../../../support/recorded-hard-prunes.js';
import { AzureContainer } from '../../../support/servers/azure-container.js';
import { startAzurite, type Azurite } from '../../../support/servers/azurite.js';
import { RGW_PROGRAMS, startRgw, type Rgw } from '../../../support/servers/ceph-rgw.js';
import { startSwift, SWIFT_PROGRAMS, type SwiftServer } from '../../../support/servers/swift-server.js';

const cases = recordedHardPrunes().map((recorded) => [recorded.name, recorded] as const);
const CONCURRENCY = 8;

/** Writes a case, each below a directory of its own, prunes it, and compares with the record. */
async function pruneAsRecorded(
  recorded: RecordedCase,
  { store, directory, put }: Opened & { put(key: string, content: string): Promise<void> },
): Promise<void> {
  const root = `${directory}/docker/registry/v2`;
  try {
    await mapParallel(keysOf(recorded.storage, root), CONCURRENCY, ([key, content]) =>
      put(key, typeof content === 'string' ? content : 'x'.repeat(content)),
    );
    const storage = new ObjectStorage(store, await findRegistryKey(store, directory));
    const files = async (): Promise<string[]> => {
      const keys: string[] = [];
      for await (const page of store.list(`${root}/`)) keys.push(...page.map(({ key }) => key.slice(root.length + 1)));
      return keys.sort();
    };
    await expectAsRecorded(recorded, { storage, files }, false);
  } finally {
    await store.close();
  }
}

interface Opened {
  store: ObjectStore;
  /** The directory that contains `docker/registry/v2`. */
  directory: string;
}

requires(...RGW_PROGRAMS).describe("the registry's own decisions, recorded, in Ceph RGW", () => {
  let rgw: Rgw;
  beforeAll(async () => {
    rgw = await startRgw();
    await rgw.account.createContainer('registry');
  });
  afterAll(() => rgw?.stop());

  test.each(cases)('%s', async (directory, recorded) => {
    const env = { AWS_ACCESS_KEY_ID: rgw.accessKey, AWS_SECRET_ACCESS_KEY: rgw.secretKey };
    const location = { kind: 's3', bucket: 'registry', endpoint: rgw.endpoint } as const;
    const store = await openS3Store(location, { concurrency: CONCURRENCY, env });
    await pruneAsRecorded(recorded, { store, directory, put: (key, text) => rgw.account.put('registry', key, text) });
  });
});

requires(...SWIFT_PROGRAMS).describe("the registry's own decisions, recorded, in Swift", () => {
  let swift: SwiftServer;
  beforeAll(async () => {
    swift = await startSwift();
    await swift.account.createContainer('registry');
  });
  afterAll(() => swift?.stop());

  /** Writes blobs as the registry's driver does: as manifests of segments. */
  const put = async (prefix: string, key: string, content: string): Promise<void> => {
    if (!key.endsWith('/data')) return swift.account.put('registry', key, content);
    const segments = `${prefix}/segments/${key.slice(-69, -66)}/${key.slice(-66, -5)}`;
    await swift.account.put('registry', `${segments}/0000000000000001`, content);
    await swift.account.put('registry', key, '', { 'x-object-manifest': `registry/${segments}` });
  };

  test.each(cases)('%s', async (prefix, recorded) => {
    const env = { ST_AUTH: swift.authUrl, ST_USER: swift.user, ST_KEY: swift.key };
    const opened = await openSwiftStore(
      { container: 'registry', directory: prefix },
      { concurrency: CONCURRENCY, env },
    );
    await pruneAsRecorded(recorded, { ...opened, put: (key, content) => put(prefix, key, content) });
    const left = await swift.account.keys('registry', `${prefix}/`);
    const blobs = left.filter((key) => key.endsWith('/data')).length;
    expect(left.filter((key) => key.startsWith(`${prefix}/segments/`))).toHaveLength(blobs);
  });
});

requires('azurite-blob').describe("the registry's own decisions, recorded, in Azurite", () => {
  let azurite: Azurite;
  let container: AzureContainer;
  beforeAll(async () => {
    azurite = await startAzurite();
    container = await AzureContainer.create(azurite, 'registry');
  });
  afterAll(() => azurite?.stop());

  test.each(cases)('%s', async (root, recorded) => {
    const env = { AZURE_STORAGE_KEY: azurite.key };
    const location = { account: azurite.account, container: 'registry', endpoint: azurite.endpoint, directory: root };
    const opened = await openAzureStore(location, { concurrency: CONCURRENCY, env });
    await pruneAsRecorded(recorded, { ...opened, put: (key, content) => container.put(`/${key}`, content) });
  });
});
