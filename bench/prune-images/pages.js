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
    const head = Buffer.from(
      `${JSON.stringify({ kind: kind?.list ?? 'List', apiVersion: kind?.apiVersion ?? 'v1', metadata }).slice(0, -1)},"items":[`,
    );
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
