import path from 'node:path';
import type { PruneOptions } from '../../../../src/core/graph/options.js';
import {
  falseClaims,
  missingParts,
  stateOf,
  unplannedLosses,
  type PruneDocument,
  type State,
} from '../../cluster-checks.js';
import { prune, pruneInProcess, type Scene } from '../../prune-scene.js';
import { aPagedScene } from '../scene.js';
import { failureOf, type Evidence, type Stage, type Subject } from './subject.js';

/** How a run of `prune images` is started. */
interface Variant {
  /** Flags after `prune images`, for titles. */
  title: string;
  /** Returns the flags; the plan file of a variant that uses one is written by then. */
  flags(planFile: string): string[];
  options: Partial<PruneOptions>;
  usesPlan?: boolean;
}

const DECISIONS = ['--keep-younger-than=60m', '--keep-tag-revisions=1'];

const VARIANTS: Variant[] = [
  { title: '--confirm', flags: () => DECISIONS, options: { keepTagRevisions: 1 } },
  {
    title: '--plan FILE --confirm',
    flags: (planFile) => [`--plan=${planFile}`],
    options: { keepTagRevisions: 1 },
    usesPlan: true,
  },
  {
    title: '-n NAMESPACE --confirm',
    flags: () => [...DECISIONS, '--namespace=shop'],
    options: { keepTagRevisions: 1, namespace: 'shop' },
  },
];

/** Returns `prune images` in each variant. */
export function pruneImagesSubjects(): Promise<Subject<State>[]> {
  return Promise.all(VARIANTS.map(aSubject));
}

async function aSubject(variant: Variant): Promise<Subject<State>> {
  const plan = await planOf(variant);
  return {
    name: `prune images ${variant.title}`,
    family: 'prune images',
    prepare: async () => aStage(await aPagedScene(), variant, plan),
  };
}

async function planOf({ options }: Variant): Promise<PruneDocument> {
  const scene = await aPagedScene();
  try {
    return (await pruneInProcess(scene, { options, dryRun: true })).document;
  } finally {
    await scene.sandbox.stop();
  }
}

async function aStage(scene: Scene, variant: Variant, plan: PruneDocument): Promise<Stage<State>> {
  const { sandbox } = scene;
  const { options } = variant;
  const planFile = path.join(sandbox.dir, 'plan.json');
  // All in other processes: concurrent tests cannot import anything while another one ends.
  const decisions = options.namespace === undefined ? DECISIONS : [...DECISIONS, `--namespace=${options.namespace}`];
  if (variant.usesPlan) await prune(scene, ['prune', 'images', `--plan-out=${planFile}`, ...decisions]);
  const command = ['prune', 'images', '--confirm', '--num-workers=3', '--output=json'];
  const args = [...command, ...variant.flags(planFile)];
  return {
    sandbox,
    run: (signal) => prune(scene, args, { signal }),
    state: () => stateOf(sandbox),
    violations: (evidence) => violationsOf(evidence, scene, plan),
    finish: async () =>
      failureOf(
        'the next run',
        await prune(scene, [...command, ...decisions], { kubeconfig: sandbox.kubeconfig.pruner }),
      ),
  };
}

function violationsOf({ document, before, after }: Evidence<State>, { sandbox }: Scene, plan: PruneDocument): string[] {
  const planned = plan.images.map(({ name }) => name);
  const report = document?.kind === 'ImagePrune' ? (document as PruneDocument) : undefined;
  return [
    ...missingParts(sandbox, planned).map((part) => `harm: ${part} is missing`),
    ...unplannedLosses(before, after, plan).map((loss) => `harm: ${loss} is gone`),
    ...(report ? falseClaims(report, before, sandbox).map((claim) => `untrue: ${claim}`) : []),
  ];
}
