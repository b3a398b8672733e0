import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import https from 'node:https';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Authority } from './certificates.js';

/** Debian's `docker-registry` (Distribution 2.8): `apt-get install -y docker-registry`. */
const PROGRAM = 'docker-registry';

/** True where the program is installed; tests that need it are skipped elsewhere, and say so. */
export function haveDockerRegistry(): boolean {
  return spawnSync(PROGRAM, ['--version']).status === 0;
}

export interface DockerRegistryOptions {
  authority: Authority;
  /** `storage.delete.enabled`. Default true. */
  deleteEnabled?: boolean;
  /** `storage.maintenance.readonly`. */
  readOnly?: boolean;
  /** `host:port` of a Redis server for the blob cache; without it the cache is in memory. */
  redis?: string;
  /** An existing storage folder; one is made (and removed at the end) without it. */
  storage?: string;
}

/** A running registry with its storage on disk. */
export interface DockerRegistry {
  /** `localhost:PORT`, TLS with a certificate of the authority. */
  host: string;
  /** The folder that holds `docker/registry/v2`. */
  storage: string;
  push: Pusher;
  request(method: string, path: string, body?: Buffer | string, headers?: Record<string, string>): Promise<HttpAnswer>;
  stop(): Promise<void>;
}

export interface HttpAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

/** Starts a registry on a free loopback port and waits until it listens. It ends with `stop()`, or with this process. */
export async function startDockerRegistry(options: DockerRegistryOptions): Promise<DockerRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'regadm-registry-'));
  const storage = options.storage ?? join(folder, 'storage');
  const identity = await options.authority.issue();
  const port = await freePort();
  await writeFile(join(folder, 'tls.crt'), identity.cert);
  await writeFile(join(folder, 'tls.key'), identity.key);
  await writeFile(join(folder, 'config.yml'), configuration(folder, storage, port, options));
  const child = spawn(PROGRAM, ['serve', join(folder, 'config.yml')], { stdio: ['ignore', 'ignore', 'pipe'] });
  const end = (): void => void child.kill('SIGKILL');
  process.once('exit', end);
  await untilListening(child, port);
  const agent = new https.Agent({ keepAlive: true, ca: options.authority.cert });
  const request: DockerRegistry['request'] = (method, path, body, headers) =>
    ask({ agent, port, method, path, headers }, body);
  return {
    host: `localhost:${port}`,
    storage,
    request,
    push: new Pusher(request),
    async stop() {
      agent.destroy();
      process.off('exit', end);
      await ended(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configuration(folder: string, storage: string, port: number, options: DockerRegistryOptions): string {
  return JSON.stringify({
    version: '0.1',
    log: { level: 'error', accesslog: { disabled: true } },
    storage: {
      cache: { blobdescriptor: options.redis ? 'redis' : 'inmemory' },
      filesystem: { rootdirectory: storage },
      delete: { enabled: options.deleteEnabled ?? true },
      maintenance: { readonly: { enabled: options.readOnly ?? false } },
    },
    ...(options.redis ? { redis: { addr: options.redis } } : {}),
    http: {
      addr: `127.0.0.1:${port}`,
      secret: 'of this test',
      tls: { certificate: join(folder, 'tls.crt'), key: join(folder, 'tls.key') },
    },
  });
}

/** What was pushed: digests in the order of the manifest. */
export interface PushedImage {
  digest: string;
  mediaType: string;
  size: number;
  layers: string[];
  config?: string;
}

/** Fills a registry through its API. */
export class Pusher {
  constructor(private readonly request: DockerRegistry['request']) {}

  async blob(repository: string, content: Buffer | string): Promise<string> {
    const digest = digestOf(content);
    const begun = await this.request('POST', `/v2/${repository}/blobs/uploads/`);
    expectStatus(begun, 202);
    const place = new URL(String(begun.headers.location), 'https://localhost');
    place.searchParams.set('digest', digest);
    expectStatus(
      await this.request('PUT', place.pathname + place.search, content, { 'content-type': 'application/octet-stream' }),
      201,
    );
    return digest;
  }

  /** A Docker schema 2 image, or an OCI one, with a layer for every text. */
  async image(
    repository: string,
    layers: string[],
    options: { oci?: boolean; tag?: string } = {},
  ): Promise<PushedImage> {
    const [kind, prefix] = options.oci
      ? ['application/vnd.oci.image.manifest.v1+json', 'application/vnd.oci.image']
      : ['application/vnd.docker.distribution.manifest.v2+json', 'application/vnd.docker'];
    const digests: string[] = [];
    for (const layer of layers) digests.push(await this.blob(repository, layer));
    const configText = JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      rootfs: { type: 'layers', diff_ids: digests },
    });
    const config = await this.blob(repository, configText);
    const manifest = {
      schemaVersion: 2,
      mediaType: kind,
      config: {
        mediaType: options.oci ? `${prefix}.config.v1+json` : `${prefix}.container.image.v1+json`,
        digest: config,
        size: configText.length,
      },
      layers: layers.map((layer, index) => ({
        mediaType: options.oci ? `${prefix}.layer.v1.tar+gzip` : `${prefix}.image.rootfs.diff.tar.gzip`,
        digest: digests[index]!,
        size: layer.length,
      })),
    };
    return { ...(await this.manifest(repository, manifest, kind!, options.tag)), layers: digests, config };
  }

  /** An OCI index over images of the same repository. */
  async index(repository: string, children: PushedImage[], tag?: string): Promise<PushedImage> {
    const kind = 'application/vnd.oci.image.index.v1+json';
    const manifests = children.map(({ digest, mediaType, size }, index) => ({
      mediaType,
      digest,
      size,
      platform: { os: 'linux', architecture: ['amd64', 'arm64', 's390x', 'ppc64le'][index % 4] },
    }));
    return {
      ...(await this.manifest(repository, { schemaVersion: 2, mediaType: kind, manifests }, kind, tag)),
      layers: [],
    };
  }

  private async manifest(repository: string, manifest: object, kind: string, tag?: string) {
    const text = JSON.stringify(manifest);
    const digest = digestOf(text);
    expectStatus(
      await this.request('PUT', `/v2/${repository}/manifests/${tag ?? digest}`, text, { 'content-type': kind }),
      201,
    );
    return { digest, mediaType: kind, size: text.length };
  }
}

export function digestOf(content: Buffer | string): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

function expectStatus(answer: HttpAnswer, status: number): void {
  if (answer.status !== status)
    throw new Error(`status ${answer.status} instead of ${status}: ${answer.body.toString('utf8')}`);
}

interface Ask {
  agent: https.Agent;
  port: number;
  method: string;
  path: string;
  headers?: Record<string, string>;
}

function ask({ agent, port, method, path, headers = {} }: Ask, body?: Buffer | string): Promise<HttpAnswer> {
  const content = body === undefined ? undefined : Buffer.from(body);
  return new Promise((resolve, reject) => {
    const request = https.request(
      { agent, host: 'localhost', port, method, path, headers: { ...headers, 'content-length': content?.length ?? 0 } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
        );
      },
    );
    request.on('error', reject);
    request.end(content);
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The registry says nothing when it is ready: its port is tried until it takes a connection. */
async function untilListening(child: ChildProcess, port: number): Promise<void> {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  for (let tries = 0; tries < 500; tries++) {
    if (child.exitCode !== null) throw new Error(`${PROGRAM} ended with ${child.exitCode}: ${said}`);
    if (await takesConnections(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  child.kill('SIGKILL');
  throw new Error(`${PROGRAM} does not listen: ${said}`);
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}
