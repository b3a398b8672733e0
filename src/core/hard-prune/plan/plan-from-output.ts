import { compareText } from '../../model/values/compare-text.js';
import { sha256Hex } from '../../model/digest.js';
import type { SeenStorage } from '../../orphans/plan/own-storage.js';
import { parsePrunerLine } from './pruner-output.js';
import {
  compareLinks,
  freezePlan,
  type BlobRemoval,
  type HardPrunePlan,
  type LinkRemoval,
} from '../../orphans/plan/types.js';
import type { RepositoryRemoval } from '../../model/registry-storage.js';
import type { ClusterUsage } from '../../orphans/plan/usage.js';

/** The images that are looked for in the output. */
type Images = Pick<ClusterUsage, 'images' | 'managed'>;

const NO_IMAGES: Images = { images: new Set(), managed: new Set() };

/** Collects the output of the registry's own pruner, line by line, into the plan that it executes. */
export class PrunerOutput {
  /** Messages that the pruner logged as errors. */
  readonly errors: string[] = [];
  /** Messages that it logged as warnings. */
  readonly warnings: string[] = [];
  /** True if it stated what it keeps: it does so only with the log level debug. */
  statesKept = false;
  /** True if it printed its summary, which is its last output: without it, lines can be missing. */
  hasSummary = false;
  /** Last line that was not recognized: if the process failed, it states the cause. */
  lastUnknown = '';
  private readonly repositories: RepositoryRemoval[] = [];
  private readonly manifestLinks: LinkRemoval[] = [];
  private readonly blobs: BlobRemoval[] = [];
  private bytes = 0;
  private keptBlobs = 0;
  private seenRepositories = 0;
  private hasImages = false;
  private readonly managed = new Set<string>();

  constructor(private readonly images: Images = NO_IMAGES) {}

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
    else if (parsed.kind === 'summary-blobs') this.hasSummary = true;
    else if (parsed.kind === 'summary-bytes') this.bytes = parsed.bytes;
    else if (parsed.kind === 'kept-blob') this.keep(sha256Hex(parsed.digest) ?? '');
    else if (parsed.kind === 'repository-seen') this.seenRepositories++;
    else if (parsed.kind === 'blobs-begin') this.statesKept = true;
    else if (parsed.kind === 'error') this.errors.push(parsed.message);
    else if (parsed.kind === 'warning') this.warnings.push(parsed.message);
    else if (parsed.kind === 'other' && parsed.text.trim()) this.lastUnknown = parsed.text.trim();
    return parsed.kind !== 'other';
  }

  private keep(hex: string): void {
    this.keptBlobs++;
    if (this.images.images.has(hex)) this.hasImages = true;
    if (this.images.managed.has(hex)) this.managed.add(hex);
  }

  /** Why the blobs were not searched; undefined if they were. */
  get notSwept(): string | undefined {
    const found = this.warnings.find((message) => message.startsWith('No repositories found'));
    return found && `the registry's own pruner did not search the blobs: ${found}`;
  }

  /** Returns what the pruner saw in the storage. */
  get storage(): SeenStorage {
    return {
      repositories: this.seenRepositories,
      blobs: this.keptBlobs + this.blobs.length,
      hasImages: this.hasImages,
      managed: this.managed,
    };
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
