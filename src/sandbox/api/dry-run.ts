import type { SandboxRequest } from '../http/response.js';
import { invalidOptions } from './status.js';

const OPTIONS: Record<string, string> = { POST: 'CreateOptions', PUT: 'UpdateOptions', PATCH: 'PatchOptions' };

/** Returns the kind of the options that a write request has in its query. */
export function optionsKind({ method }: SandboxRequest): string {
  return OPTIONS[method] ?? 'DeleteOptions';
}

/** Returns whether a request must not change anything. @throws ApiStatus 422 for an unknown value */
export function isDryRun(request: SandboxRequest): boolean {
  return requireValidDryRun(optionsKind(request), request.query.getAll('dryRun'));
}

/** Checks the value of `dryRun`. @returns true for `All` @throws ApiStatus 422 for an unknown value */
export function requireValidDryRun(options: string, value: unknown): boolean {
  const stages = Array.isArray(value) ? value.map(String) : [];
  const unknown = stages.filter((stage) => stage !== 'All');
  if (unknown.length > 0) {
    throw invalidOptions(
      options,
      unknown.map((stage) => `dryRun: Unsupported value: "${stage}": supported values: "All"`),
    );
  }
  return stages.length > 0;
}
