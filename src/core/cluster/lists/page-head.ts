import type { KubeList } from '../../model/kube.js';
import { isWebPage } from '../../kit/web-page.js';
import { isAbsent, isRecord } from '../../model/values/json.js';
import { apiVersionOf, type Resource } from '../resources.js';
import { readJson } from './json-reader.js';

/** Bytes in which the metadata of a page is expected, before its objects. */
const HEAD_BYTES = 8192;
const CLOSE_OBJECT = 0x7d;
const SPACE = 0x20;

/** What a page states before its objects. */
interface PageHead {
  kind?: unknown;
  apiVersion?: unknown;
  /** Token for the next page. */
  continue?: string;
  /** True if the objects are an array; false if they are null. */
  hasItems: boolean;
}

/**
 * Reads the metadata of a page without parsing its objects: API servers write it before them.
 * @throws Error when the body does not begin and end like a list
 */
export function headOfPage(body: Buffer): PageHead {
  if (!endsLikeAnObject(body)) throw new Error(describeOther(body));
  return headInFront(body) ?? headAnywhere(body);
}

/** @returns undefined when the metadata is not in front; then the whole page must be read */
function headInFront(body: Buffer): PageHead | undefined {
  const text = body.toString('latin1', 0, Math.min(body.length, HEAD_BYTES));
  const items = /"items"\s*:\s*([[n])/.exec(text);
  if (!items) return undefined;
  try {
    const list = JSON.parse(`${text.slice(0, items.index)}"items":[]}`) as KubeList;
    return list.kind && list.apiVersion && list.metadata ? toHead(list, items[1] === '[') : undefined;
  } catch {
    return undefined;
  }
}

function headAnywhere(body: Buffer): PageHead {
  const list = readJson(body, { kind: 'all', apiVersion: 'all', metadata: 'all', items: 'type' }) as KubeList | null;
  const items: unknown = list?.items;
  if (!list || (items !== null && !Array.isArray(items)))
    throw new Error(
      `the response is not a list${list?.kind ? `, but a ${JSON.stringify(list.kind).slice(0, 80)}` : ''}`,
    );
  return toHead(list, items !== null);
}

function toHead({ kind, apiVersion, metadata }: KubeList, hasItems: boolean): PageHead {
  return { kind, apiVersion, continue: positionIn(metadata).continue, hasItems };
}

/**
 * Reads from the metadata of a page where it is in its list. Without metadata, or with values of other types, a page
 * that is not the last would look like the last.
 * @throws Error
 */
export function positionIn(metadata: unknown): { resourceVersion: string; continue?: string; remaining?: number } {
  if (!isRecord(metadata)) throw new Error('it has no metadata');
  const { resourceVersion, continue: token, remainingItemCount: remaining } = metadata;
  if (!isAbsent(resourceVersion) && typeof resourceVersion !== 'string')
    throw new Error('metadata.resourceVersion is not a string');
  if (!isAbsent(token) && typeof token !== 'string') throw new Error('metadata.continue is not a string');
  if (!isAbsent(remaining) && typeof remaining !== 'number')
    throw new Error('metadata.remainingItemCount is not a number');
  return { resourceVersion: resourceVersion ?? '', continue: token || undefined, remaining: remaining ?? undefined };
}

function describeOther(body: Buffer): string {
  const text = body.toString('latin1', 0, HEAD_BYTES);
  return isWebPage({ headers: {}, text }) ? 'it is a web page' : 'the response is not JSON, or not all of it';
}

function endsLikeAnObject(body: Buffer): boolean {
  let end = body.length - 1;
  while (end >= 0 && body[end]! <= SPACE) end--;
  return body[end] === CLOSE_OBJECT;
}

/**
 * Checks that a page is one of this resource's list. Read as an empty list, anything else would hide every use.
 * @throws Error
 */
export function checkKind({ kind, apiVersion }: Pick<PageHead, 'kind' | 'apiVersion'>, resource: Resource): void {
  const expected = { kind: `${resource.kind}List`, apiVersion: apiVersionOf(resource) };
  if (kind === expected.kind && apiVersion === expected.apiVersion) return;
  const sent = JSON.stringify({ kind, apiVersion }).slice(0, 80);
  throw new Error(`expected ${expected.kind} of ${expected.apiVersion}, got ${sent}`);
}
