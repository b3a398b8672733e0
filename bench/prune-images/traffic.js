/**
 * Counts the requests of a list and the bytes of their responses: of the first complete listing, of every later request
 * (a "second look"), and of watches. The bytes are those of the bodies as sent, so of compressed ones if they are
 * compressed.
 */
export class Traffic {
  paths = new Map();

  /**
   * Counts a request for a list or for a watch.
   * @param hasMore true if the response is a page, and a further one follows
   */
  countList(path, bytes, hasMore) {
    const counts = this.of(path);
    const { list } = counts;
    add(list.isComplete ? counts.second : list, bytes);
    if (!hasMore) list.isComplete = true;
  }

  /** Counts a watch. */
  countWatch(path) {
    add(this.of(path).watch, 0);
  }

  /** Counts bytes that a watch has sent. */
  countEvent(path, bytes) {
    this.of(path).watch.bytes += bytes;
  }

  /** Returns the counts of all paths: `first`, `second` and `watch`, each with `requests` and `bytes`. */
  report() {
    return [...this.paths].map(([path, { list, second, watch }]) => ({
      path,
      first: { requests: list.requests, bytes: list.bytes },
      second: { ...second },
      watch: { ...watch },
    }));
  }

  of(path) {
    let counts = this.paths.get(path);
    if (!counts) {
      counts = { list: { ...none(), isComplete: false }, second: none(), watch: none() };
      this.paths.set(path, counts);
    }
    return counts;
  }
}

const none = () => ({ requests: 0, bytes: 0 });

function add(count, bytes) {
  count.requests++;
  count.bytes += bytes;
}
