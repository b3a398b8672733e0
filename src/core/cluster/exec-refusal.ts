import { STATUS_CODES, type IncomingMessage } from 'node:http';
import { ERROR_BODY_LIMIT_BYTES } from '../kit/limits.js';
import { ADVICE } from '../model/advice.js';
import { RegadmError } from '../model/errors.js';
import type { ExecTarget } from './api.js';

/** The error of a command channel that the API server does not open. */
export class ExecRefused extends RegadmError {
  /** True if the answer shows that the command was not started. */
  readonly notStarted: boolean;
  /** Status of the answer; undefined if there is none. */
  readonly status: number | undefined;

  constructor(
    message: string,
    { notStarted, suggestions, status }: { notStarted: boolean; suggestions: string[]; status?: number },
  ) {
    super(message, { code: 'EXEC_REFUSED', suggestions });
    this.notStarted = notStarted;
    this.status = status;
  }
}

/** The HTTP response that a server sends instead of opening a WebSocket. */
export interface UpgradeAnswer {
  status: number;
  /** The part that was received, at most 64 KiB. */
  body: Buffer;
}

/**
 * Collects the body of a response.
 * @param onEnd called when it is complete, too long, or cut off
 */
export function collectAnswer(response: IncomingMessage, onEnd: () => void): UpgradeAnswer {
  const answer: UpgradeAnswer = { status: response.statusCode ?? 0, body: Buffer.alloc(0) };
  response.on('data', (chunk: Buffer) => {
    answer.body = Buffer.concat([answer.body, chunk]).subarray(0, ERROR_BODY_LIMIT_BYTES);
    if (answer.body.length === ERROR_BODY_LIMIT_BYTES) onEnd();
  });
  for (const event of ['end', 'close', 'error'] as const) response.on(event, onEnd);
  return answer;
}

/** Creates the error for a server that answers with an ordinary response, with the reason in it. */
export function refusedWith({ status, body }: UpgradeAnswer, target: ExecTarget): ExecRefused {
  const words =
    wordsIn(body.toString('utf8')) ?? `the server answered ${`${status} ${STATUS_CODES[status] ?? ''}`.trim()}`;
  return new ExecRefused(`${describe(target)}: ${words}`, {
    // After a 5xx, the command may have been started.
    notStarted: status >= 400 && status < 500,
    status,
    suggestions: remedies(status, target, words),
  });
}

/** Creates the error for a connection that fails before there is a response. */
export function notConnected(reason: string, target: ExecTarget): ExecRefused {
  return new ExecRefused(`${describe(target)}: ${reason}`, {
    notStarted: false,
    suggestions: [ADVICE.serverConnection],
  });
}

function describe({ namespace, pod }: ExecTarget): string {
  return `cannot run a command in pod ${namespace}/${pod}`;
}

/** Maximum length of a text that is shown, in characters. */
const TEXT_LIMIT = 500;

/** Returns the message of a Status, or plain text, as kubelets send it; undefined for a web page or nothing. */
function wordsIn(body: string): string | undefined {
  const text = body.trim();
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === 'string' && message !== '' ? message : undefined;
  } catch {
    return text === '' || text.startsWith('<') ? undefined : text.replace(/\s+/g, ' ').slice(0, TEXT_LIMIT);
  }
}

/** Returns true if not a missing permission, but an admission webhook or policy refused a request. */
const isAdmission = (words = ''): boolean => /admission webhook|ValidatingAdmissionPolicy/i.test(words);

function remedies(status: number, { namespace, pod }: ExecTarget, words?: string): string[] {
  if (status === 401) return [ADVICE.logInAgain];
  if (status === 403) return [isAdmission(words) ? ADVICE.admission : ADVICE.execPermission];
  if (status === 400 || status === 404) return [ADVICE.podState(namespace, pod)];
  return status >= 500 ? [ADVICE.podNode(namespace, pod)] : [ADVICE.proxyInFront];
}
