import { ARGO } from './argo.js';
import type { CustomKind } from './family.js';
import { KNATIVE } from './knative.js';
import { CDI, KUBEVIRT, POOLS } from './kubevirt.js';
import { TEKTON, TRIGGERS } from './tekton.js';
import { POD_TEMPLATES, TEMPLATES } from './templates.js';

export type { CustomKind } from './family.js';

/**
 * The kinds of well-known platforms, and built-in kinds that `oc` does not read, whose objects can be the only users of
 * an image. docs/decisions/0034-read-well-known-custom-resources.md has the reasons for the choice.
 */
export const CUSTOM_KINDS: readonly CustomKind[] = [
  ...POD_TEMPLATES,
  ...TEMPLATES,
  ...KNATIVE,
  ...ARGO,
  ...TEKTON,
  ...TRIGGERS,
  ...KUBEVIRT,
  ...POOLS,
  ...CDI,
];
