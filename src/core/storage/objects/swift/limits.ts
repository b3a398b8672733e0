/** What a server allows per request. */
export interface SwiftLimits {
  /** Maximum number of objects that it deletes with one request; 0 if it does not offer bulk deletion. */
  bulk: number;
  /** Maximum number of entries of a page: it refuses requests for more. */
  pageSize: number;
}

/** Swift's default for pages. */
const PAGE_SIZE = 10_000;
/** Swift's default for bulk deletion, if a server offers it without a limit. */
const BULK = 1000;
/** Maximum number of objects per bulk deletion, whatever the server allows: it deletes them one after the other. */
const MAX_BULK = 500;

/** Reads the limits from the answer to `/info`; undefined if the server gives none. */
export function limitsIn(info: Record<string, unknown> | undefined): SwiftLimits {
  const [bulk, swift] = [sectionOf(info, 'bulk_delete'), sectionOf(info, 'swift')];
  return {
    bulk: bulk ? Math.min(MAX_BULK, countIn(bulk.max_deletes_per_request) ?? BULK) : 0,
    pageSize: Math.min(PAGE_SIZE, countIn(swift?.container_listing_limit) ?? PAGE_SIZE),
  };
}

function sectionOf(info: Record<string, unknown> | undefined, name: string): Record<string, unknown> | undefined {
  const section = info?.[name];
  return typeof section === 'object' && section !== null ? (section as Record<string, unknown>) : undefined;
}

function countIn(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 1 ? Math.floor(value) : undefined;
}
