import { lengthOf, type StoreResponse } from '../http/client.js';
import type { OpenBlob } from '../storage.js';

/** Returns the streamed content of a successful response. @throws Error if it states no size */
export function opened({ headers, content }: StoreResponse): OpenBlob {
  const bytes = lengthOf({ headers });
  if (bytes === undefined || content === undefined) throw new Error('the answer states no size');
  return { bytes, content };
}
