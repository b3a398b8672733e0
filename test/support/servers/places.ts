import type { requires } from '../jest/requires.js';
import { AzureContainer } from './azure-container.js';
import { startAzurite } from './azurite.js';
import { RGW_PROGRAMS, startRgw } from './ceph-rgw.js';
import { startStorageProxy, type StorageProxy } from './storage-proxy.js';
import { startSwift, SWIFT_PROGRAMS } from './swift-server.js';

/** An object store with a registry in it, behind a proxy. */
export interface Place {
  proxy: StorageProxy;
  env: Record<string, string>;
  secrets: string[];
  /** Makes an empty container. */
  create(container: string): Promise<Container>;
  /** Kind of request that deletes blobs. */
  deletion: string;
  stop(): Promise<void>;
}

/** A container, or a bucket. */
export interface Container {
  /** Flags that name it. */
  args: string[];
  put(key: string, content: string): Promise<void>;
  keys(): Promise<string[]>;
}

async function startSwiftPlace(): Promise<Place> {
  const swift = await startSwift();
  const proxy = await startStorageProxy(swift);
  return {
    proxy,
    env: { ST_AUTH: `${proxy.url}/auth/v1.0`, ST_USER: swift.user, ST_KEY: swift.key },
    secrets: [swift.key],
    deletion: 'DELETE',
    async create(container) {
      await swift.account.createContainer(container);
      return {
        args: ['--storage', `swift://${container}/some/prefix`],
        async put(key, content) {
          const name = `some/prefix/files/${key}`;
          if (!key.endsWith('/data')) return swift.account.put(container, name, content);
          const segments = `some/prefix/segments/${key.slice(-69, -66)}/${key.slice(-66, -5)}`;
          await swift.account.put(container, `${segments}/0000000000000001`, content);
          await swift.account.put(container, name, '', { 'x-object-manifest': `${container}/${segments}` });
        },
        keys: () => swift.account.keys(container),
      };
    },
    async stop() {
      await proxy.close();
      await swift.stop();
    },
  };
}

async function startAzurePlace(): Promise<Place> {
  const azurite = await startAzurite();
  const proxy = await startStorageProxy(azurite);
  const endpoint = `${proxy.url}/${azurite.account}`;
  return {
    proxy,
    env: { AZURE_STORAGE_KEY: azurite.key },
    secrets: [azurite.key],
    deletion: 'batch',
    async create(name) {
      const container = await AzureContainer.create(azurite, name);
      return {
        args: ['--storage', `azure://${azurite.account}/${name}`, '--storage-endpoint', endpoint],
        put: (key, content) => container.put(`/${key}`, content),
        keys: () => container.keys(),
      };
    },
    async stop() {
      await proxy.close();
      await azurite.stop();
    },
  };
}

async function startRgwPlace(): Promise<Place> {
  const rgw = await startRgw();
  const proxy = await startStorageProxy(rgw);
  return {
    proxy,
    env: { AWS_ACCESS_KEY_ID: rgw.accessKey, AWS_SECRET_ACCESS_KEY: rgw.secretKey },
    secrets: [rgw.accessKey, rgw.secretKey],
    deletion: 'DeleteObjects',
    async create(bucket) {
      await rgw.account.createContainer(bucket);
      return {
        args: ['--storage', `s3://${bucket}/some/root`, '--storage-endpoint', proxy.url],
        put: (key, content) => rgw.account.put(bucket, `some/root/${key}`, content),
        keys: () => rgw.account.keys(bucket),
      };
    },
    async stop() {
      await proxy.close();
      await rgw.stop();
    },
  };
}

/** How to start an object store, and the programs that it needs. */
interface PlaceKind {
  name: string;
  needs: Parameters<typeof requires>;
  start(): Promise<Place>;
}

export const SWIFT_PLACE: PlaceKind = { name: 'Swift', needs: [...SWIFT_PROGRAMS], start: startSwiftPlace };
export const AZURE_PLACE: PlaceKind = { name: 'Azure', needs: ['azurite-blob'], start: startAzurePlace };
export const RGW_PLACE: PlaceKind = { name: 'Ceph RGW', needs: [...RGW_PROGRAMS], start: startRgwPlace };
