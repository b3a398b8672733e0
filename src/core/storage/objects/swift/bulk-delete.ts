import { RegadmError } from '../../../model/errors.js';
import { deleteAgain } from '../delete-again.js';
import { answerError, encodePath } from './answer.js';
import type { SwiftSession } from './session.js';

interface Answer {
  'Response Status'?: unknown;
  'Number Deleted'?: unknown;
  'Number Not Found'?: unknown;
  Errors?: unknown;
}

/**
 * Deletes objects with one request, and those again that the server could not delete at the time.
 * @returns for each key why it was not deleted; undefined if it was, or did not exist
 * @throws RegadmError if the request failed: then any of the objects can have been deleted
 */
export function bulkDelete(
  session: SwiftSession,
  container: { name: string; container: string; isOnline?: boolean },
  keys: readonly string[],
): Promise<(string | undefined)[]> {
  return deleteAgain(keys, {
    retries: session.retries,
    attempt: (some) => deleteOnce(session, container, some),
    canPass: (problem) => /^(429|50[^1])\b/.test(problem ?? ''),
    failure: (problem) =>
      new RegadmError(`${container.name}: cannot delete objects: ${problem!}`, { code: 'STORAGE_ERROR' }),
  });
}

/**
 * Deletes objects with one request.
 * @returns for each key why it was not deleted; undefined if it was, or did not exist
 * @throws RegadmError if the request failed: then any of the objects can have been deleted
 */
async function deleteOnce(
  session: SwiftSession,
  { name, container, isOnline: isSentOnce }: { name: string; container: string; isOnline?: boolean },
  keys: readonly string[],
): Promise<(string | undefined)[]> {
  const paths = keys.map((key) => encodePath(container, key));
  const request = {
    method: 'POST',
    path: '?bulk-delete',
    headers: { 'content-type': 'text/plain', accept: 'application/json' },
    body: paths.join('\n'),
  } as const;
  const response = await session.send(request, { isSentOnce });
  if (response.status !== 200) throw answerError(name, 'delete objects', response);
  const answer = parsed(response.body);
  const problems = problemsIn(answer?.Errors);
  if (!answer || !problems) throw notConfirmed(name, 'its answer cannot be read');
  const results = paths.map((path) => problems.get(path));
  const failed = results.filter((problem) => problem !== undefined).length;
  if (failed < problems.size) throw notConfirmed(name, 'its answer names other objects');
  const done = Number(answer['Number Deleted'] ?? 0) + Number(answer['Number Not Found'] ?? 0);
  if (done + failed !== keys.length)
    throw notConfirmed(
      name,
      `its answer confirms ${done} of ${keys.length} deletions: ${String(answer['Response Status'])}`,
    );
  return results;
}

function parsed(body: Buffer): Answer | undefined {
  try {
    const answer: unknown = JSON.parse(body.toString('utf8'));
    return typeof answer === 'object' && answer !== null ? answer : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the errors by path, percent-encoded; undefined if they cannot be read. */
function problemsIn(errors: unknown): Map<string, string> | undefined {
  if (!Array.isArray(errors)) return undefined;
  const problems = new Map<string, string>();
  for (const error of errors) {
    if (!Array.isArray(error) || typeof error[0] !== 'string' || typeof error[1] !== 'string') return undefined;
    const path = normalized(error[0]);
    if (path === undefined) return undefined;
    problems.set(path, error[1]);
  }
  return problems;
}

/** Encodes a path of an answer as `encodePath` does: servers leave other characters as they are. */
function normalized(path: string): string | undefined {
  try {
    return path
      .replace(/^\//, '')
      .split('/')
      .map((part) => encodeURIComponent(decodeURIComponent(part)))
      .join('/');
  } catch {
    return undefined;
  }
}

function notConfirmed(name: string, what: string): RegadmError {
  return new RegadmError(`${name}: cannot confirm that objects were deleted: ${what}`, { code: 'STORAGE_ERROR' });
}
