import type { Protection } from '../model/protection.js';
import type { ReferrerScope } from './uses.js';

/** What decides about staying and going: the flags of `regadm prune images`. */
export interface PruneOptions {
  keepTagRevisions: number;
  keepYoungerThanMs: number;
  pruneOverSizeLimit: boolean;
  /** False: only images that were pushed. */
  all: boolean;
  pruneRegistry: boolean;
  /** Only streams of this namespace; images stay. */
  namespace?: string;
  referrers: ReferrerScope;
  ignoreInvalidRefs: boolean;
  pruneSignatures: boolean;
  protection?: Protection;
  /** Only what this lets through may go: a plan that was made before. */
  only?: {
    item(stream: { uid: string }, tag: string, image: string, created: number): boolean;
    image(name: string, uid: string): boolean;
  };
}
