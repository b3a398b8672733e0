import { withRetry } from '../../../kit/retry.js';
import { RegadmError } from '../../../model/errors.js';
import { headerOf, Unanswered, type StoreResponse } from '../../http/client.js';
import type { Sender } from './delete-blobs.js';
import { answerError, codeOf, copyOf, isConflict, isMissing, readOf, type Requester } from './errors.js';
import { sourceUrl } from './sign.js';

/** Waits until a copy is complete: half a second at first, then up to 10 s; about two minutes in all. */
const POLLING = { tries: 100, baseMs: 500, factor: 1.5, maxMs: 10_000 } as const;

type Result = 'copied' | 'gone' | 'exists';

/** Copies blobs within a container. */
export class AzureCopier {
  constructor(
    private readonly container: Requester,
    private readonly sender: Sender,
  ) {}

  /**
   * Copies a blob with its properties, of any type and size, and waits until that is complete.
   * @returns `exists` if there is another one and it must not be replaced
   * @throws RegadmError that states why it was not copied, or may not have been
   */
  async copy(from: string, to: string, { isNew }: { isNew?: boolean }): Promise<Result> {
    try {
      return await this.copyOnce(from, to, isNew);
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      const found = await this.waitFor(to);
      if (found === 'copied') return found;
      if (found === 'other' && isNew) return 'exists';
    }
    try {
      return await this.copyOnce(from, to, isNew);
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      throw new RegadmError(error.message, { code: 'STORAGE_UNREACHABLE', suggestions: error.suggestions });
    }
  }

  private async copyOnce(from: string, to: string, isNew = false): Promise<Result> {
    const condition: Record<string, string> = isNew ? { 'if-none-match': '*' } : {};
    const response = await this.sender.send(
      (settings) => ({
        method: 'PUT',
        key: to,
        headers: { 'x-ms-copy-source': sourceUrl(settings, from), ...condition },
        isSlow: true,
      }),
      { isSentOnce: true },
    );
    if (isMissing(response) || (await this.lacksSource(response, from))) return 'gone';
    if (isNew && isConflict(response)) return 'exists';
    if (response.status !== 202) throw answerError(this.container, copyOf(from), response);
    if (headerOf(response, 'x-ms-copy-status') === 'success') return 'copied';
    const found = await this.waitFor(to);
    if (found === 'copied') return found;
    throw this.failure(to, 'something else has deleted or replaced it');
  }

  /** With a signature, Azure reads the source like that of another account, and does not state why it cannot. */
  private async lacksSource(response: StoreResponse, key: string): Promise<boolean> {
    if (codeOf(response) !== 'CannotVerifyCopySource') return false;
    return isMissing(await this.sender.send(() => ({ method: 'HEAD', key })));
  }

  /**
   * Looks at a blob until no copy to it is pending: until then, it can be incomplete.
   * @returns `other` if it is not a copy
   * @throws RegadmError if the copy failed
   */
  private async waitFor(key: string): Promise<'copied' | 'gone' | 'other'> {
    const look = async (): Promise<string> => {
      const response = await this.sender.send(() => ({ method: 'HEAD', key }));
      if (isMissing(response)) return 'gone';
      if (response.status !== 200) throw answerError(this.container, readOf(key), response);
      return headerOf(response, 'x-ms-copy-status') ?? 'other';
    };
    const status = await withRetry(look, {
      ...POLLING,
      retryAfter: (outcome) => ('value' in outcome && outcome.value === 'pending' ? 0 : undefined),
    });
    if (status === 'success') return 'copied';
    if (status === 'gone' || status === 'other') return status;
    throw this.failure(key, `the copy is ${printable(status)}`);
  }

  private failure(to: string, why: string): RegadmError {
    return new RegadmError(`${this.container.name}: cannot copy a blob to ${to}: ${why}`, { code: 'STORAGE_ERROR' });
  }
}

const printable = (status: string): string => status.replaceAll(/[^\w-]/g, '?').slice(0, 100);
