import type { SandboxRequest } from '../http/response.js';
import { invalidOptions } from './status.js';

/** Returns whether a request must not change anything. @throws ApiStatus 422 for an unknown value */
export function isDryRun(request: SandboxRequest): boolean {
  const kinds: Record<string, string> = { POST: 'CreateOptions', PUT: 'UpdateOptions', PATCH: 'PatchOptions' };
  return requireValidDryRun(kinds[request.method] ?? 'DeleteOptions', request.query.getAll('dryRun'));
}

/** Checks the value of `dryRun`. @returns true for `All` @throws ApiStatus 422 for an unknown value */
export function requireValidDryRun(optionsKind: string, value: unknown): boolean {
  const stages = Array.isArray(value) ? value.map(String) : [];
  const unknown = stages.filter((stage) => stage !== 'All');
  if (unknown.length > 0) {
    throw invalidOptions(
      optionsKind,
      unknown.map((stage) => `dryRun: Unsupported value: "${stage}": supported values: "All"`),
    );
  }
  return stages.length > 0;
}
