import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { startSandbox, type KubeObject, type Sandbox, type SandboxOptions } from '../../src/sandbox/index.js';
import { openCluster } from '../../src/core/cluster/index.js';
import { runPruneImages, type PruneImagesRequest } from '../../src/core/prune/prune-images.js';
import type { PruneOptions } from '../../src/core/graph/options.js';
import type { ImagePruneReport } from '../../src/core/prune/report.js';
import { imagePruneDocument } from '../../src/core/prune/output/document.js';
import { pruneOptions } from './builders.js';
import { runCli, type CliOptions, type CliResult } from './cli.js';
import type { PruneDocument } from './cluster-checks.js';

/** When everything was made that is old. */
const OLD = '2025-01-01T00:00:00Z';
/** What a workload's pull specs begin with; the value does not matter (facts.md). */
export const HOST = 'image-registry.openshift-image-registry.svc:5000';

/** A monotonic clock (ms) that a test can advance, so that no outcome depends on the speed of the machine. */
export class TestClock {
  private skippedMs = 0;

  readonly now = (): number => performance.now() + this.skippedMs;

  advance(ms: number): void {
    this.skippedMs += ms;
  }
}

/** Digests of what a scene holds; lists are newest first. */
export interface Scene {
  sandbox: Sandbox;
  /** The clock of runs in this process. */
  clock: TestClock;
  /** shop/web:latest, six revisions: the last three items go, and of the images the fifth: shop/copy lists the others too. */
  web: string[];
  /** shop/api:latest, five revisions that share layers with those of shop/web: the last two go. */
  api: string[];
  /** multi/tool:v1, five image indexes with two children each: the last two go with their children. */
  indexes: string[];
  children: string[][];
  /** ops/batch:nightly, five revisions: the last two go. */
  batch: string[];
  /** In no stream: goes. */
  loose: string;
}

/** The flags of a confirmed run against a scene. */
export const CONFIRM = ['prune', 'images', '--confirm', '--keep-younger-than=60m', '-o', 'json'];
export const DRY_RUN = CONFIRM.filter((arg) => arg !== '--confirm');

/** Starts a sandbox with a small cluster that has every kind of sharing (only deleted images have the layer `outdated`); two of them hold the same digests. */
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
  return { sandbox, clock: new TestClock(), web, api, indexes, children, batch, loose };
}

/** Makes revisions, oldest first, and returns them newest first. */
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

/** Runs regadm against a scene as its administrator, unless told otherwise. */
export function prune(scene: Scene, args: string[] = CONFIRM, options: CliOptions = {}): Promise<CliResult> {
  const { sandbox } = scene;
  return runCli([...args, '--registry-url', sandbox.registryUrl], { kubeconfig: sandbox.kubeconfig.admin, ...options });
}

/** A pod that runs; `spec` and `status` override its own. */
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
export function retag(sandbox: Sandbox, key: string, tag: string, image: string): void {
  const [namespace, name] = key.split('/') as [string, string];
  const stream = sandbox.store.get('imagestreams', namespace, name)!;
  const tags = (stream.status?.tags ?? []) as { tag: string; items: object[] }[];
  const item = {
    created: new Date().toISOString(),
    dockerImageReference: `${HOST}/${key}@${image}`,
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

/** Longer than the age of any view of the cluster that a deletion may rest on, and shorter than the silence that makes a watch suspect. */
const OLDER_THAN_ANY_LOOK_MS = 31_000;
const EVENT_LOOP_TURNS = 20;

/**
 * Lets a run in this process notice what the test has just changed, before the request that waits for this is answered.
 * What the run watches, it receives; what it can only list has become too old, so it lists that again before it deletes.
 */
export async function letRunNotice({ clock }: Scene): Promise<void> {
  clock.advance(OLDER_THAN_ANY_LOOK_MS);
  // The sandbox runs in this process too: its events are sent and received within a few turns of the event loop.
  for (let turn = 0; turn < EVENT_LOOP_TURNS; turn++) await sleep(5);
}

/** What a run in this process is asked for, beside what `CONFIRM` asks for. */
export interface HereOptions {
  options?: Partial<PruneOptions>;
  request?: Partial<PruneImagesRequest>;
  kubeconfig?: string;
  signal?: AbortSignal;
}

/** The result of a run in this process: the report as its JSON document, and what was said. */
export interface Here {
  document: PruneDocument;
  warnings: string[];
  log: string[];
}

/** A confirmed run in this process: as `prune`, without the time that a process takes. @throws what the command would print as an error */
export async function pruneHere(
  { sandbox, clock }: Scene,
  { options, request, kubeconfig, signal }: HereOptions = {},
): Promise<Here> {
  const api = await openCluster({ kubeconfig: kubeconfig ?? sandbox.kubeconfig.admin });
  const said: Omit<Here, 'document'> = { warnings: [], log: [] };
  const ending = signal ?? new AbortController().signal;
  setMaxListeners(0, ending);
  const whole: PruneImagesRequest = {
    options: pruneOptions(options),
    keepYoungerThan: '60m',
    confirm: true,
    registry: { registryUrl: sandbox.registryUrl, forceInsecure: false, workers: 5, requestTimeoutMs: 0 },
    preflight: true,
    ...request,
  };
  try {
    const report = await runPruneImages(api, whole, {
      warn: (line) => void said.warnings.push(line),
      log: (level, line) => void (level <= 4 && said.log.push(line)),
      phase: () => {},
      tick: () => {},
      signal: ending,
      clock: clock.now,
    });
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
