import { randomUUID } from 'node:crypto';
import { headerOf, type StoreResponse } from '../../http/client.js';
import { noConditions } from '../no-conditions.js';
import { conflictAfter, type ConditionalWrite, type VersionedObject } from '../object-store.js';
import { answerError, codeOf, unusableAnswer } from './errors.js';
import { OPERATIONS } from './operations.js';
import type { S3Request } from './sign.js';

/** Codes of S3 for a condition that is not met, and for a write that another one overtook. */
const CONFLICTS = new Set(['PreconditionFailed', 'ConditionalRequestConflict', 'NoSuchKey']);
/** Metadata of an object: what was written. The ETag is the same for the same content. */
const VERSION = 'x-amz-meta-regadm-version';

/** Reads objects with their versions, and writes them under a condition. */
export class ConditionalWriter {
  /** How this service compares ETags: Ceph compares them without the quotes. Undefined until it is known. */
  private isQuoted: boolean | undefined;

  /** @param name of the store in messages */
  constructor(
    private readonly name: string,
    private readonly send: (request: S3Request, signal?: AbortSignal) => Promise<StoreResponse>,
  ) {}

  /** Reads an object as `ObjectStore.readVersion`. @throws RegadmError */
  async read(key: string, bodyLimit: number, signal?: AbortSignal): Promise<VersionedObject | undefined> {
    const response = await this.send({ method: 'GET', key, bodyLimit }, signal);
    if (response.status === 404 && codeOf(response) === 'NoSuchKey') return undefined;
    if (response.status !== 200) throw answerError(this.name, OPERATIONS.read(key), response);
    const etag = headerOf(response, 'etag')?.replaceAll('"', '');
    if (!etag) throw unusableAnswer(this.name, OPERATIONS.read(key), new Error('it states no ETag'));
    return { content: response.body, version: `${etag} ${headerOf(response, VERSION) ?? ''}` };
  }

  /** Writes an object as `ObjectStore.writeIf`. @throws RegadmError */
  async write(
    key: string,
    content: Buffer,
    expected: string | undefined,
    { isProbe = false }: { isProbe?: boolean } = {},
  ): Promise<ConditionalWrite> {
    if (expected === undefined) return this.put(key, content, { 'If-None-Match': '*' });
    // The same content can have been written before: the ETag does not tell these versions apart.
    if (!isProbe && (await this.read(key, Infinity))?.version !== expected) return 'conflict';
    const [etag = ''] = expected.split(' ');
    let result: ConditionalWrite = 'conflict';
    for (const isQuoted of this.isQuoted === undefined ? [true, false] : [this.isQuoted]) {
      result = await this.put(key, content, { 'If-Match': isQuoted ? `"${etag}"` : etag });
      if (result === 'written') this.isQuoted = isQuoted;
      if (result !== 'conflict') break;
    }
    return result;
  }

  private async put(key: string, content: Buffer, condition: Record<string, string>): Promise<ConditionalWrite> {
    const headers = { 'content-type': 'application/octet-stream', [VERSION]: randomUUID(), ...condition };
    const response = await this.send({ method: 'PUT', key, headers, body: content });
    if (response.status === 200) return 'written';
    if (CONFLICTS.has(codeOf(response) ?? '')) return conflictAfter(response);
    if (response.status === 501) throw noConditions({ name: this.name, condition: Object.keys(condition).join() });
    throw answerError(this.name, OPERATIONS.write(key), response);
  }
}
