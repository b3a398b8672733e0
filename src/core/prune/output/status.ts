import { STATUS, type ImagePruneReport } from '../report.js';

/** How an entry of the document says what became of it. */
export interface Told {
  status: string;
  /** Why it was skipped. */
  reason?: string;
  /** How it failed. */
  message?: string;
}

const NOT_REACHED: Told = { status: 'skipped', reason: 'the run ended before its turn' };
const WOULD = { delete: { status: 'would-delete' }, update: { status: 'would-update' } } satisfies Record<string, Told>;
const DONE = { delete: { status: 'deleted' }, update: { status: 'updated' } } satisfies Record<string, Told>;
const GONE: Told = { status: 'gone' };

/** Whether a thing counts as done, or in a dry run as what would be done. What was gone already counts, as `oc` counts 404s. */
export function isDone(code: number, dryRun: boolean): boolean {
  return dryRun ? code === STATUS.planned : code === STATUS.deleted || code === STATUS.gone;
}

/** A status code in words. `note` is asked only where something was skipped or failed. */
export function tell(code: number, dryRun: boolean, verb: 'delete' | 'update', note: () => string | undefined): Told {
  switch (code) {
    case STATUS.planned:
      return dryRun ? WOULD[verb] : NOT_REACHED;
    case STATUS.deleted:
      return DONE[verb];
    case STATUS.gone:
      return GONE;
    case STATUS.skipped:
      return { status: 'skipped', reason: note() ?? 'what it depends on was skipped or failed' };
    default:
      return { status: 'failed', message: note() ?? 'see failures' };
  }
}

/** Finds the words for what has no note of its own: tag items and links. */
export class Notes {
  private failures: Map<string, { target: string; message: string }[]> | undefined;
  private images: Map<number, string> | undefined;

  constructor(private readonly report: ImagePruneReport) {}

  /** The message of the failure whose target names this digest in this repository. */
  failure(digest: string, repository: string): string | undefined {
    this.failures ??= failuresByDigest(this.report);
    return this.failures.get(digest)?.find(({ target }) => target.split(' ').includes(repository))?.message;
  }

  /** Why a tag item was skipped or failed: what was noted about its image (by digest number), else about its stream (by its place in the plan). */
  item(stream: number, image: number): string | undefined {
    this.images ??= imageNotes(this.report);
    return this.images.get(image) ?? this.report.outcome.streams[stream]!.note;
  }
}

function failuresByDigest({ failures }: ImagePruneReport): Map<string, { target: string; message: string }[]> {
  const found = new Map<string, { target: string; message: string }[]>();
  for (const failure of failures) {
    for (const [digest] of failure.target.matchAll(/sha\d+:[0-9a-f]+/g)) {
      const others = found.get(digest);
      if (others) others.push(failure);
      else found.set(digest, [failure]);
    }
  }
  return found;
}

function imageNotes({ plan, outcome }: ImagePruneReport): Map<number, string> {
  const { images } = plan.snapshot;
  return new Map([...outcome.imageNotes].map(([index, note]) => [images.name(plan.images[index]!), note]));
}
