import { EventEmitter, once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { qualifiedName } from '../../src/core/cluster/resources.js';
import type { WatchSink } from '../../src/core/cluster/watch.js';
import type { ClusterReads } from '../../src/core/prune/ports.js';
import type { SandboxStore } from '../../src/sandbox/index.js';

/** An open watch of a run. */
interface OpenWatch {
  /** Qualified name. */
  resource: string;
  /** Resource version up to which it has shown every change. */
  version: number;
}

/** Observes what a run in this process has read, so that a test can wait until the run knows the present state. */
export class ObservedReads {
  private readonly watches = new Set<OpenWatch>();
  private lists = 0;
  private readonly changes = new EventEmitter();

  /** Returns the same reads, observed. */
  observe(reads: ClusterReads): ClusterReads {
    return {
      ...reads,
      readList: (...args) => this.duringList(reads.readList(...args)),
      listAny: (...args) => this.duringList(reads.listAny(...args)),
      listReferrers: (...args) => this.duringList(reads.listReferrers(...args)),
      listMetadata: (...args) => this.duringList(reads.listMetadata(...args)),
      watch: (resource, options, sink) => {
        const watch = { resource: qualifiedName(resource), version: Number(options.resourceVersion) };
        const ended = reads.watch(resource, options, this.observeWatch(watch, sink));
        return ended.finally(() => this.note(() => this.watches.delete(watch)));
      },
    };
  }

  /** Resolves when every open watch has shown all changes of its resource, and no list is being read. */
  async areCurrent(store: SandboxStore): Promise<void> {
    for (;;) {
      if (!this.isCurrent(store)) await once(this.changes, 'change');
      // A list that follows another one, or a watch that follows an ended one, is requested before the next turn.
      await nextTurn();
      if (this.isCurrent(store)) return;
    }
  }

  private observeWatch(watch: OpenWatch, sink: WatchSink): WatchSink {
    return {
      opened: (close) => {
        this.note(() => this.watches.add(watch));
        sink.opened(close);
      },
      event: (type, object, bytes) => sink.event(type, object, bytes),
      progress: (resourceVersion) => {
        sink.progress(resourceVersion);
        this.note(() => (watch.version = Number(resourceVersion)));
      },
    };
  }

  private async duringList<T>(list: Promise<T>): Promise<T> {
    this.lists++;
    try {
      return await list;
    } finally {
      this.note(() => this.lists--);
    }
  }

  private isCurrent(store: SandboxStore): boolean {
    return this.lists === 0 && [...this.watches].every(({ resource, version }) => version >= newest(store, resource));
  }

  private note(change: () => unknown): void {
    change();
    this.changes.emit('change');
  }
}

/** Returns the highest resource version of the objects of a resource. */
function newest(store: SandboxStore, resource: string): number {
  return Math.max(0, ...store.list(resource).map(({ metadata }) => Number(metadata.resourceVersion)));
}
