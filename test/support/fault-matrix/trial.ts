import type { CliResult } from '../cli.js';
import {
  missingParts,
  stateOf,
  unplannedLosses,
  falseClaims,
  type PruneDocument,
  type State,
} from '../cluster-checks.js';
import { prune, pruneInProcess, type Scene } from '../prune-scene.js';
import type { Cell } from './cells.js';
import { kindOf } from './request-kind.js';
import { aPagedScene } from './scene.js';

/** Time after which a run counts as endless, in ms: about a hundred times what it needs on an idle machine. */
const ENDLESS_MS = 500_000;

const ARGS = [
  'prune',
  'images',
  '--confirm',
  '--keep-younger-than=60m',
  '--keep-tag-revisions=1',
  '--num-workers=3',
  '--output=json',
];
const OPTIONS = { options: { keepTagRevisions: 1 } };

/** What a run without faults does. */
export interface Reference {
  plan: PruneDocument;
  /** The cluster afterward. */
  state: State;
  requests: Scene['sandbox']['requests'];
}

/** The result of a run with a fault. */
interface Outcome {
  /** Number of requests that the fault hit. */
  hits: number;
  /** What is wrong; empty if all invariants hold. */
  violations: string[];
}

/** Runs once without faults, as a reference. */
export async function runWithoutFaults(): Promise<Reference> {
  const scene = await aPagedScene();
  try {
    const { document: plan } = await pruneInProcess(scene, { ...OPTIONS, dryRun: true });
    const sent = scene.sandbox.requests.length;
    const { status, stderr } = await prune(scene, ARGS);
    if (status !== 0) throw new Error(`the run without faults fails: ${stderr}`);
    return { plan, state: stateOf(scene.sandbox), requests: scene.sandbox.requests.slice(sent) };
  } finally {
    await scene.sandbox.stop();
  }
}

/** Runs with the fault of a cell, then without, and compares both with what must hold. */
export async function tryCell({ kind, action, moment }: Cell, reference: Reference): Promise<Outcome> {
  const scene = await aPagedScene();
  try {
    const before = stateOf(scene.sandbox);
    let disturbed = true;
    let count = 0;
    let hits = 0;
    scene.sandbox.onRequest((request) => {
      if (!disturbed || kindOf(request).name !== kind.name || !moment.hits(++count)) return undefined;
      hits++;
      return typeof action === 'function' ? action(request) : action;
    });
    const run = await prune(scene, ARGS, { signal: AbortSignal.timeout(ENDLESS_MS) });
    const violations = violationsOf({ run, scene, before, reference });
    disturbed = false;
    violations.push(...(await violationsOfNextRun(scene, reference)));
    return { hits, violations };
  } finally {
    await scene.sandbox.stop();
  }
}

interface Evidence {
  run: CliResult;
  scene: Scene;
  before: State;
  reference: Reference;
}

function violationsOf({ run, scene, before, reference }: Evidence): string[] {
  const { status, signal, stdout, stderr } = run;
  const after = stateOf(scene.sandbox);
  const document = parse(stdout);
  const report = document?.kind === 'ImagePrune' ? document : undefined;
  const planned = reference.plan.images.map(({ name }) => name);
  const unfinished = JSON.stringify(after) !== JSON.stringify(reference.state);
  const named = /error:/.test(stderr) || (report?.failures ?? []).length > 0;
  const crash = /INTERNAL|TypeError|RangeError|Cannot read|is not a function|is not iterable|\bat .*\.(js|ts):\d+/.exec(
    stderr + stdout,
  );
  return [
    ...missingParts(scene.sandbox, planned).map((part) => `harm: ${part} is missing`),
    ...unplannedLosses(before, after, reference.plan).map((loss) => `harm: ${loss} is gone`),
    ...(signal ? [`the run ends by ${signal}`] : []),
    ...(status === 0 && unfinished ? ['exit 0, but not everything is done'] : []),
    ...(status !== 0 && !named ? [`exit ${status} without a named failure`] : []),
    ...(crash ? [`crash: ${crash[0]}`] : []),
    ...(document === undefined ? ['stdout is not a JSON document'] : []),
    ...(report ? falseClaims(report, before, scene.sandbox).map((claim) => `untrue: ${claim}`) : []),
  ];
}

async function violationsOfNextRun(scene: Scene, reference: Reference): Promise<string[]> {
  const { document } = await pruneInProcess(scene, { ...OPTIONS, kubeconfig: scene.sandbox.kubeconfig.pruner });
  const same = JSON.stringify(stateOf(scene.sandbox)) === JSON.stringify(reference.state);
  return [
    ...document.failures.map(({ target, message }) => `the next run fails: ${target}: ${message}`),
    ...(same ? [] : ['the next run ends with another cluster than a run without faults']),
  ];
}

function parse(stdout: string): (PruneDocument & { kind: string }) | undefined {
  try {
    return JSON.parse(stdout) as PruneDocument & { kind: string };
  } catch {
    return undefined;
  }
}
