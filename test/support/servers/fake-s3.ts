import { createHash } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { escapeXml } from '../../../src/core/storage/http/xml.js';
import { FakeObjectStore } from '../fake-object-store.js';
import { startStorageProxy, type StorageProxy, type StorageRequest } from './storage-proxy.js';

/** A small S3 server with one bucket, behind a proxy that counts and breaks requests. */
export interface FakeS3 {
  bucket: string;
  /** What is in the bucket. */
  store: FakeObjectStore;
  proxy: StorageProxy;
  /** Address of the proxy. */
  endpoint: string;
  /** By how much the server's clock, which it states in whole seconds, is ahead of this machine's, in ms. */
  clockAheadMs: number;
  /** `Enabled` or `Suspended`. */
  versioning: string | undefined;
  /** The conditions that requests can have without an effect: `if-none-match`, `if-match`. */
  ignoredConditions: string[];
  env: Record<string, string>;
  stop(): Promise<void>;
}

export const ACCESS_KEY = 'AKIAFAKEFAKEFAKEFAKE';
export const SECRET_KEY = 'fake/secret+key0123456789fakefake';

/** Creates the body of an error of S3. */
export const s3Error = (code: string, more = ''): string =>
  `<?xml version="1.0"?><Error><Code>${code}</Code><Message>text of ${code}</Message>${more}</Error>`;

/** Starts the server on a free loopback port. */
export async function startFakeS3(): Promise<FakeS3> {
  const store = new FakeObjectStore();
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('end', () => {
      const { pathname, searchParams } = new URL(request.url!, 'http://s3');
      const body = Buffer.concat(chunks);
      const { method = '', headers } = request;
      const answer = respond({ method, path: decodeURIComponent(pathname), query: searchParams, headers, body }, fake);
      const date = new Date(Date.now() + fake.clockAheadMs).toUTCString();
      response.writeHead(answer.status, { date, ...answer.headers }).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy = await startStorageProxy({ port: (server.address() as AddressInfo).port });
  const fake: FakeS3 = {
    bucket: 'bucket',
    store,
    proxy,
    endpoint: proxy.url,
    clockAheadMs: 0,
    versioning: undefined,
    ignoredConditions: [],
    env: { AWS_ACCESS_KEY_ID: ACCESS_KEY, AWS_SECRET_ACCESS_KEY: SECRET_KEY },
    async stop() {
      await proxy.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return fake;
}

interface Answer {
  status: number;
  body?: string | Buffer;
  headers?: Record<string, string>;
}

const error = (status: number, code: string): Answer => ({ status, body: s3Error(code) });
const document = (name: string, content: string): Answer => ({
  status: 200,
  body: `<?xml version="1.0" encoding="UTF-8"?><${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</${name}>`,
});

function respond(request: StorageRequest, fake: FakeS3): Answer {
  const { method, path, query, headers } = request;
  if (!headers.authorization?.includes(`Credential=${ACCESS_KEY}/`)) return error(403, 'InvalidAccessKeyId');
  const [, bucket, ...rest] = path.split('/');
  if (bucket !== fake.bucket) return error(404, 'NoSuchBucket');
  const key = rest.join('/');
  if (query.has('versioning'))
    return document('VersioningConfiguration', fake.versioning ? `<Status>${fake.versioning}</Status>` : '');
  if (query.has('uploads')) return listUploads(query, fake);
  if (method === 'GET' && query.has('uploadId')) return listParts(query, fake);
  if (query.has('uploadId')) {
    fake.store.uploads = fake.store.uploads.filter(({ id }) => id !== query.get('uploadId'));
    return { status: 204 };
  }
  if (method === 'POST') return deleteObjects(request, fake);
  if (key === '') return list(query, fake);
  if (method === 'PUT') return put(key, request, fake);
  return method === 'DELETE' ? deleteObject(key, fake) : get(key, request, fake);
}

/** Writes or copies an object. */
function put(key: string, { headers, body }: StorageRequest, { store, bucket, ignoredConditions }: FakeS3): Answer {
  const existing = store.objects.get(key);
  const [none, match] = ['if-none-match', 'if-match'].map((name) =>
    ignoredConditions.includes(name) ? undefined : headers[name],
  );
  if ((none && existing) || (match && match !== (existing && etagOf(existing.body))))
    return error(412, 'PreconditionFailed');
  const source = headers['x-amz-copy-source'];
  const from = source === undefined ? undefined : decodeURIComponent(String(source)).slice(bucket.length + 2);
  const object = from === undefined ? { body, bytes: body.length } : store.objects.get(from);
  if (!object) return error(404, 'NoSuchKey');
  const { 'x-amz-meta-regadm-version': version } = headers;
  store.objects.set(key, { body: object.body, bytes: object.bytes, writtenAt: Date.now(), tag: version?.toString() });
  if (from === undefined) return { status: 200, headers: { etag: etagOf(body) } };
  return document('CopyObjectResult', `<ETag>${escapeXml(etagOf(object.body))}</ETag>`);
}

const etagOf = (body: Buffer): string => `"${createHash('md5').update(body).digest('hex')}"`;

function list(query: URLSearchParams, { store }: FakeS3): Answer {
  const [prefix = '', token = ''] = [query.get('prefix')!, query.get('continuation-token') ?? ''];
  const found = new Map<string, string>();
  for (const key of store.keys().filter((each) => each.startsWith(prefix))) {
    const level = query.has('delimiter') ? /^[^/]*\//.exec(key.slice(prefix.length))?.[0] : undefined;
    const { bytes, writtenAt, body } = store.objects.get(key)!;
    const time = new Date(writtenAt).toISOString();
    if (level === undefined)
      found.set(
        key,
        `<Contents><Key>${encodeURIComponent(key)}</Key><LastModified>${time}</LastModified><ETag>${escapeXml(etagOf(body))}</ETag><Size>${bytes}</Size></Contents>`,
      );
    else
      found.set(
        prefix + level,
        `<CommonPrefixes><Prefix>${encodeURIComponent(prefix + level)}</Prefix></CommonPrefixes>`,
      );
  }
  const rest = [...found].filter(([key]) => key > token);
  const page = rest.slice(0, store.limits.pageSize);
  const isTruncated = rest.length > page.length;
  const next = isTruncated ? `<NextContinuationToken>${escapeXml(page.at(-1)![0])}</NextContinuationToken>` : '';
  return document(
    'ListBucketResult',
    `<Prefix>${encodeURIComponent(prefix)}</Prefix><EncodingType>url</EncodingType><KeyCount>${page.length}</KeyCount><IsTruncated>${isTruncated}</IsTruncated>${next}${page.map(([, text]) => text).join('')}`,
  );
}

function listUploads(query: URLSearchParams, { store }: FakeS3): Answer {
  const after = query.get('upload-id-marker') ?? '';
  const rest = store.uploads.filter(({ key, id }) => key.startsWith(query.get('prefix')!) && id > after);
  const page = rest.slice(0, store.limits.pageSize);
  const last = page.at(-1);
  const isTruncated = rest.length > page.length;
  const next = isTruncated
    ? `<NextKeyMarker>${encodeURIComponent(last!.key)}</NextKeyMarker><NextUploadIdMarker>${last!.id}</NextUploadIdMarker>`
    : '';
  const uploads = page.map(
    ({ key, id, startedAt }) =>
      `<Upload><Key>${encodeURIComponent(key)}</Key><UploadId>${id}</UploadId><Initiated>${new Date(startedAt).toISOString()}</Initiated></Upload>`,
  );
  return document(
    'ListMultipartUploadsResult',
    `<EncodingType>url</EncodingType><IsTruncated>${isTruncated}</IsTruncated>${next}${uploads.join('')}`,
  );
}

/** Every upload has two parts, on a page each. */
function listParts(query: URLSearchParams, { store }: FakeS3): Answer {
  const id = query.get('uploadId')!;
  if (!store.uploads.some((upload) => upload.id === id)) return error(404, 'NoSuchUpload');
  const isFirst = !query.has('part-number-marker');
  const size = isFirst ? store.partBytes - 1 : 1;
  const part = `<Part><PartNumber>1</PartNumber><LastModified>${new Date(0).toISOString()}</LastModified><Size>${size}</Size></Part>`;
  const next = isFirst ? '<NextPartNumberMarker>1</NextPartNumberMarker>' : '';
  return document(
    'ListPartsResult',
    `<UploadId>${id}</UploadId>${next}<IsTruncated>${isFirst}</IsTruncated>${store.partBytes > 0 ? part : ''}`,
  );
}

function deleteObjects({ body, headers }: StorageRequest, { store }: FakeS3): Answer {
  if (headers['content-md5'] === undefined) return error(400, 'InvalidRequest');
  const keys = [...body.toString('utf8').matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key]) => key!);
  const results = keys.map((key) => {
    const problem = store.problemOf(key);
    if (problem !== undefined) return `<Error><Key>${key}</Key><Code>${problem}</Code><Message>no</Message></Error>`;
    store.objects.delete(key);
    return `<Deleted><Key>${key}</Key></Deleted>`;
  });
  return document('DeleteResult', results.join(''));
}

function deleteObject(key: string, { store }: FakeS3): Answer {
  const problem = store.problemOf(key);
  if (problem !== undefined) return error(403, problem);
  store.objects.delete(key);
  return { status: 204 };
}

function get(key: string, { headers }: StorageRequest, { store }: FakeS3): Answer {
  const object = store.objects.get(key);
  if (!object) return error(404, 'NoSuchKey');
  const modified = {
    'last-modified': new Date(object.writtenAt).toUTCString(),
    etag: etagOf(object.body),
    ...(object.tag === undefined ? {} : { 'x-amz-meta-regadm-version': object.tag }),
  };
  if (headers.range === undefined) return { status: 200, body: object.body, headers: modified };
  if (object.bytes === 0) return { ...error(416, 'InvalidRange'), headers: modified };
  return { status: 206, body: 'x', headers: { ...modified, 'content-range': `bytes 0-0/${object.bytes}` } };
}
