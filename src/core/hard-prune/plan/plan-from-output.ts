import { compareText } from '../../model/compare-text.js';
import { parsePrunerLine } from './pruner-output.js';
import { compareLinks, freezePlan, type BlobRemoval, type HardPrunePlan, type LinkRemoval } from './types.js';
import type { RepositoryRemoval } from '../../model/registry-storage.js';

/** Collects the output of the registry's own pruner, line by line, into the plan that it executes. */
export class PrunerOutput {
  /** Messages that the pruner logged as errors. */
  readonly errors: string[] = [];
  /** Last line that was not recognized: if the process failed, it states the cause. */
  lastUnknown = '';
  private readonly repositories: RepositoryRemoval[] = [];
  private readonly manifestLinks: LinkRemoval[] = [];
  private readonly blobs: BlobRemoval[] = [];
  private bytes = 0;

  get blobCount(): number {
    return this.blobs.length;
  }

  /** Parses a line; returns false if it is not recognized. */
  take(line: string): boolean {
    const parsed = parsePrunerLine(line);
    if (parsed.kind === 'blob') this.blobs.push({ digest: parsed.digest });
    else if (parsed.kind === 'manifest-link')
      this.manifestLinks.push({ repository: parsed.repository, digest: parsed.digest });
    else if (parsed.kind === 'repository')
      this.repositories.push({ name: parsed.name, reason: 'its image stream does not exist' });
    else if (parsed.kind === 'summary-bytes') this.bytes = parsed.bytes;
    else if (parsed.kind === 'error') this.errors.push(parsed.message);
    else if (parsed.kind === 'other' && parsed.text.trim()) this.lastUnknown = parsed.text.trim();
    return parsed.kind !== 'other';
  }

  plan(): HardPrunePlan {
    return freezePlan({
      repositories: this.repositories.toSorted((a, b) => compareText(a.name, b.name)),
      manifestLinks: this.manifestLinks.toSorted(compareLinks),
      layerLinks: [],
      uploads: [],
      blobs: this.blobs.toSorted((a, b) => compareText(a.digest, b.digest)),
      bytes: this.bytes,
      abandonedUploads: 0,
      kept: [],
    });
  }
}
