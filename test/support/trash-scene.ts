import { SILENT } from '../../src/core/kit/reporter.js';
import type { KubeObject } from '../../src/core/model/kube.js';
import type { LinkFile } from '../../src/core/storage/trash.js';
import { lookAtUses, type Look } from '../../src/core/trash-store/look.js';
import type { JournalEntry, RegistryProcesses } from '../../src/core/trash-store/model.js';
import type { TrashPorts } from '../../src/core/trash-store/ports.js';
import { withTrashSession, type TrashSession } from '../../src/core/trash-store/session.js';
import { readTrashState, type TrashState } from '../../src/core/trash-store/state.js';
import { aResponse, fakeApi } from './fake-api.js';
import { MemoryStorage } from './memory-storage.js';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** A registry whose storage is in memory: its processes, and what its cluster lists. */
export class TrashScene {
  readonly storage = new MemoryStorage();
  readonly images: KubeObject[] = [];
  readonly streams: KubeObject[] = [];
  /** Undefined: they cannot be read. */
  processes: RegistryProcesses | undefined = { ids: ['a'], usesRedis: false };
  /** Called before images are listed, or streams. */
  onList: (path: string) => void = () => {};
  private readonly abort = new AbortController();

  readonly ports: TrashPorts = {
    storage: this.storage.asStorage(),
    api: fakeApi(({ path }) => {
      this.onList(path);
      const [kind, items] = path.endsWith('imagestreams')
        ? ['ImageStreamList', this.streams]
        : ['ImageList', this.images];
      return aResponse(200, {
        kind,
        apiVersion: 'image.openshift.io/v1',
        metadata: { resourceVersion: '1' },
        items,
      });
    }).api,
    reporter: SILENT,
    signal: this.abort.signal,
    processes: () => Promise.resolve(this.processes),
  };

  /** Interrupts the run. */
  interrupt(): void {
    this.abort.abort(new Error('interrupted'));
  }

  /** Lets the storage's clock pass. */
  wait(ms: number): void {
    this.storage.time += ms;
  }

  session<T>(action: (session: TrashSession) => Promise<T>, discardMarks = false): Promise<T> {
    return withTrashSession(this.ports, { discardMarks }, action);
  }

  /** Reads the state without the lease. */
  read(discardMarks = false): Promise<TrashState> {
    return readTrashState(this.ports, { discardMarks });
  }

  look(state: TrashState, ...wanted: string[]): Promise<Look> {
    return lookAtUses(this.ports, state, wanted);
  }

  /** Makes the cluster use a blob: the layer of an image. */
  use(hex: string, name = 'f'.repeat(64)): void {
    this.images.push(anImage(name, `sha256:${hex}`));
  }

  /** What the journal records of a blob. */
  entry(hex: string, links: LinkFile[] = []): JournalEntry {
    return { hex, bytes: this.storage.blobs.get(hex)?.length ?? 0, links };
  }
}

/** Builds an Image object that names one layer, and states its config. */
export function anImage(name: string, layer: string): KubeObject {
  return {
    metadata: { name: `sha256:${name}` },
    dockerImageManifestMediaType: 'application/vnd.docker.distribution.manifest.v2+json',
    dockerImageMetadata: { Id: `sha256:${'0'.repeat(64)}`, Size: 1 },
    dockerImageLayers: [{ name: layer, size: 1, mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip' }],
  };
}

/** Describes a layer link of a blob. */
export const layerLink = (repository: string, hex: string): LinkFile => ({
  repository,
  kind: 'layer',
  path: `sha256:${hex}`,
  digest: `sha256:${hex}` as LinkFile['digest'],
});
