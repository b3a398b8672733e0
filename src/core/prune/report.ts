import type { ImagePrunePlan, PlannedStream } from './plan/plan.js';

/** What became of one planned thing. `planned` in a dry run, and where a run ended before its turn. */
export const STATUS = { planned: 0, deleted: 1, gone: 2, skipped: 3, failed: 4 } as const;
export type StatusCode = (typeof STATUS)[keyof typeof STATUS];

/** What became of a stream and of what the plan takes from its repository; arrays run parallel to those of its `PlannedStream`. */
export interface StreamOutcome {
  /** `deleted` stands for `updated`. */
  status: StatusCode;
  /** Why it was skipped, or how it failed. */
  note?: string;
  items: Uint8Array;
  layerLinks: Uint8Array;
  manifestLinks: Uint8Array;
}

/** What became of a plan. Arrays run parallel to those of the plan; notes (why skipped, how failed) are kept apart since most have none. */
export interface PruneOutcome {
  streams: StreamOutcome[];
  images: Uint8Array;
  imageNotes: Map<number, string>;
  blobs: Uint8Array;
  blobNotes: Map<number, string>;
}

/** A failure for the list at the end: what it concerned and what the server said. */
export interface Failure {
  target: string;
  message: string;
}

/** One check before the first deletion. */
export interface PreflightCheck {
  check: string;
  ok: boolean;
  message: string;
  suggestion?: string;
}

/** Everything that `regadm prune images` has to say at its end; every output format is made from it. */
export interface ImagePruneReport {
  dryRun: boolean;
  startedAt: Date;
  finishedAt: Date;
  /** `--keep-younger-than` as it was written. */
  keepYoungerThan: string;
  plan: ImagePrunePlan;
  outcome: PruneOutcome;
  /** The registry that was found; absent when it was not contacted. */
  registry?: { url: string; verified: boolean };
  preflight: PreflightCheck[];
  warnings: string[];
  failures: Failure[];
  /** Mean size of an Image object in the lists, in bytes: what etcd is freed of is told from it. */
  imageObjectBytes: number;
  /** True when the run was ended by a signal before all was done. */
  interrupted?: boolean;
}

/** An outcome in which nothing has happened yet. */
export function emptyOutcome(plan: ImagePrunePlan): PruneOutcome {
  return {
    streams: plan.streams.map(emptyStreamOutcome),
    images: new Uint8Array(plan.images.length),
    imageNotes: new Map(),
    blobs: new Uint8Array(plan.blobs.length),
    blobNotes: new Map(),
  };
}

function emptyStreamOutcome({ items, layerLinks, manifestLinks }: PlannedStream): StreamOutcome {
  return {
    status: STATUS.planned,
    items: new Uint8Array(items.length),
    layerLinks: new Uint8Array(layerLinks.length),
    manifestLinks: new Uint8Array(manifestLinks.length),
  };
}

/** Counts as `oc` counts them: of what was done, or in a dry run of what would be. Bytes are those of blobs. */
export interface PruneSummary {
  images: number;
  imageStreams: number;
  imageStreamTagItems: number;
  layerLinks: number;
  manifestLinks: number;
  blobs: number;
  bytes: number;
  failed: number;
  skipped: number;
}

/** The counts of a report. Gone counts as done, as `oc` counts 404s. */
export function summarize({
  dryRun,
  plan,
  outcome,
  failures,
}: Pick<ImagePruneReport, 'dryRun' | 'plan' | 'outcome' | 'failures'>): PruneSummary {
  const done = (code: number): boolean =>
    dryRun ? code === STATUS.planned : code === STATUS.deleted || code === STATUS.gone;
  const count = (codes: Uint8Array): number => codes.reduce((sum, code) => sum + (done(code) ? 1 : 0), 0);
  const streams = outcome.streams;
  const sum = (of: (index: number) => number): number =>
    streams.reduce((total, _stream, index) => total + of(index), 0);
  // What a confirmed run ended before is told as skipped.
  const skipped = (code: number): boolean => code === STATUS.skipped || (!dryRun && code === STATUS.planned);
  const skippedIn = (codes: Uint8Array): number => codes.reduce((total, code) => total + (skipped(code) ? 1 : 0), 0);
  return {
    images: count(outcome.images),
    imageStreams: sum((index) => (plan.streams[index]!.items.length > 0 && done(streams[index]!.status) ? 1 : 0)),
    imageStreamTagItems: sum((index) => count(streams[index]!.items)),
    layerLinks: sum((index) => count(streams[index]!.layerLinks)),
    manifestLinks: sum((index) => count(streams[index]!.manifestLinks)),
    blobs: count(outcome.blobs),
    bytes: plan.blobs.reduce(
      (total, blob, index) => total + (done(outcome.blobs[index]!) ? plan.snapshot.images.blobSize(blob) : 0),
      0,
    ),
    failed: failures.length,
    skipped: skippedIn(outcome.images) + sum((index) => skippedIn(streams[index]!.items)),
  };
}
