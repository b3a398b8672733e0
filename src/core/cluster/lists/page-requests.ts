import { OBJECT_LIMIT_BYTES, RESPONSE_LIMIT_BYTES } from '../../kit/limits.js';
import { hasCode } from '../../model/errors.js';
import type { ApiResponse, BodyBuffers, ClusterApi } from '../api.js';
import { defineResource, listPath, type Resource } from '../resources.js';
import { notAList } from './list-error.js';
import { checkKind, headOfPage } from './page-head.js';

const COMPRESSED = { 'Accept-Encoding': 'gzip' };
/** What the API server sends of each object if only its metadata are requested. */
const METADATA = defineResource('meta.k8s.io/v1', '', 'PartialObjectMetadata');
const METADATA_ONLY = { Accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1' };

/** By what the number of objects per page is divided when a page is too large. */
const SHRINK = 8;
/** Maximum size of a list that is read in one piece, in bytes, after decompression: what memory can hold. */
const WHOLE_LIST_LIMIT = 8 * RESPONSE_LIMIT_BYTES;

/** What the pages of a list are selected by, and how they are read. */
export interface PageOptions {
  namespace?: string;
  fieldSelector?: string;
  labelSelector?: string;
  /** Accepts `items: null` for an empty list; the parser of the list decides the details. */
  allowNullItems?: boolean;
  signal?: AbortSignal;
  /** True if the list was read before: its requests are counted apart. */
  recheck?: boolean;
  /** Memory for the bodies of pages. Default: new memory. */
  buffers?: BodyBuffers;
  /** True to read only the metadata of the objects. Then a server that sends something else is not asked again. */
  metadataOnly?: boolean;
  /** False: no retry. */
  retry?: boolean;
}

/** Requests the pages of one list. What begins like something else counts as a failed request, and is retried. */
export class PageRequests {
  private readonly path: string;
  /** Objects per page: fewer once a page was too large, so that only an object that is too large is an error. */
  private pageSize: number | undefined;

  constructor(
    private readonly api: ClusterApi,
    private readonly resource: Resource,
    private readonly options: PageOptions,
  ) {
    this.path = listPath(resource, options.namespace);
  }

  /**
   * Requests a page.
   * @param page `limit`: number of objects; undefined: all. `token`: undefined for the first page
   * @returns the response, whatever its status
   * @throws RegadmError API_NOT_JSON when it is not a page of this list
   */
  async send({ limit, token }: { limit?: number; token?: string }): Promise<ApiResponse> {
    this.pageSize = limit === undefined ? undefined : Math.min(limit, this.pageSize ?? limit);
    try {
      return await this.sendOnce(this.pageSize, token);
    } catch (error) {
      if (!hasCode(error, 'API_RESPONSE_TOO_LARGE') || (this.pageSize ?? 1) === 1) throw error;
      this.pageSize = Math.ceil(this.pageSize! / SHRINK);
      return this.send({ limit, token });
    }
  }

  private async sendOnce(limit: number | undefined, token: string | undefined): Promise<ApiResponse> {
    const { labelSelector, fieldSelector, signal, retry, recheck, buffers, metadataOnly } = this.options;
    return this.api.request('GET', this.path, {
      query: { limit, continue: token, labelSelector, fieldSelector },
      signal,
      retry,
      recheck,
      buffers,
      bodyLimit: limit === undefined ? WHOLE_LIST_LIMIT : Math.min(RESPONSE_LIMIT_BYTES, limit * OBJECT_LIMIT_BYTES),
      headers: { ...(this.api.link?.isSlow ? COMPRESSED : {}), ...(metadataOnly ? METADATA_ONLY : {}) },
      ...(metadataOnly ? { unusableTries: 1 } : {}),
      validate: ({ body }) => this.validate(body),
    });
  }

  /** Checks that a page is one of this list. @throws Error */
  checkKind(page: { kind?: unknown; apiVersion?: unknown }): void {
    checkKind(page, this.options.metadataOnly ? METADATA : this.resource);
  }

  /** Creates the error for a page that is not one of this list. */
  notAList(cause: unknown): Error {
    return notAList(this.resource, `${this.api.server}${this.path}`, cause);
  }

  private validate(body: Buffer): void {
    try {
      const head = headOfPage(body);
      this.checkKind(head);
      if (!head.hasItems && !this.options.allowNullItems) throw new Error('its items are null');
    } catch (cause) {
      throw this.notAList(cause);
    }
  }
}
