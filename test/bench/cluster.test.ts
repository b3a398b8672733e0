import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

interface Count {
  requests: number;
  bytes: number;
}

interface Cluster {
  kubeconfig: string;
  counts: Record<string, number>;
  statistics(): Promise<{ deletions: number }>;
  traffic(): Promise<{ path: string; first: Count; second: Count; watch: Count }[]>;
  close(): void;
}

interface Bench {
  startCluster(options: object): Promise<Cluster>;
  regadm(cluster: Cluster, args: string[]): Promise<{ seconds: number; cpu: number; peak: number }>;
  bare(cluster: Cluster): Promise<{ seconds: number; cpu: number; peak: number }>;
}

interface List {
  kind: string;
  metadata: { resourceVersion: string; continue?: string };
  items: { kind?: string; metadata: { name: string; resourceVersion: string; uid: string }; spec?: object }[];
}

interface Reply {
  status?: number;
  body?: { metadata: { name: string; resourceVersion: string }; kind: string; reason?: string };
  page?: { head: Buffer; items: Buffer };
  watch?(write: (line: string) => void, end: () => void): () => void;
}

interface ApiOfBench {
  answer(request: { method: string; url: URL; headers: Record<string, string> }, body?: Buffer): Reply;
}

const bench = (name: string): Promise<unknown> =>
  import(fileURLToPath(new URL(`../../bench/prune-images/${name}.js`, import.meta.url)));
const { startCluster, regadm, bare } = (await bench('measure')) as Bench;
const { Api } = (await bench('api')) as { Api: new (options: object) => ApiOfBench };
const { respond } = (await bench('respond')) as {
  respond(response: object, reply: Reply, options: object): number;
};

const IMAGES = '/apis/image.openshift.io/v1/images';
const STREAMS = '/apis/image.openshift.io/v1/imagestreams';

describe('the cluster of the benchmark', () => {
  const api = new Api({ images: 60, host: 'registry' });
  const send = (method: string, path: string, { headers = {}, body = '' } = {}): Reply =>
    api.answer({ method, url: new URL(path, 'https://host'), headers }, Buffer.from(body));
  const list = (path: string, headers = {}): List => {
    const { head, items } = send('GET', path, { headers }).page!;
    return JSON.parse(`${head}${items}`) as List;
  };

  it('sends lists in pages of one version, and whole ones from its cache', () => {
    const first = list(`${IMAGES}?limit=40`);
    const second = list(`${IMAGES}?limit=40&continue=${first.metadata.continue}`);
    expect([first.items.length, second.items.length, second.metadata.continue]).toEqual([40, 20, undefined]);
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    expect(list(`${IMAGES}?limit=40&resourceVersion=0`).items).toHaveLength(60);
    expect(send('GET', `${IMAGES}?resourceVersion=999999999`).status).toBe(504);
  });

  it('sends the metadata alone', () => {
    const Accept = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';
    const { kind, items } = list('/api/v1/pods', { accept: Accept });
    const whole = list('/api/v1/pods').items;
    expect(kind).toBe('PartialObjectMetadataList');
    expect(items[3]).toEqual({
      kind: 'PartialObjectMetadata',
      apiVersion: 'meta.k8s.io/v1',
      metadata: whole[3]!.metadata,
    });
  });

  it('selects an object by its name', () => {
    const [, second] = list('/api/v1/pods').items;
    const selector = encodeURIComponent(`metadata.name=${second!.metadata.name}`);
    expect(list(`/api/v1/pods?fieldSelector=${selector}`).items).toEqual([second]);
    expect(list(`/api/v1/namespaces/team-00000/pods?fieldSelector=${selector}`).items).toEqual([second]);
    expect(list('/api/v1/pods?fieldSelector=metadata.name%3Dother-0000001').items).toEqual([]);
  });

  it('shows changes in watches and in lists', () => {
    const before = list(IMAGES);
    const { metadata: unfinished } = list(`${IMAGES}?limit=20`);
    const image = before.items[30];
    const lines: string[] = [];
    const { resourceVersion } = before.metadata;
    const end = send('GET', `${IMAGES}?watch=true&resourceVersion=${resourceVersion}`).watch!(
      (line) => lines.push(line),
      () => {},
    );
    send('DELETE', `${IMAGES}/${image!.metadata.name}`);
    end();
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { type: 'DELETED', object: { kind: 'Image', metadata: { name: image!.metadata.name } } },
    ]);
    const after = list(IMAGES);
    expect(after.items).toEqual(before.items.toSpliced(30, 1));
    // The next page shows the version of the first one.
    const { continue: token } = unfinished;
    expect(list(`${IMAGES}?limit=50&continue=${token}`).items).toEqual(before.items.slice(20));
    expect(Number(after.metadata.resourceVersion)).toBe(Number(resourceVersion) + 1);
    expect(send('GET', `${IMAGES}/${image!.metadata.name}`).status).toBe(404);
  });

  it('keeps a changed image stream, and refuses a change of an older version', () => {
    const path = '/apis/image.openshift.io/v1/namespaces/team-00000/imagestreams/app-000001';
    const body = JSON.stringify(send('GET', path).body);
    const { metadata } = send('PUT', `${path}/status`, { body }).body!;
    expect(list(STREAMS).items[1]!.metadata).toEqual(metadata);
    expect(send('PUT', `${path}/status`, { body }).status).toBe(409);
  });

  it('compresses large responses for clients that accept it', () => {
    const { page } = send('GET', IMAGES);
    const chunks: Buffer[] = [];
    const headers: Record<string, unknown> = {};
    const response = {
      writeHead: (_status: number, given: object) => Object.assign(headers, given),
      write: (chunk: Buffer) => chunks.push(chunk),
      end: () => {},
    };
    const bytes = respond(response, { page }, { accepts: 'gzip, deflate' });
    const sent = Buffer.concat(chunks);
    expect([headers['Content-Encoding'], headers['Content-Length'], bytes]).toEqual(['gzip', sent.length, sent.length]);
    expect(gunzipSync(sent).toString()).toBe(`${page!.head}${page!.items}`);
  });
});

describe('measurements of the benchmark', () => {
  it('a confirmed run succeeds, and what it reads again is counted', async () => {
    const cluster = await startCluster({ images: 20, latency: 0, throughput: 50, churn: 100 });
    try {
      const measured = { seconds: expect.any(Number), cpu: expect.any(Number), peak: expect.any(Number) };
      expect(await regadm(cluster, ['--confirm'])).toMatchObject(measured);
      expect((await cluster.statistics()).deletions).toBeGreaterThan(0);
      const traffic = await cluster.traffic();
      expect(traffic.find(({ path }) => path === IMAGES)!.first).toEqual({ requests: 1, bytes: expect.any(Number) });
      expect(traffic.find(({ path }) => path === '/api/v1/pods')!.second.requests).toBeGreaterThan(0);
      expect(traffic.find(({ path }) => path === STREAMS)!.watch.requests).toBeGreaterThan(0);
      expect(await bare(cluster)).toMatchObject(measured);
    } finally {
      cluster.close();
    }
  });
});
