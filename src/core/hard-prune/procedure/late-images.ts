import type { ClusterApi } from '../../cluster/api.js';
import { IMAGES } from '../../cluster/resources.js';
import type { Failure } from '../../model/document.js';
import { messageOf } from '../../model/errors.js';
import type { KubeObject } from '../../model/kube.js';
import { describeLateImage } from '../../model/late-image.js';
import { ImageUses, type Collector } from '../gather/collectors.js';
import { collect } from '../gather/usage.js';
import type { Deletions } from '../report.js';

/**
 * Finds the images that need a blob which a run has deleted. They were pushed during the run, because every image that
 * the run knew kept its blobs. Read-only mode excludes pushes, but not Image objects that another user creates.
 * @returns a failure for each such image, and one if the images cannot be read
 */
export async function findLateImages(api: ClusterApi, { plan, outcomes }: Deletions): Promise<Failure[]> {
  const deleted = plan.blobs.filter((_, at) => outcomes.blobs[at]?.status === 'deleted').map(({ digest }) => digest);
  if (deleted.length === 0) return [];
  try {
    const { late } = await collect(api, IMAGES, () => new LateImages(new Set(deleted)));
    return late.map(({ name, needed }) => ({ target: `image ${name}`, message: describeLateImage(needed) }));
  } catch (error) {
    const message = `whether images that were pushed during the run need deleted blobs is unknown: ${messageOf(error)}`;
    return [{ target: 'the run', message }];
  }
}

/** Collects the images that need one of the deleted blobs, which may be manifests too. */
class LateImages implements Collector {
  readonly late: { name: string; needed: string[] }[] = [];

  constructor(private readonly deleted: ReadonlySet<string>) {}

  add(image: KubeObject): void {
    const uses = new ImageUses();
    uses.add(image);
    const needed = [...uses.inUse.keys()].map((hex) => `sha256:${hex}`).filter((digest) => this.deleted.has(digest));
    if (needed.length > 0) this.late.push({ name: image.metadata.name, needed });
  }
}
