import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { DockerRegistryOptions } from '../servers/docker-registry.js';
import type { Rgw } from '../servers/ceph-rgw.js';

/** A storage that a real registry and regadm use at the same time. */
export interface SoakStorage {
  /** Arguments of regadm. */
  where: string[];
  env: Record<string, string>;
  /** Options of a registry that serves it. */
  registry: DockerRegistryOptions;
  /** Returns whether a blob is in its place. */
  isStored(digest: string): Promise<boolean>;
  /** Reads a blob in its place; undefined if there is none. */
  read(digest: string): Promise<Buffer | undefined>;
  /** Lists everything of the registry, without unfinished uploads. */
  contents(): Promise<string[]>;
}

const ROOT = 'docker/registry/v2';

const blobPath = (digest: string): string => `${ROOT}/blobs/sha256/${digest.slice(7, 9)}/${digest.slice(7)}/data`;

const isContent = (file: string): boolean => !file.includes('/_uploads/');

/** A storage in a directory. */
export function directoryStorage(directory: string): SoakStorage {
  const file = (digest: string): string => path.join(directory, blobPath(digest));
  return {
    where: ['--storage', directory],
    env: {},
    registry: { storage: directory },
    isStored: (digest) => Promise.resolve(existsSync(file(digest))),
    read: (digest) => readFile(file(digest)).catch(() => undefined),
    contents: () => filesIn(path.join(directory, ROOT)),
  };
}

/** A storage in an existing bucket of Ceph. @param endpoint how regadm reaches it, such as through a proxy */
export function bucketStorage(rgw: Rgw, bucket: string, endpoint = rgw.endpoint): SoakStorage {
  const { account, accessKey: accesskey, secretKey: secretkey, endpoint: regionendpoint } = rgw;
  const s3 = { accesskey, secretkey, bucket, region: 'us-east-1', regionendpoint, secure: false };
  const read: SoakStorage['read'] = (digest) => account.read(bucket, blobPath(digest)).catch(() => undefined);
  return {
    where: [`--storage=s3://${bucket}`, `--storage-endpoint=${endpoint}`],
    env: { AWS_ACCESS_KEY_ID: accesskey, AWS_SECRET_ACCESS_KEY: secretkey },
    registry: { driver: { s3 } },
    isStored: async (digest) => (await read(digest)) !== undefined,
    read,
    contents: async () => (await account.keys(bucket)).filter((key) => key.startsWith(`${ROOT}/`)).filter(isContent),
  };
}

/** Lists files without a test environment, unlike test/support/storage-tree.ts. */
async function filesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  return files.map(({ parentPath, name }) => path.join(parentPath, name)).filter(isContent);
}
