import { countsFor } from './shape.js';
import { kinds } from './objects.js';

/** Maximum size of the cache, in bytes. Further pages are rendered for every reader. */
const MOST_CACHED_BYTES = 1.5e9;

/** Renders and caches the pages of a cluster's lists. */
export class Pages {
  cached = new Map();
  cachedBytes = 0;

  constructor(images, host) {
    this.counts = countsFor(images);
    this.kinds = kinds(host);
  }

  /** Returns one page as bytes. @param from number of the first object, which is the `continue` token */
  page(resource, limit, from) {
    const key = `${resource} ${limit} ${from}`;
    let page = this.cached.get(key);
    if (page) return page;
    page = this.render(resource, limit, from);
    if (this.cachedBytes < MOST_CACHED_BYTES) {
      this.cached.set(key, page);
      this.cachedBytes += page.length;
    }
    return page;
  }

  /** Returns a list without objects, as of a namespace that has none. */
  empty(resource) {
    const metadata = { resourceVersion: '100000' };
    return { ...typeOf(resource, this.kinds[resource]), metadata, items: [] };
  }

  object(resource, number) {
    const { template, values } = this.kinds[resource].object(number);
    const target = Buffer.alloc(template.length);
    template.render(values, target, 0);
    return target;
  }

  render(resource, limit, from) {
    const count = this.counts[resource] ?? 0;
    const kind = this.kinds[resource];
    const to = Math.min(count, from + limit);
    const metadata = {
      resourceVersion: '100000',
      ...(to < count ? { continue: String(to), remainingItemCount: count - to } : {}),
    };
    const head = Buffer.from(`${JSON.stringify({ ...typeOf(resource, kind), metadata }).slice(0, -1)},"items":[`);
    const objects = Array.from({ length: Math.max(0, to - from) }, (_, at) => kind.object(from + at));
    const length = objects.reduce((sum, { template }) => sum + template.length + 1, head.length + 3);
    const page = Buffer.allocUnsafe(length);
    let at = head.copy(page, 0);
    for (const [index, { template, values }] of objects.entries()) {
      if (index > 0) page[at++] = 44;
      template.render(values, page, at);
      at += template.length;
    }
    at += page.write(']}\n', at, 'latin1');
    return page.subarray(0, at);
  }
}

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
