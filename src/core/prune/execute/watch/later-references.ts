import type { UseIndex } from '../../../graph/uses.js';
import { RegadmError, type InvalidReference } from '../../../model/errors.js';

/** The references of a UseIndex that cannot be read. */
type Unreadable = Pick<UseIndex, 'invalid' | 'reported'>;

interface LaterReferencesOptions {
  /** True: an invalid reference does not end the run. */
  ignoreInvalidRefs: boolean;
  /** What the plan's uses contain: it was reported before the run. */
  before?: Unreadable;
}

/**
 * Collects the references that cannot be read and have appeared since the plan was computed, without duplicates, so
 * that a run can name what stopped it or what it kept images for.
 */
export class LaterReferences {
  /** All of them, in the order in which they were noticed. */
  readonly found: InvalidReference[] = [];
  private readonly known: Set<string>;

  constructor(private readonly options: LaterReferencesOptions) {
    const { before } = options;
    this.known = new Set(before ? [...before.invalid, ...before.reported].map(keyOf) : []);
  }

  /**
   * Collects the references that are new.
   * @throws RegadmError INVALID_REFERENCES if one of them ends the run: what it uses is unknown
   */
  check({ invalid, reported }: Unreadable): void {
    for (const reference of [...invalid, ...reported]) this.add(reference);
    if (invalid.length === 0 || this.options.ignoreInvalidRefs) return;
    throw new RegadmError(
      'a reference that cannot be parsed has appeared while images were deleted: what it uses is unknown',
      {
        code: 'INVALID_REFERENCES',
        invalidReferences: invalid,
        suggestions: ['repair or delete the objects that are named, then run again; or pass --ignore-invalid-refs'],
      },
    );
  }

  private add(reference: InvalidReference): void {
    const key = keyOf(reference);
    if (this.known.has(key)) return;
    this.known.add(key);
    this.found.push(reference);
  }
}

function keyOf({ referrer, field, reference, message }: InvalidReference): string {
  return JSON.stringify([referrer.kind, referrer.namespace, referrer.name, field, reference, message]);
}
