import type { PolicyEffect } from '../graph/policy/policy-effect.js';
import type { RetentionPolicy } from '../model/retention-policy.js';
import type { FileProblem } from '../rule-files/yaml-reader.js';

/** The result of `regadm policy check`. */
export interface PolicyCheckReport {
  /** The file's name as the user wrote it. */
  file: string;
  /** The mistakes in the file; empty if it is valid. */
  problems: readonly FileProblem[];
  /** Absent if the file has mistakes. */
  policy?: RetentionPolicy;
  /** Absent without a cluster and saved lists, and if the file has mistakes. */
  trial?: Trial;
  /** What is not certain about the numbers, and rules that decide about no tag. */
  warnings: string[];
}

/** What a policy would do to a cluster, or to saved lists. */
interface Trial {
  source: TrialSource;
  /** Only image streams of this namespace. */
  namespace?: string;
  referrers: 'oc' | 'extended' | 'all';
  effect: PolicyEffect;
}

/** What a policy is tried on: a cluster, or saved lists. */
export type TrialSource = { server: string } | { from: string };
