import { toKinds } from './family.js';
import { runningReader } from './readers.js';

/**
 * Knative Serving. A revision without traffic has no pods, and its controller sets the image of a container to the
 * digest that a tag had when the revision was created.
 * @see https://github.com/knative/specs/blob/main/specs/serving/knative-api-specification-1.0.md
 */
export const KNATIVE = toKinds({
  group: 'serving.knative.dev',
  kinds: { revisions: 'Revision', services: 'Service', configurations: 'Configuration' },
  readers: () => [runningReader('imageDigest')],
});
