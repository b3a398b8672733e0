import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Authority } from './certificates.js';
import { kill, killOnExit, waitForOutput } from './processes.js';

export interface DockerRegistryOptions {
  /** Issues its certificate. Default: it serves plain HTTP. */
  authority?: Authority;
  /** `storage.delete.enabled`. Default true. */
  deleteEnabled?: boolean;
  /** `storage.maintenance.readonly`. */
  readOnly?: boolean;
  /** `host:port` of a Redis server for the blob cache. Default: the cache is in memory. */
  redis?: string;
  /** An existing storage directory. Default: a temporary one, which `stop()` deletes. */
  storage?: string;
  /** An object store instead of a directory: the section `storage` of the configuration, such as `{ s3: { … } }`. */
  driver?: Record<string, object>;
  /** True: `log()` returns what it logs. */
  keepLog?: boolean;
}

/** A running registry. */
export interface DockerRegistry {
  /** `localhost:PORT`, TLS with a certificate of the authority, if there is one. */
  host: string;
  /** The directory that holds `docker/registry/v2`, unless an object store does. */
  storage: string;
  push: Pusher;
  request(
    method: string,
    path: string,
    body?: Buffer | string,
    headers?: Record<string, string>,
  ): Promise<HttpResponse>;
  /** What it has logged, if that is kept. */
  log(): string;
  /** Sends a signal to its process, such as SIGSTOP. */
  signal(name: NodeJS.Signals): void;
  stop(): Promise<void>;
}

export interface HttpResponse {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

/** Starts a registry on a free loopback port and waits until it listens. It is killed when this process exits. */
export async function startDockerRegistry(options: DockerRegistryOptions): Promise<DockerRegistry> {
  const directory = await mkdtemp(join(tmpdir(), 'regadm-registry-'));
  const storage = options.storage ?? join(directory, 'storage');
  const identity = await options.authority?.issue();
  if (identity) {
    await writeFile(join(directory, 'tls.crt'), identity.cert);
    await writeFile(join(directory, 'tls.key'), identity.key);
  }
  await writeFile(join(directory, 'config.yml'), configuration(directory, storage, options));
  const child = spawn('docker-registry', ['serve', join(directory, 'config.yml')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: withoutAuthorities(process.env),
  });
  const logged: string[] = [];
  if (options.keepLog) child.stderr.setEncoding('utf8').on('data', (text: string) => logged.push(text));
  const cancelKill = killOnExit(child);
  const [, port] = await waitForOutput(child, /listening on 127\.0\.0\.1:(\d+)/);
  const agent = options.authority
    ? new https.Agent({ keepAlive: true, ca: options.authority.cert })
    : new http.Agent({ keepAlive: true });
  const request: DockerRegistry['request'] = (method, path, body, headers) =>
    send({ agent, port: Number(port), method, path, headers }, body);
  return {
    host: `localhost:${port}`,
    storage,
    request,
    push: new Pusher(request),
    log: () => logged.join(''),
    signal: (name) => void child.kill(name),
    async stop() {
      agent.destroy();
      cancelKill();
      await kill(child);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The S3 driver of the registry panics if this variable is set. */
function withoutAuthorities({ AWS_CA_BUNDLE: _bundle, ...env }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return env;
}

/** Port 0 lets the registry choose one, which it logs at the level `info`. */
function configuration(directory: string, storage: string, options: DockerRegistryOptions): string {
  return JSON.stringify({
    version: '0.1',
    log: { level: 'info', accesslog: { disabled: true } },
    storage: {
      cache: { blobdescriptor: options.redis ? 'redis' : 'inmemory' },
      ...(options.driver ?? { filesystem: { rootdirectory: storage } }),
      redirect: { disable: true },
      delete: { enabled: options.deleteEnabled ?? true },
      maintenance: { readonly: { enabled: options.readOnly ?? false } },
    },
    ...(options.redis ? { redis: { addr: options.redis } } : {}),
    http: {
      addr: '127.0.0.1:0',
      secret: 'test',
      ...(options.authority
        ? { tls: { certificate: join(directory, 'tls.crt'), key: join(directory, 'tls.key') } }
        : {}),
    },
  });
}

/** A pushed image; layers are in the order of the manifest. */
export interface PushedImage {
  digest: string;
  mediaType: string;
  size: number;
  layers: string[];
  config?: string;
}

/** Pushes content to a registry through its API. */
export class Pusher {
  constructor(private readonly request: DockerRegistry['request']) {}

  async blob(repository: string, content: Buffer | string): Promise<string> {
    const digest = digestOf(content);
    const started = await this.request('POST', `/v2/${repository}/blobs/uploads/`);
    expectStatus(started, 202);
    const location = new URL(String(started.headers.location), 'https://localhost');
    location.searchParams.set('digest', digest);
    expectStatus(
      await this.request('PUT', location.pathname + location.search, content, {
        'content-type': 'application/octet-stream',
      }),
      201,
    );
    return digest;
  }

  /** Pushes a Docker schema 2 image, or an OCI one, with one layer per string. */
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

  /** Pushes an OCI index of images in the same repository. */
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

function expectStatus(response: HttpResponse, status: number): void {
  if (response.status !== status)
    throw new Error(`status ${response.status} instead of ${status}: ${response.body.toString('utf8')}`);
}

interface RegistryRequest {
  agent: http.Agent;
  port: number;
  method: string;
  path: string;
  headers?: Record<string, string>;
}

function send(
  { agent, port, method, path, headers = {} }: RegistryRequest,
  body?: Buffer | string,
): Promise<HttpResponse> {
  const content = body === undefined ? undefined : Buffer.from(body);
  return new Promise((resolve, reject) => {
    const { request: start } = agent instanceof https.Agent ? https : http;
    const request = start(
      { agent, host: 'localhost', port, method, path, headers: { ...headers, 'content-length': content?.length ?? 0 } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
        );
      },
    );
    request.on('error', reject);
    request.end(content);
  });
}
