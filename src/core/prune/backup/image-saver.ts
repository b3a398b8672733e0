import { isDiskFull } from '../../backup-directory/errors.js';
import type { RunWriter } from '../../backup-directory/run-writer.js';
import { FailureStreak } from '../../deletion/failure-streak.js';
import type { Digest } from '../../model/digest.js';
import { messageOf } from '../../model/errors.js';
import type { KubeObject } from '../../model/kube.js';
import type { RepositoryName } from '../../model/names/repository-name.js';
import { isNotSent, isRegistryFailure } from '../../registry/error.js';
import type { ImagePrunePlan } from '../plan/plan.js';
import { NotSaved, type ContentSaver, type SavedManifest } from './content-saver.js';

interface Targets {
  /** Absent: only objects are saved. */
  content?: Pick<ContentSaver, 'saveManifest'>;
  run: Pick<RunWriter, 'add'>;
  readImage: (name: Digest) => Promise<KubeObject | undefined>;
  /** The repositories from which images can be pulled, by image number. */
  repositories: ReadonlyMap<number, ReadonlySet<RepositoryName>>;
}

/** Saves images one by one: the content first, then the object. */
export class ImageSaver {
  /** Why images were not saved, by digest number. */
  readonly failed = new Map<number, string>();
  /** Images that no image stream lists, and that the registry therefore does not serve, by digest number. */
  readonly unlisted = new Map<number, string>();
  /** Manifests of images that were saved whole. */
  readonly manifests = new Map<Digest, SavedManifest>();
  /** Number of images that were saved. */
  saved = 0;
  /** Why no other image can be saved. */
  private stopped: string | undefined;
  private readonly streak = new FailureStreak(isRegistryFailure, isNotSent);

  constructor(
    private readonly plan: ImagePrunePlan,
    private readonly targets: Targets,
  ) {}

  /** Saves an image (by its number), or notes why it cannot be saved. */
  async save(image: number): Promise<void> {
    const { images, digests } = this.plan.snapshot;
    const repositories = [...(this.targets.repositories.get(image) ?? [])];
    try {
      if (this.stopped !== undefined) throw new NotSaved(this.stopped);
      await this.saveWhole(image, digests.digest(images.name(image)), repositories);
      this.saved++;
      this.streak.succeeded();
    } catch (error) {
      this.note(images.name(image), error, repositories[0]);
    }
  }

  private async saveWhole(image: number, name: Digest, repositories: RepositoryName[]): Promise<void> {
    const { images } = this.plan.snapshot;
    const isImported = !images.managed(image);
    const object = await this.targets.readImage(name);
    if (!object) throw new NotSaved('its Image object no longer exists');
    if (object.metadata.uid !== images.uid(image)) throw new NotSaved('it was deleted and pushed again');
    const manifest = await this.saveContent(name, { repositories, isImported });
    const isComplete = manifest?.isComplete ?? false;
    await this.targets.run.add('image', {
      object: { ...object, metadata: { ...object.metadata, name } },
      hasContent: isComplete,
    });
    if (!manifest || !isComplete) return;
    const stated = object.dockerImageManifestMediaType;
    const mediaType = manifest.mediaType || (typeof stated === 'string' ? stated : OCI_MANIFEST);
    this.manifests.set(name, { ...manifest, mediaType });
  }

  /** @returns undefined if there is nothing to save */
  private async saveContent(
    name: Digest,
    origin: { repositories: RepositoryName[]; isImported: boolean },
  ): Promise<SavedManifest | undefined> {
    try {
      return await this.targets.content?.saveManifest(name, origin);
    } catch (error) {
      // The registry reads an imported image from another registry, and need not have any part of it.
      if (origin.isImported && error instanceof NotSaved && error.why === 'missing') return undefined;
      throw error;
    }
  }

  private note(name: number, error: unknown, repository: RepositoryName | undefined): void {
    if (error instanceof NotSaved && error.why === 'unlisted') return void this.unlisted.set(name, messageOf(error));
    this.failed.set(name, messageOf(error));
    if (isDiskFull(error)) this.stopped ??= 'the disk of the backup is full';
    const cause = error instanceof NotSaved ? error.cause : error;
    const persistent = this.streak.failed(cause, repository);
    if (persistent) this.stopped ??= persistent.message;
  }
}

/** Only OCI manifests can lack a media type. */
const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
