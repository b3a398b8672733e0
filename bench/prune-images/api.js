/** The API server of the benchmark's cluster: lists, watches, and changes of images and image streams. */
import { kindOf, Pages } from './pages.js';

/** Resources that the pruner role may watch. */
const WATCHED_BY_PRUNERS = ['images', 'imagestreams'];
/** The only field selector that is known. */
const NAME = /^metadata\.name=(.+)$/;
const METADATA_ONLY = /\bas=PartialObjectMetadataList\b/;
/** Interval of bookmarks in ms, and how long before the end of a watch the last one is sent (k8s.io/apiserver). */
const BOOKMARK_MS = 60_000;
const BEFORE_END_MS = 2000;

/** Returns the cluster's configuration objects, by path. @param host `host:port` of the registry */
const configuration = (host) => ({
  '/apis/config.openshift.io/v1/images/cluster': {
    kind: 'Image',
    apiVersion: 'config.openshift.io/v1',
    status: { internalRegistryHostname: host },
  },
  '/apis/imageregistry.operator.openshift.io/v1/configs/cluster': {
    kind: 'Config',
    apiVersion: 'imageregistry.operator.openshift.io/v1',
    spec: { managementState: 'Managed' },
    status: {},
  },
});

export class Api {
  /** @param options `watch`: `pruner` for what the pruner role may watch, `all`, or `none` */
  constructor({ images, host, watch = 'pruner' }) {
    this.pages = new Pages(images, host);
    this.configuration = configuration(host);
    this.mayWatch = (resource) => watch === 'all' || (watch === 'pruner' && WATCHED_BY_PRUNERS.includes(resource));
  }

  /**
   * Answers a request.
   * @returns the `status`, the `body` or `page`, and for a watch a function `watch` that writes its events. `list` is
   *   the path of a list or watch
   */
  answer({ method, url, headers }, body) {
    const { pathname } = url;
    const parts = pathname.split('/').filter(Boolean);
    const object = this.configuration[pathname];
    // No custom resources.
    if (pathname === '/apis') return { body: { kind: 'APIGroupList', apiVersion: 'v1', groups: [] } };
    if (method === 'GET' && object) return { body: { ...object, metadata: { name: 'cluster' } } };
    if (method === 'POST') return { status: 201, body: { ...JSON.parse(body), status: { allowed: true } } };
    const [, resource, name] = /\/v1\/(?:namespaces\/[^/]+\/)?([^/]+)\/?([^/]*)/.exec(pathname) ?? [];
    if (name) return this.object(method, { resource, name }, body);
    if (url.searchParams.get('watch')) return this.watch(pathname, resource, url.searchParams);
    const selected = NAME.exec(url.searchParams.get('fieldSelector') ?? '')?.[1];
    if (parts.includes('namespaces') && !selected) return { body: this.pages.empty(resource) };
    // What is read of a namespace counts as read of the whole list.
    const list = pathname.replace(/\/namespaces\/[^/]+/, '');
    const metadataOnly = METADATA_ONLY.test(headers.accept);
    if (selected) return { list, page: this.pages.named({ resource, name: selected, metadataOnly }) };
    return this.list(list, resource, { query: url.searchParams, metadataOnly });
  }

  /** Changes a pod, as the kubelet does when it reports a status. */
  changePod() {
    const { pages } = this;
    const pod = Math.floor(Math.random() * pages.counts.pods);
    pages.replace('pods', pod, pages.object('pods', pod));
  }

  /** The cache of a real server, which a list of version 0 is read from, ignores the limit. */
  list(path, resource, { query, metadataOnly }) {
    const version = query.get('resourceVersion') ?? '';
    if (Number(version) > this.pages.changes.version) return failure(504, 'Timeout', 'Too large resource version');
    const limit = version === '0' ? Infinity : Number(query.get('limit') || Infinity);
    const token = query.get('continue') ?? '';
    return { list: path, page: this.pages.page({ resource, limit, token, metadataOnly }) };
  }

  object(method, { resource, name }, body) {
    const { pages } = this;
    const number = ['images', 'imagestreams'].includes(resource) ? pages.numberOf(resource, name) : undefined;
    const object = pages.object(resource, number);
    if (!object) return failure(404, 'NotFound', `${resource} "${name}" not found`, { kind: resource, name });
    if (method === 'GET') return { body: object };
    if (method === 'DELETE') {
      pages.remove(resource, number);
      const details = { name, kind: resource, group: 'image.openshift.io', uid: object.metadata.uid };
      return { body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details } };
    }
    const written = JSON.parse(body);
    if (written.metadata.resourceVersion !== object.metadata.resourceVersion)
      return failure(409, 'Conflict', 'the object has been modified');
    return { body: pages.replace(resource, number, written) };
  }

  watch(path, resource, query) {
    if (!this.mayWatch(resource)) return failure(403, 'Forbidden');
    const { changes } = this.pages;
    const version = Number(query.get('resourceVersion'));
    const timeout = Number(query.get('timeoutSeconds')) * 1000;
    const watch = (write, end) => {
      const send = (type, object) => write(`${JSON.stringify({ type, object })}\n`);
      const bookmark = () =>
        send('BOOKMARK', {
          ...kindOf(this.pages, resource),
          metadata: { resourceVersion: String(changes.version), creationTimestamp: null },
        });
      const stop = changes.watch(resource, version, ({ type, object }) => send(type, object));
      const timers = [setInterval(bookmark, BOOKMARK_MS)];
      if (timeout > 0) timers.push(setTimeout(bookmark, timeout - BEFORE_END_MS), setTimeout(end, timeout));
      return () => {
        stop();
        for (const timer of timers) clearTimeout(timer);
      };
    };
    return { list: path, watch };
  }
}

const failure = (code, reason, message = reason, details = undefined) => ({
  status: code,
  body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason, details, code },
});
