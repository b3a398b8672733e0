import { countsFor } from './shape.js';
import { kinds } from './objects.js';
import { Changes } from './changes.js';

/** Maximum size of the cache, in bytes. Further pages are rendered for every reader. */
const MOST_CACHED_BYTES = 1.5e9;
const METADATA_ONLY = { list: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1' };

/** Renders and caches the pages of a cluster's lists. */
export class Pages {
  cached = new Map();
  cachedBytes = 0;
  changes = new Changes();
  numbers = new Map();

  constructor(images, host) {
    this.counts = countsFor(images);
    this.kinds = kinds(host);
  }

  /**
   * Returns a page: `head` and `items`, whose bytes follow each other, and whether more pages follow.
   * @param token of the former page; empty for the first one
   * @param metadataOnly true for the metadata of the objects only
   */
  page({ resource, limit, token, metadataOnly }) {
    const { changes } = this;
    const [version, from] = token ? token.split('.').map(Number) : [changes.version, 0];
    const { items, next } = this.items({ resource, limit, from, metadataOnly, version });
    const remaining = (this.counts[resource] ?? 0) - next - changes.removedFrom(resource, next, version);
    const metadata = {
      resourceVersion: String(version),
      ...(remaining > 0 ? { continue: `${version}.${next}`, remainingItemCount: remaining } : {}),
    };
    return { head: this.head(resource, metadataOnly, metadata), items, hasMore: remaining > 0 };
  }

  /** Returns the list of the objects with a name. */
  named({ resource, name, metadataOnly }) {
    const number = this.numberOf(resource, name);
    const found =
      this.object(resource, number)?.metadata.name === name ? [this.part(resource, number, metadataOnly)] : [];
    const metadata = { resourceVersion: String(this.changes.version) };
    const items = Buffer.concat([...found.map(({ bytes }) => bytes()), Buffer.from(']}\n')]);
    return { head: this.head(resource, metadataOnly, metadata), items, hasMore: false };
  }

  /** Returns a list without objects, as of a namespace that has none. */
  empty(resource) {
    const metadata = { resourceVersion: String(this.changes.version) };
    return { ...typeOf(resource, this.kinds[resource]), metadata, items: [] };
  }

  /** Returns an object with a number; undefined if it does not exist. */
  object(resource, number) {
    if (!(number < this.counts[resource])) return undefined;
    const state = this.changes.stateOf(resource, number);
    if (state) return state.object;
    const { list, apiVersion } = this.kinds[resource];
    const { bytes } = this.part(resource, number, false);
    return { kind: list.slice(0, -'List'.length), apiVersion, ...JSON.parse(bytes()) };
  }

  /** Returns the number of an object by its name. */
  numberOf(resource, name) {
    if (resource !== 'images') return Number(/\d+$/.exec(name)?.[0]);
    if (this.numbers.size === 0)
      for (let image = 0; image < this.counts.images; image++)
        this.numbers.set(this.object('images', image).metadata.name, image);
    return this.numbers.get(name);
  }

  remove(resource, number) {
    this.changes.remove(resource, number, this.object(resource, number));
    this.forget(resource);
  }

  replace(resource, number, object) {
    this.forget(resource);
    return this.changes.replace(resource, number, object);
  }

  head(resource, metadataOnly, metadata) {
    const kind = metadataOnly ? METADATA_ONLY : this.kinds[resource];
    return Buffer.from(`${JSON.stringify({ ...typeOf(resource, kind), metadata }).slice(0, -1)},"items":[`);
  }

  /** Returns the bytes of a page, from the cache if nothing has changed after its version. */
  items(page) {
    const { resource, limit, from, metadataOnly, version } = page;
    if (version < this.changes.lastOf(resource)) return this.render(page);
    const key = `${resource} ${metadataOnly} ${limit} ${from}`;
    const rendered = this.cached.get(key) ?? this.render(page);
    if (!this.cached.has(key) && this.cachedBytes < MOST_CACHED_BYTES) {
      this.cached.set(key, rendered);
      this.cachedBytes += rendered.items.length;
    }
    return rendered;
  }

  forget(resource) {
    for (const [key, { items }] of this.cached)
      if (key.startsWith(`${resource} `)) {
        this.cached.delete(key);
        this.cachedBytes -= items.length;
      }
  }

  render({ resource, limit, from, metadataOnly, version }) {
    const count = this.counts[resource] ?? 0;
    const parts = [];
    let next = from;
    for (; next < count && parts.length < limit; next++)
      if (!this.changes.isRemoved(resource, next, version))
        parts.push(this.part(resource, next, metadataOnly, version));
    const items = Buffer.allocUnsafe(parts.reduce((sum, { length }) => sum + length + 1, parts.length > 0 ? 2 : 3));
    let at = 0;
    for (const part of parts) {
      if (at > 0) items[at++] = 44;
      part.write(items, at);
      at += part.length;
    }
    items.write(']}\n', at, 'latin1');
    return { items, next };
  }

  /** Returns an object of a list: its length, and functions that write its bytes. */
  part(resource, number, metadataOnly, version) {
    const replaced = this.changes.stateOf(resource, number, version)?.object;
    if (replaced)
      return partOf(metadataOnly ? metadataOf(replaced) : { ...replaced, kind: undefined, apiVersion: undefined });
    const { template: whole, values } = this.kinds[resource].object(number);
    const template = metadataOnly ? whole.metadata : whole;
    const write = (target, at) => template.render(values, target, at);
    const bytes = () => {
      const target = Buffer.alloc(template.length);
      write(target, 0);
      return target;
    };
    return { length: template.length, write, bytes };
  }
}

function partOf(object) {
  const bytes = Buffer.from(JSON.stringify(object));
  return { length: bytes.length, write: (target, at) => bytes.copy(target, at), bytes: () => bytes };
}

const metadataOf = ({ metadata }) => ({
  kind: 'PartialObjectMetadata',
  apiVersion: METADATA_ONLY.apiVersion,
  metadata,
});

/** Lists that are empty in every benchmark: kind of an object and API version. */
const EMPTY = {
  replicationcontrollers: ['ReplicationController', 'v1'],
  limitranges: ['LimitRange', 'v1'],
  podtemplates: ['PodTemplate', 'v1'],
  deployments: ['Deployment', 'apps/v1'],
  daemonsets: ['DaemonSet', 'apps/v1'],
  statefulsets: ['StatefulSet', 'apps/v1'],
  controllerrevisions: ['ControllerRevision', 'apps/v1'],
  jobs: ['Job', 'batch/v1'],
  cronjobs: ['CronJob', 'batch/v1'],
  deploymentconfigs: ['DeploymentConfig', 'apps.openshift.io/v1'],
  buildconfigs: ['BuildConfig', 'build.openshift.io/v1'],
};

/** Returns the kind and version that a real server states for a list. */
function typeOf(resource, kind) {
  if (kind) return { kind: kind.list, apiVersion: kind.apiVersion };
  const [name = '', apiVersion = 'v1'] = EMPTY[resource] ?? [];
  return { kind: `${name}List`, apiVersion };
}

/** Returns the kind and the API version of the objects of a list. */
export function kindOf(pages, resource) {
  const { kind, apiVersion } = typeOf(resource, pages.kinds[resource]);
  return { kind: kind.slice(0, -'List'.length), apiVersion };
}
