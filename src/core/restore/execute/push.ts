import type { Backup } from '../../backup-directory/open.js';
import type { Digest } from '../../model/digest.js';
import type { RepositoryName } from '../../model/names/repository-name.js';
import type { ManifestContent, Registry } from '../../registry/api.js';
import { pushedManifest, savedManifest } from '../gather/needs.js';
import { manifestNeeds, type NeededBlob } from '../plan/manifest-needs.js';
import type { PlannedImage } from '../plan/plan.js';
import { savedBlob } from './blob-source.js';

interface PushInput {
  backup: Pick<Backup, 'blobs'>;
  registry: Registry;
  /** Repositories that are known to have a blob. */
  holders: ReadonlyMap<Digest, ReadonlySet<RepositoryName>>;
  signal: AbortSignal;
}

/** Pushes images: blobs before manifests, each blob of a repository once. */
export class Pusher {
  private readonly pushing = new Map<string, Promise<void>>();
  private readonly holders: Map<Digest, Set<RepositoryName>>;
  private readonly addedBlobs = new Map<Digest, number>();

  constructor(private readonly input: PushInput) {
    this.holders = new Map([...input.holders].map(([digest, names]) => [digest, new Set(names)]));
  }

  /** Configs and layers that were added to repositories, without duplicates. */
  get added(): { blobs: number; bytes: number } {
    return { blobs: this.addedBlobs.size, bytes: [...this.addedBlobs.values()].reduce((sum, bytes) => sum + bytes, 0) };
  }

  /**
   * Pushes to every repository what it lacks of an image. The children of an index must have been pushed.
   * @throws RegistryError; Error if the backup is damaged
   */
  async push({ name, targets }: PlannedImage): Promise<void> {
    const { registry, signal } = this.input;
    for (const { repository, manifest, blobs } of targets) {
      for (const blob of blobs) await this.ensureBlob(repository, blob);
      if (!manifest) continue;
      const content = await this.manifestOf(
        name,
        targets.map((target) => target.repository),
      );
      await registry.putManifest(repository, name, content, { signal });
    }
  }

  private async manifestOf(name: Digest, repositories: readonly RepositoryName[]): Promise<ManifestContent> {
    const { backup, registry, signal } = this.input;
    const saved = await savedManifest(backup, name);
    if (saved) return { content: saved, mediaType: manifestNeeds(saved).mediaType };
    const found = await pushedManifest(registry, { name, repositories }, signal);
    if (!found) throw new Error('its manifest is neither in the registry nor in the backup');
    return found;
  }

  /** Mounts or uploads a blob, once for all images of a repository that share it. */
  private ensureBlob(repository: RepositoryName, blob: NeededBlob): Promise<void> {
    const key = `${repository}@${blob.digest}`;
    const known = this.pushing.get(key) ?? this.addBlob(repository, blob);
    this.pushing.set(key, known);
    return known;
  }

  private async addBlob(repository: RepositoryName, { digest, bytes }: NeededBlob): Promise<void> {
    const { backup, registry, signal } = this.input;
    const holders = this.holders.get(digest) ?? new Set();
    if (!(await this.mount(repository, digest, [...holders]))) {
      const source = await savedBlob(backup, digest);
      if (!source) throw new Error(`blob ${digest} is neither in the registry nor in the backup`);
      await registry.uploadBlob(repository, digest, source, { signal });
    }
    this.addedBlobs.set(digest, bytes);
    this.holders.set(digest, holders.add(repository));
  }

  private async mount(repository: RepositoryName, digest: Digest, from: readonly RepositoryName[]): Promise<boolean> {
    const { registry, signal } = this.input;
    for (const holder of from) {
      if (holder !== repository && (await registry.mountBlob(repository, digest, holder, { signal }))) return true;
    }
    return false;
  }
}
