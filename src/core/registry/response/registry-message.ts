import type { HttpResponse } from '../transport.js';
import { printable } from './printable.js';

/** The registry's own error. */
export interface RegistryMessage {
  code: string;
  message: string;
  /** What the storage said, if the registry passes it on. */
  detail?: string;
  /** Message and details in full, by which remedies are found. Never printed. */
  full: string;
}

/** Returns the first error in a body of the form `{"errors":[{"code":…,"message":…}]}`; undefined for other bodies. */
export function registryErrorIn(response: HttpResponse): RegistryMessage | undefined {
  try {
    const { errors } = JSON.parse(response.text) as { errors?: RawError[] };
    const first = errors?.[0];
    if (typeof first?.code !== 'string') return undefined;
    const message = String(first.message ?? '');
    const detail = errors!.map(detailOf).find((text) => text !== undefined);
    return {
      code: printable(first.code),
      message: printable(message),
      detail: detail && (printable(detail) || undefined),
      full: `${message} ${detail ?? ''}`,
    };
  } catch {
    return undefined;
  }
}

interface RawError {
  code?: unknown;
  message?: unknown;
  detail?: unknown;
}

function detailOf(error: RawError | null): string | undefined {
  const detail = error?.detail;
  if (detail === undefined || detail === null) return undefined;
  return typeof detail === 'string' ? detail : JSON.stringify(detail);
}
