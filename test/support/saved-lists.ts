import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import type { KubeObject } from '../../src/core/model/kube.js';
import { REFERRER_KIND_NAMES } from '../../src/core/model/referrers/index.js';
import { aCluster, anImageStream, anOrdinaryImage, aPod, digest } from './builders.js';

export const HOST = 'registry.example.org:5000';
export const NAMES = ['new', 'second', 'third', 'used', 'doomed'];
export const REFERRERS = [
  'pods',
  'replicationcontrollers',
  'replicasets',
  'deployments',
  'daemonsets',
  'statefulsets',
  'jobs',
  'cronjobs',
];
export const KINDS: Record<string, string> = { images: 'Image', imagestreams: 'ImageStream', ...REFERRER_KIND_NAMES };

/** Five revisions, of which a pod uses the fourth and the fifth is deleted. */
export function savedLists(): Record<string, KubeObject[]> {
  const cluster = aCluster(
    ...NAMES.map((name) => anOrdinaryImage(name)),
    anImageStream('ns/app').withTag('latest', NAMES.map(digest)),
    aPod('ns/web').running(`${HOST}/ns/app@${digest('used')}`),
  );
  return { ...Object.fromEntries(REFERRERS.map((resource) => [resource, []])), ...cluster };
}

/** Adds kind and apiVersion, as `oc get -o json` writes them. */
export const item = (resource: string, object: KubeObject): object => ({
  apiVersion: 'v1',
  kind: KINDS[resource],
  ...object,
});

/** Returns a list as `oc get RESOURCE -A -o json` writes it. */
export function listOf(resource: string, objects: KubeObject[], metadata: object = {}): object {
  return { apiVersion: 'v1', items: objects.map((object) => item(resource, object)), kind: 'List', metadata };
}

/**
 * Returns the files of a must-gather, by path. Like `oc adm inspect`, it writes a list of each resource in each
 * namespace, and each pod also to a file of its own.
 */
export function mustGather(lists: Record<string, KubeObject[]>, namespaces = ['ns']): Record<string, string> {
  const files: Record<string, string> = { 'quay-io/version': 'unknown', 'quay-io/etcd_info/member_list.json': '' };
  const add = (path: string, value: object): void => void (files[`quay-io/${path}`] = `---\n${stringify(value)}`);
  for (const [resource, objects] of Object.entries(lists)) {
    if (resource === 'images')
      for (const object of objects)
        add(`cluster-scoped-resources/image.openshift.io/images/${object.metadata.name}.yaml`, item(resource, object));
    else
      for (const namespace of namespaces) {
        const own = objects.filter(({ metadata }) => metadata.namespace === namespace);
        const items = own.map((object) => item(resource, object));
        add(`namespaces/${namespace}/${GROUPS[resource] ?? 'apps'}/${resource}.yaml`, {
          apiVersion: 'v1',
          items,
          kind: `${KINDS[resource]}List`,
          metadata: {},
        });
        if (resource === 'pods')
          for (const { metadata, ...rest } of own)
            add(
              `namespaces/${namespace}/pods/${metadata.name}/${metadata.name}.yaml`,
              item(resource, { metadata, ...rest }),
            );
      }
  }
  const config = { apiVersion: 'config.openshift.io/v1', kind: 'Image', metadata: { name: 'cluster' } };
  add('cluster-scoped-resources/config.openshift.io/images.yaml', {
    apiVersion: 'config.openshift.io/v1',
    items: [config],
    kind: 'ImageList',
    metadata: {},
  });
  return files;
}

const GROUPS: Record<string, string> = {
  pods: 'core',
  replicationcontrollers: 'core',
  imagestreams: 'image.openshift.io',
  jobs: 'batch',
  cronjobs: 'batch',
};

/** A temporary directory for saved lists. */
interface SavedDirectory {
  readonly dir: string;
  write(this: void, file: string, value: object | string): void;
  /** Writes a list of each resource that every cluster has. */
  saveLists(this: void): void;
}

/** Creates an empty directory before each test, and deletes it after the test. */
export function useDirectory(): SavedDirectory {
  let dir = '';
  beforeEach(() => (dir = mkdtempSync(path.join(tmpdir(), 'regadm-lists-'))));
  afterEach(() => rmSync(dir, { recursive: true }));
  const write: SavedDirectory['write'] = (file, value) => {
    mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
    writeFileSync(path.join(dir, file), typeof value === 'string' ? value : JSON.stringify(value));
  };
  return {
    get dir() {
      return dir;
    },
    write,
    saveLists: () => {
      for (const [resource, objects] of Object.entries(savedLists()))
        write(`${resource}.json`, listOf(resource, objects));
    },
  };
}
