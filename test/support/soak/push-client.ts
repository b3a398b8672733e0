import { digestOf, type HttpResponse } from '../servers/docker-registry.js';
import { blobsOf, type Content, type ImageContent } from './contents.js';
import type { Random } from './random.js';
import type { RegistryPods, ServingPod } from './registry-pods.js';

/** The registry refuses a manifest, because it does not find one of its blobs. */
export class BlobUnknown extends Error {}

/** An upload has to be started again: its state was lost, as when its process ends. */
export class UploadLost extends Error {}

/**
 * A link is empty: the filesystem driver of the registry does not replace files atomically. This can happen between any
 * two clients; regadm writes links atomically.
 */
export class LinkHalfWritten extends Error {}

/** The media types that a client accepts. */
export const ACCEPT = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

const BINARY = { 'content-type': 'application/octet-stream' };

/** One client of the registry. Each request can reach another pod. */
export class PushClient {
  /**
   * @param pause called between each two requests
   * @param onAccepted called by the registry with a manifest that it has stored, before it answers
   */
  constructor(
    private readonly pods: RegistryPods,
    private readonly random: Random,
    private readonly pause: () => Promise<void>,
    private readonly onAccepted: (pod: ServingPod, repository: string, image: ImageContent) => Promise<void>,
  ) {}

  /** Returns whether the registry has a blob; false also if its link is half written, so that it is uploaded again. */
  async has(repository: string, { digest }: Content): Promise<boolean> {
    try {
      return (await this.send('HEAD', `/v2/${repository}/blobs/${digest}`)).status === 200;
    } catch (error) {
      if (error instanceof LinkHalfWritten) return false;
      throw error;
    }
  }

  /** Uploads a blob in one or two requests. @param from a repository to mount it from */
  async upload(repository: string, { digest, text }: Content, from?: string): Promise<void> {
    const mount = from === undefined ? '' : `?mount=${digest}&from=${from}`;
    const started = await this.send('POST', `/v2/${repository}/blobs/uploads/${mount}`);
    if (started.status === 201) return;
    let location = locationOf(started);
    const half = this.random.chance(0.3) ? Math.floor(text.length / 2) : 0;
    if (half > 0) location = locationOf(await this.send('PATCH', location, text.slice(0, half), BINARY));
    const separator = location.includes('?') ? '&' : '?';
    await this.send('PUT', `${location}${separator}digest=${encodeURIComponent(digest)}`, text.slice(half), BINARY);
  }

  /** Puts a manifest. The registry creates its Image object before it answers. */
  async manifest(repository: string, image: ImageContent): Promise<void> {
    await this.pause();
    const pod = await this.pods.pick();
    const headers = { 'content-type': image.mediaType };
    const path = `/v2/${repository}/manifests/${image.digest}`;
    checked('PUT', path, await pod.request('PUT', path, image.text, headers), () => pod.errors());
    await this.onAccepted(pod, repository, image);
  }

  /** Pulls an image with everything that it names. @returns what is missing or wrong */
  async pull(repository: string, image: ImageContent): Promise<string[]> {
    const problems: string[] = [];
    const get = async (kind: 'manifests' | 'blobs', digest: string): Promise<void> => {
      const pod = await this.pods.pick();
      const path = `/v2/${repository}/${kind}/${digest}`;
      const { status, body } = await pod.request('GET', path, undefined, { accept: ACCEPT });
      if (status !== 200) problems.push(`GET ${path}: status ${status}`);
      else if (digestOf(body) !== digest) problems.push(`GET ${path}: other content`);
    };
    await get('manifests', image.digest);
    for (const { digest } of blobsOf(image)) await get('blobs', digest);
    for (const child of image.children) problems.push(...(await this.pull(repository, child)));
    return problems;
  }

  private async send(...[method, path, body, headers]: Parameters<ServingPod['request']>): Promise<HttpResponse> {
    await this.pause();
    const pod = await this.pods.pick();
    const response = await pod.request(method, path, body, headers);
    return checked(method, path, response, () => pod.errors());
  }
}

function locationOf({ headers }: HttpResponse): string {
  const { pathname, search } = new URL(String(headers.location), 'http://localhost');
  return pathname + search;
}

/** @throws UploadLost, BlobUnknown; Error for a response that no pusher should see */
function checked(method: string, path: string, response: HttpResponse, errors: () => string): HttpResponse {
  const { status, body } = response;
  if (status < 300 || (method === 'HEAD' && status === 404)) return response;
  const text = `${method} ${path.replace(/\?.*/, '')}: status ${status}: ${body.toString().slice(0, 600)}`;
  if (/"(?:MANIFEST_)?BLOB_UNKNOWN"/.test(text)) throw new BlobUnknown(text);
  if (path.includes('/uploads/') && isUploadLost(response.status, text)) throw new UploadLost(text);
  const log = errors();
  if (status === 500 && log.includes('invalid checksum digest format')) throw new LinkHalfWritten(text);
  throw new Error(`${text}\n${log}`);
}

/**
 * The filesystem driver answers 500 if the directory of an upload no longer exists; Ceph, if the S3 driver repeats a
 * request that it is still executing.
 */
function isUploadLost(status: number, text: string): boolean {
  return status === 416 || /BLOB_UPLOAD_(?:UNKNOWN|INVALID)|\/_uploads\/|multipart|NoSuchUpload/.test(text);
}
