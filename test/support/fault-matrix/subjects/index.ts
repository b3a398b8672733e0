import { pruneHardSubjects } from './prune-hard.js';
import { pruneImagesSubjects } from './prune-images.js';
import { registrySubjects } from './registry.js';
import { restoreSubjects } from './restore.js';
import type { Subject } from './subject.js';
import { verifySubjects } from './verify.js';

export type { Subject } from './subject.js';

/** Returns every command that the matrix tries. */
export async function allSubjects(): Promise<Subject[]> {
  const subjects = [
    ...pruneHardSubjects(),
    ...registrySubjects(),
    ...restoreSubjects(),
    ...verifySubjects(),
    ...(await pruneImagesSubjects()),
  ];
  return subjects as Subject[];
}
