import type { Reason } from './reason.js';

/** Why an image is kept, as a number. A `Reason` is built from it only on request. */
export const KEPT = {
  no: 0,
  item: 1,
  child: 2,
  notManaged: 3,
  young: 4,
  held: 5,
  attached: 6,
  imagesStay: 7,
  notInPlan: 8,
  invalidName: 9,
  streamsNotSaved: 10,
} as const;

/** The reasons that contain no details, by number. */
export const PLAIN_REASONS: Partial<Record<number, Reason>> = {
  [KEPT.notManaged]: { rule: 'not-managed' },
  [KEPT.notInPlan]: { rule: 'not-in-plan' },
  [KEPT.invalidName]: { rule: 'invalid-name', what: 'image' },
};
