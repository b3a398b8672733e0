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
} as const;
