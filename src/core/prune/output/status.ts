import type { EntryStatus } from '../../model/document.js';
import { STATUS } from '../outcome.js';
import type { ImagePruneReport } from '../report.js';

/** Reason for objects that were skipped because of another object, which has a message of its own. */
export const DEPENDENCY = 'what it depends on was skipped or failed';

// One object each for all entries, most of which are the same.
const WOULD_DELETE = { status: 'would-delete' } as const;
const DELETED = { status: 'deleted' } as const;
const NOT_REACHED = { status: 'skipped', reason: 'the run ended before its turn' } as const;

/** Returns the status of something that is deleted. `note` is called only for what was skipped or failed. */
export function deletionStatus(code: number, dryRun: boolean, note: () => string | undefined): EntryStatus {
  if (code === STATUS.planned) return dryRun ? WOULD_DELETE : NOT_REACHED;
  return code === STATUS.deleted ? DELETED : exceptionalStatus(code, note);
}

/** Returns the status of an image stream, which is updated. `note` is called only for what was skipped or failed. */
export function updateStatus(
  code: number,
  dryRun: boolean,
  note: () => string | undefined,
): EntryStatus<'would-update', 'updated'> {
  if (code === STATUS.planned) return dryRun ? { status: 'would-update' } : NOT_REACHED;
  return code === STATUS.deleted ? { status: 'updated' } : exceptionalStatus(code, note);
}

function exceptionalStatus(code: number, note: () => string | undefined): EntryStatus<never, never> {
  if (code === STATUS.gone) return { status: 'gone' };
  if (code === STATUS.skipped) return { status: 'skipped', reason: note() ?? DEPENDENCY };
  return { status: 'failed', message: note() ?? 'see failures' };
}

/** Finds the notes for entries that have none of their own: tag items and links. */
export class Notes {
  private failures: Map<string, { target: string; message: string }[]> | undefined;
  private images: Map<number, string> | undefined;

  constructor(private readonly report: ImagePruneReport) {}

  /** Returns the message of the failure whose target names this digest in this repository. */
  failure(digest: string, repository: string): string | undefined {
    this.failures ??= failuresByDigest(this.report);
    return this.failures.get(digest)?.find(({ target }) => target.split(' ').includes(repository))?.message;
  }

  /**
   * Returns why a tag item was skipped or failed: the note of its image (a digest number), or of its stream (a position
   * in the plan).
   */
  item(stream: number, image: number): string | undefined {
    this.images ??= notesByDigest(this.report);
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

function notesByDigest({ plan, outcome }: ImagePruneReport): Map<number, string> {
  const { images } = plan.snapshot;
  return new Map([...outcome.imageNotes].map(([index, note]) => [images.name(plan.images[index]!), note]));
}
