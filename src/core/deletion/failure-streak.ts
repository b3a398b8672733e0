import { RegadmError, messageOf } from '../model/errors.js';

/** Number of consecutive failures, each with all its retries, after which the remaining deletions are pointless. */
const MAX_FAILURES = 20;
/** Number of namespaces or repositories that must be affected: a tenant can make everything in one of them fail. */
const MIN_PLACES = 3;

/**
 * Notices that one server fails persistently. Only failures for the server's reasons count (connection, permission, too
 * many requests, internal errors), never the outcome for one object, such as a finalizer or a conflict.
 */
export class FailureStreak {
  private count = 0;
  private readonly places = new Set<string>();
  /** True if an image is among them: images belong to no namespace. */
  private hasImage = false;

  /**
   * @param isFailure tells whether this server failed for its own reasons
   * @param isNotSent tells whether a request was not sent because those before it failed. Such a failure counts, but
   *   its object is not affected: requests for a single repository may have failed.
   */
  constructor(
    private readonly isFailure: (error: unknown) => boolean,
    private readonly isNotSent: (error: unknown) => boolean = () => false,
  ) {}

  /** Notes that a request succeeded. */
  succeeded(): void {
    this.count = 0;
    this.places.clear();
    this.hasImage = false;
  }

  /**
   * Notes a failure.
   * @param place namespace or repository of the object; undefined for an image or a blob
   * @returns the error that ends the run; undefined if it continues
   */
  failed(error: unknown, place: string | undefined): RegadmError | undefined {
    if (!this.isFailure(error)) return undefined;
    this.count++;
    if (!this.isNotSent(error)) this.addPlace(place);
    if (this.count < MAX_FAILURES || !(this.hasImage || this.places.size >= MIN_PLACES)) return undefined;
    return new RegadmError(`${this.count} consecutive requests failed, the last one: ${messageOf(error)}`, {
      code: error instanceof RegadmError ? error.code : 'API_ERROR',
      suggestions: error instanceof RegadmError ? error.suggestions : [],
      cause: error,
    });
  }

  private addPlace(place: string | undefined): void {
    if (place === undefined) this.hasImage = true;
    else this.places.add(place);
  }
}
