import { setMaxListeners } from 'node:events';
import { startSandbox, type KubeObject, type Sandbox, type SandboxOptions } from '../../src/sandbox/index.js';
import { openCluster } from '../../src/core/cluster/index.js';
import { SILENT } from '../../src/core/kit/reporter.js';
import {
  CONFIRMED,
  DRY_RUN as AS_DRY_RUN,
  planOnly,
  pruneImages,
  toPrunePorts,
  type ImagePruneRequest,
} from '../../src/core/prune/index.js';
import type { PruneOptions } from '../../src/core/graph/options.js';
import type { ImagePruneReport } from '../../src/core/prune/report.js';
import { imagePruneDocument } from '../../src/core/prune/output/document.js';
import { pruneOptions } from './builders.js';
import { ObservedReads } from './observed-reads.js';
import type { CliOptions, CliResult } from './cli.js';
import type { PruneDocument } from './cluster-checks.js';
import { regadm } from './regadm.js';

// Runs in this process would load these certificates for every connection to a registry, which takes 50 ms.
delete process.env.NODE_EXTRA_CA_CERTS;

/** Creation time of all old objects. */
const OLD = '2025-01-01T00:00:00Z';
/** Registry host in the pull specs of workloads; any value works. */
export const HOST = 'image-registry.openshift-image-registry.svc:5000';

/** A monotonic clock (ms) that a test can advance, so that no result depends on the speed of the machine. */
class TestClock {
  private skippedMs = 0;

  readonly now = (): number => performance.now() + this.skippedMs;

  advance(ms: number): void {
    this.skippedMs += ms;
  }
}

/** A sandbox, and what runs in this process share with a test. */
interface InProcess {
  sandbox: Sandbox;
  /** The clock of the runs. */
  clock: TestClock;
  /** What the runs have read. */
  reads: ObservedReads;
}

/** Prepares a sandbox for runs in this process. */
export function inProcess(sandbox: Sandbox): InProcess {
  return { sandbox, clock: new TestClock(), reads: new ObservedReads() };
}

/** A sandbox with a small cluster, and the digests of its images; lists are newest first. */
export interface Scene extends InProcess {
  /** shop/web:latest, six revisions. A prune deletes the last three items and the fifth image. */
  web: string[];
  /** shop/api:latest, five revisions that share layers with shop/web. A prune deletes the last two. */
  api: string[];
  /** multi/tool:v1, five image indexes with two children each. A prune deletes the last two with their children. */
  indexes: string[];
  children: string[][];
  /** ops/batch:nightly, five revisions. A prune deletes the last two. */
  batch: string[];
  /** An image that no stream lists. A prune deletes it. */
  loose: string;
}

/** The flags of a confirmed run against a scene. */
export const CONFIRM = ['prune', 'images', '--confirm', '--keep-younger-than=60m', '-o', 'json'];
export const DRY_RUN = CONFIRM.filter((arg) => arg !== '--confirm');

/**
 * Starts a sandbox with a small cluster in which images share layers in every way. The layer `outdated` is only in
 * images that a prune deletes. Every scene has the same digests.
 */
export async function aScene(options: SandboxOptions = {}): Promise<Scene> {
  const sandbox = await startSandbox({ cluster: {}, ...options });
  const push = (repository: string, tag: string | undefined, content: object): string =>
    sandbox.registry.push(repository, tag, { created: OLD, ...content }).digest;
  for (const key of ['shop/web', 'shop/api', 'shop/copy', 'multi/tool', 'ops/batch']) addStream(sandbox, key);
  const web = revisions(6, (at) => {
    const content = {
      format: 'docker',
      layers: ['base', `pair ${at % 2}`, `web ${at}`, ...(at === 1 ? ['outdated'] : [])],
      config: { author: `web ${at}` },
    };
    const digest = push('shop/web', 'latest', content);
    // The same image in a second repository.
    if (at % 2 === 0) push('shop/copy', 'v', content);
    return digest;
  });
  const api = revisions(5, (at) =>
    push('shop/api', 'latest', {
      layers: ['base', `pair ${at % 2}`, `api ${at}`, ...(at < 2 ? ['outdated'] : [])],
      config: { author: `api ${at}` },
    }),
  );
  const children: string[][] = [];
  const indexes = revisions(5, (at) => {
    const named = ['amd64', 'arm64'].map((architecture) =>
      push('multi/tool', undefined, {
        layers: [`os ${architecture}`, `tool ${architecture} ${at}`],
        config: { architecture },
      }),
    );
    children.unshift(named);
    return push('multi/tool', 'v1', { manifests: named });
  });
  const batch = revisions(5, (at) =>
    push('ops/batch', 'nightly', { layers: ['base', `batch ${at}`, ...(at < 2 ? ['outdated'] : [])] }),
  );
  const loose = push('ops/batch', undefined, { layers: ['base', 'loose', 'outdated'] });
  return { ...inProcess(sandbox), web, api, indexes, children, batch, loose };
}

/** Pushes revisions, oldest first, and returns them newest first. */
function revisions(count: number, make: (at: number) => string): string[] {
  return Array.from({ length: count }, (_, at) => make(at)).reverse();
}

function addStream(sandbox: Sandbox, key: string): void {
  const [namespace, name] = key.split('/');
  sandbox.store.put('imagestreams', {
    metadata: { namespace, name, creationTimestamp: OLD },
    spec: {},
    status: { dockerImageRepository: `${HOST}/${key}` },
  });
}

/** Runs regadm against a scene, as `regadm` does. Default: as its administrator. */
export function prune(scene: Scene, args: string[] = CONFIRM, options: CliOptions = {}): Promise<CliResult> {
  const { sandbox } = scene;
  return regadm([...args, '--registry-url', sandbox.registryUrl], { kubeconfig: sandbox.kubeconfig.admin, ...options });
}

/** Returns a running pod; `spec` and `status` override its fields. */
export function aRunningPod(
  key: string,
  image: string,
  more: { spec?: object; status?: object; created?: string } = {},
): KubeObject {
  const [namespace, name] = key.split('/') as [string, string];
  return {
    metadata: { namespace, name, creationTimestamp: more.created ?? OLD },
    spec: { containers: [{ name: 'main', image }], ...more.spec },
    status: { phase: 'Running', ...more.status },
  };
}

/** Makes an old image the newest item of a tag again, as `oc tag` does. */
export function retag(sandbox: Sandbox, key: string, tag: string, image: string, source = key): void {
  const [namespace, name] = key.split('/') as [string, string];
  const stream = sandbox.store.get('imagestreams', namespace, name)!;
  const tags = (stream.status?.tags ?? []) as { tag: string; items: object[] }[];
  const item = {
    created: new Date().toISOString(),
    dockerImageReference: `${HOST}/${source}@${image}`,
    image,
    generation: 2,
  };
  const others = tags.filter((one) => one.tag !== tag);
  const items = tags.find((one) => one.tag === tag)?.items ?? [];
  sandbox.store.put('imagestreams', {
    ...stream,
    status: { ...stream.status, tags: [...others, { tag, items: [item, ...items] }] },
  });
}

/** Longer than the maximum age of a look (if it takes less than 5 minutes), and than a watch can be silent, in ms. */
const OLDER_THAN_ANY_LOOK_MS = 600_000;

/**
 * Waits until a run in this process has noticed what the test has changed: it has handled the events of its watches,
 * and everything else that it knows is too old, so that it reads again before the next deletion. No list is being read
 * when the clock advances, because such a list would seem to take that long, and could be used for twice as long.
 */
export async function letRunNotice({ sandbox, clock, reads }: InProcess): Promise<void> {
  await reads.areCurrent(sandbox.store);
  clock.advance(OLDER_THAN_ANY_LOOK_MS);
}

/** Options of a run in this process, added to those of `CONFIRM`. */
interface InProcessOptions {
  options?: Partial<PruneOptions>;
  request?: Partial<ImagePruneRequest>;
  /** True: plan only. */
  dryRun?: boolean;
  kubeconfig?: string;
  signal?: AbortSignal;
}

/** The result of a run in this process: its JSON document and its messages. */
interface InProcessResult {
  document: PruneDocument;
  warnings: string[];
  log: string[];
}

/**
 * Runs a confirmed prune in this process, which is faster than `prune`.
 * @throws the error that the command would print
 */
export async function pruneInProcess(
  { sandbox, clock, reads }: InProcess,
  { options, request, kubeconfig, signal, dryRun = false }: InProcessOptions = {},
): Promise<InProcessResult> {
  const api = await openCluster({ kubeconfig: kubeconfig ?? sandbox.kubeconfig.admin });
  const said: Omit<InProcessResult, 'document'> = { warnings: [], log: [] };
  const ending = signal ?? new AbortController().signal;
  setMaxListeners(0, ending);
  const whole: ImagePruneRequest = {
    options: pruneOptions(options),
    keepYoungerThan: '60m',
    registry: { registryUrl: sandbox.registryUrl, forceInsecure: false, workers: 5, requestTimeoutMs: 0 },
    preflight: true,
    policy: dryRun ? AS_DRY_RUN : CONFIRMED,
    ...request,
  };
  try {
    const reporter = {
      ...SILENT,
      warning: (line: string) => void said.warnings.push(line),
      log: (level: number, line: string) => void (level <= 4 && said.log.push(line)),
    };
    const connected = toPrunePorts(api);
    const ports = { ...connected, cluster: reads.observe(connected.cluster), clock: clock.now };
    const report = await (dryRun ? planOnly : pruneImages)(ports, whole, reporter, ending);
    return { document: asDocument(report), ...said };
  } finally {
    await api.close();
  }
}

function asDocument(report: ImagePruneReport): PruneDocument {
  const { fields, arrays } = imagePruneDocument(report);
  const lists = Object.entries(arrays).map(([name, entries]) => [name, [...entries()]]);
  return { ...fields, ...Object.fromEntries(lists) } as PruneDocument;
}
