import type { Reference } from '../../referrer.js';
import { isRecord, listOf, textIn } from '../../values/json.js';
import { toKinds } from './family.js';
import { valuesOf, type Parameters } from './placeholders.js';
import { runningReader } from './readers.js';
import { imageReferences } from './references.js';
import type { Part, PartReader } from './walk.js';

/**
 * Tekton Pipelines: images of steps and sidecars, wherever a task is described, and bundles that contain tasks.
 * @see https://tekton.dev/docs/pipelines/pipeline-api/
 */
export const TEKTON = toKinds({
  group: 'tekton.dev',
  kinds: {
    tasks: 'Task',
    clustertasks: 'ClusterTask',
    stepactions: 'StepAction',
    pipelines: 'Pipeline',
    pipelineruns: 'PipelineRun',
    taskruns: 'TaskRun',
  },
  ofCluster: ['clustertasks'],
  hasImagesInParameters: true,
  readers: readersOfTasks,
});

/** Tekton Triggers: the objects that an event creates. */
export const TRIGGERS = toKinds({
  group: 'triggers.tekton.dev',
  kinds: { triggertemplates: 'TriggerTemplate' },
  hasImagesInParameters: true,
  readers: readersOfTasks,
});

function readersOfTasks(parameters: Parameters): PartReader[] {
  return [runningReader('imageID'), ({ value, name }) => bundles(value, name, parameters)];
}

/** Returns the bundle of a reference to a task: a parameter of its resolver, formerly a field. */
function bundles(value: Part['value'], name: string, parameters: Parameters): Reference[] {
  const isResolved = value.resolver === 'bundles';
  const named = listOf(isResolved ? value.params : []).filter(isRecord);
  const texts = named.filter((param) => param.name === 'bundle').flatMap(valuesOf);
  const former = textIn(value.bundle);
  return [...texts, ...(former === undefined ? [] : [former])].flatMap((text) =>
    imageReferences(`bundle ${name}`.trim(), text, parameters),
  );
}
