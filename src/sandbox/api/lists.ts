import { badRequest, expired } from './status.js';
import type { SandboxResponse } from '../http/response.js';
import { apiVersionOf, type ResourceDefinition } from './resources.js';
import { selectorTest } from './selectors.js';
import type { Entry, Store } from './store.js';

/** The query of a list request. */
interface ListQuery {
  namespace?: string;
  limit: number;
  continueToken?: string;
  labelSelector?: string;
  fieldSelector?: string;
  /** True: the response has only the metadata of the objects. */
  metadataOnly?: boolean;
}

interface Token {
  /** -1: the current state, for the token of a 410 response. */
  revision: number;
  start: string;
}

/** Maximum snapshots of unfinished lists; the oldest expires. */
const MAX_SNAPSHOTS = 50;
const ITEMS_PER_CHUNK = 200;
/** Number of items above which a list is written in chunks instead of one string. */
const MAX_ITEMS_IN_STRING = 1000;

/** Answers list requests in pages. All pages of a list show the same revision, as those of etcd do. */
export class Lists {
  private readonly snapshots = new Map<string, Entry[]>();

  constructor(
    private readonly store: Store,
    private readonly pageLimitMax?: number,
  ) {}

  read(definition: ResourceDefinition, query: ListQuery): SandboxResponse {
    const limit = Math.min(query.limit || Infinity, this.pageLimitMax ?? Infinity);
    const token = query.continueToken ? decode(query.continueToken) : undefined;
    const { entries, revision, from } = this.snapshot(definition, query, token);
    const matches = selectorTest(query.labelSelector, query.fieldSelector);
    const page: Entry[] = [];
    let next = from;
    for (; next < entries.length && page.length < limit; next++) {
      if (!matches || matches(entries[next]!.read())) page.push(entries[next]!);
    }
    const metadata: Record<string, unknown> = { resourceVersion: String(revision) };
    if (next < entries.length) {
      metadata.continue = encode({ revision, start: entries[next]!.key });
      if (!matches) metadata.remainingItemCount = entries.length - next;
      this.keep(definition, query.namespace, revision, entries);
    }
    if (query.metadataOnly) return listResponse(METADATA, metadata, page.map(metadataOf));
    return listResponse(
      definition,
      metadata,
      page.map((entry) => () => entry.read()),
    );
  }

  private snapshot(
    definition: ResourceDefinition,
    query: ListQuery,
    token: Token | undefined,
  ): { entries: Entry[]; revision: number; from: number } {
    if (!token || token.revision === -1) {
      const entries = this.store.entries(definition, query.namespace);
      return { entries, revision: this.store.revision, from: token ? lowerBound(entries, token.start) : 0 };
    }
    const entries = this.snapshots.get(this.snapshotName(definition, query.namespace, token.revision));
    if (!entries || token.revision < this.store.compacted) {
      throw expired({ continue: encode({ revision: -1, start: token.start }) });
    }
    return { entries, revision: token.revision, from: lowerBound(entries, token.start) };
  }

  private keep(
    definition: ResourceDefinition,
    namespace: string | undefined,
    revision: number,
    entries: Entry[],
  ): void {
    this.snapshots.set(this.snapshotName(definition, namespace, revision), entries);
    if (this.snapshots.size > MAX_SNAPSHOTS) this.snapshots.delete(this.snapshots.keys().next().value!);
  }

  private snapshotName(definition: ResourceDefinition, namespace: string | undefined, revision: number): string {
    return `${apiVersionOf(definition)} ${definition.resource} ${namespace ?? ''} ${revision}`;
  }
}

/** Finds the index of the first entry with a key of at least `start`. */
function lowerBound(entries: Entry[], start: string): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (entries[middle]!.key < start) low = middle + 1;
    else high = middle;
  }
  return low;
}

function encode({ revision, start }: Token): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start })).toString('base64url');
}

/** Makes the token that continues a list after `token` from the current state, for the fault `expired`. */
export function inconsistentToken(token: string): string {
  return encode({ revision: -1, start: decode(token).start });
}

function decode(text: string): Token {
  try {
    const value = JSON.parse(Buffer.from(text, 'base64url').toString()) as { v?: string; rv?: number; start?: string };
    if (value.v !== 'meta.k8s.io/v1' || typeof value.rv !== 'number' || typeof value.start !== 'string')
      throw new Error();
    return { revision: value.rv, start: value.start };
  } catch {
    const first = Buffer.from(text, 'base64url').toString('latin1').charAt(0);
    const shown = first >= ' ' && first <= '~' ? first : `\\u00${first.charCodeAt(0).toString(16).padStart(2, '0')}`;
    throw badRequest(
      `invalid continue token: continue key is not valid: invalid character '${shown}' looking for beginning of value`,
    );
  }
}

const METADATA = { kind: 'PartialObjectMetadata', group: 'meta.k8s.io', version: 'v1' };

/** Reads only the metadata of an object, as the API server does for `as=PartialObjectMetadataList`. */
function metadataOf(entry: Entry): () => object {
  const { kind, group, version } = METADATA;
  return () => ({ kind, apiVersion: `${group}/${version}`, metadata: entry.read().metadata });
}

function listResponse(
  definition: Pick<ResourceDefinition, 'kind' | 'group' | 'version'>,
  metadata: Record<string, unknown>,
  page: (() => object)[],
): SandboxResponse {
  const head = JSON.stringify({ kind: `${definition.kind}List`, apiVersion: apiVersionOf(definition), metadata });
  const headers = { 'content-type': 'application/json' };
  const chunks = listChunks(`${head.slice(0, -1)},"items":[`, page);
  return { status: 200, headers, body: page.length > MAX_ITEMS_IN_STRING ? chunks : [...chunks].join('') };
}

function* listChunks(head: string, page: (() => object)[]): Iterable<string> {
  let text = head;
  for (let at = 0; at < page.length; at++) {
    text += (at ? ',' : '') + JSON.stringify(page[at]!());
    if ((at + 1) % ITEMS_PER_CHUNK === 0) {
      yield text;
      text = '';
    }
  }
  yield `${text}]}\n`;
}
