import { EXIT_OF, type ErrorCode } from './error-codes.js';

/** Exit statuses of the program: the contract of docs/exit-codes.md. */
export const EXIT = { ok: 0, error: 1, found: 2, partial: 3, refused: 4, sigint: 130, sigterm: 143 } as const;

/** An invalid image reference of a referrer, as `invalidReferences` in the JSON documents shows it. */
export interface InvalidReference {
  referrer: { kind: string; namespace: string; name: string };
  /** Place in the object: `container c0`, `init container i0`; empty for a build's `from`. */
  field: string;
  reference: string;
  message: string;
}

interface RegadmErrorOptions {
  /** Stable upper-case name that scripts can compare, e.g. `REGISTRY_UNREACHABLE`. */
  code: ErrorCode;
  /** What to do next, one sentence each; printed below the message. */
  suggestions?: string[];
  /** Overrides the exit status of the code, e.g. 143 of INTERRUPTED after SIGTERM. */
  exitCode?: number;
  cause?: unknown;
  invalidReferences?: InvalidReference[];
  /**
   * The message for people in several lines; otherwise line feeds in the message are escaped, because they can come
   * from data.
   */
  lines?: string[];
}

/** An error for users: a message, a code, what to do next, and an exit status. */
export class RegadmError extends Error {
  readonly code: ErrorCode;
  readonly suggestions: string[];
  readonly exitCode: number;
  readonly invalidReferences?: InvalidReference[];
  readonly lines: string[];

  constructor(message: string, options: RegadmErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'RegadmError';
    this.code = options.code;
    this.suggestions = options.suggestions ?? [];
    this.exitCode = options.exitCode ?? EXIT_OF.get(options.code) ?? EXIT.error;
    this.invalidReferences = options.invalidReferences;
    this.lines = options.lines ?? [message];
  }
}

/** Creates the error for invalid flags, arguments or files: exit status 1, nothing was changed. */
export function usageError(message: string, suggestions: string[] = []): RegadmError {
  return new RegadmError(message, { code: 'USAGE', suggestions });
}

/** Creates the error of a guard (a limit, a mode, another cluster's data): exit status 4, nothing was changed. */
export function refusal(code: ErrorCode, message: string, suggestions: string[] = []): RegadmError {
  return new RegadmError(message, { code, suggestions, exitCode: EXIT.refused });
}

/** Returns the message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Returns true for a RegadmError with this code. */
export function hasCode(error: unknown, code: ErrorCode): error is RegadmError {
  return error instanceof RegadmError && error.code === code;
}

/** Copies an error with additional advice. */
export function withAdvice(cause: RegadmError, advice: readonly string[]): RegadmError {
  const { code, exitCode, suggestions } = cause;
  return new RegadmError(cause.message, { code, exitCode, suggestions: [...suggestions, ...advice], cause });
}

/** Collects what to do about several errors, each suggestion once. */
export function suggestionsOf(errors: readonly RegadmError[]): string[] {
  return [...new Set(errors.flatMap(({ suggestions }) => suggestions))];
}
