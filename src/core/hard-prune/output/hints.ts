import type { HardPruneReport } from '../report.js';

/** What to do after a hard prune: without a roll-out, the registry's blob cache in memory still lists deleted blobs. */
export function hardPruneHints({ dryRun, plan, procedure }: HardPruneReport, emptiesRedis: boolean): string[] {
  const rolledOut = procedure.some(({ step, outcome }) => step === 'waiting for the roll-out' && outcome === 'done');
  if (dryRun || rolledOut || plan.blobs.length === 0) return [];
  const redis = emptiesRedis ? '' : ' (with --redis-url if the registry uses Redis)';
  return [`the registry's in-memory blob cache is stale until the registry restarts: regadm registry restart${redis}`];
}
