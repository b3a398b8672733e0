import { joinPeriods, uncovered, type Period } from '../model/pulls.js';

/** Lines that are not further apart follow each other, in ms: the kubelet checks the registry's health more often. */
const ADJACENT_MS = 60_000;
/** Maximum time between the last line of a pod and the first one of the pod that replaces it, in ms. */
const ROLLOUT_MS = 10 * 60_000;

/** The log of a pod in the cluster. */
export interface PodLogPeriods {
  /** Of the container before the current one. */
  previous?: Period;
  current?: Period;
  /** When the current container started, in ms since the epoch; undefined if that is not known. */
  startedAt?: number;
}

/**
 * Finds for which periods the logs of the cluster's pods are complete: those for which every pod's log is, because the
 * logs of the pods that were there before are gone.
 */
export function podsCoverage(pods: readonly PodLogPeriods[]): Period[] {
  const [first = [], ...others] = pods.map(podCoverage);
  return others.reduce((covered, periods) => intersect(covered, periods), first);
}

/** Without a loss between them, the two containers of a pod are one: it did not serve in between. */
function podCoverage({ previous, current, startedAt }: PodLogPeriods): Period[] {
  const logs = [previous, current].filter((period) => period !== undefined);
  if (!previous || !current) return logs;
  const isWhole = startedAt !== undefined && current.from <= startedAt + ADJACENT_MS && current.from >= previous.to;
  return isWhole ? [{ from: previous.from, to: current.to }] : joinPeriods(logs);
}

/** A pod, or a file whose lines do not name their pod. */
export interface LogSource {
  /** Times of its first and last line, in ms since the epoch. */
  from: number;
  to: number;
  /** When it logged that it starts to serve; undefined if its log does not have this line. */
  started?: number;
}

/**
 * Finds for which periods log files are complete. Logs of the same time are those of several pods, and what only some
 * of them cover is complete only if the others did not serve then: because they started later, or ended when another
 * one started. Logs that do not overlap follow each other.
 */
export function filesCoverage(sources: readonly LogSource[]): Period[] {
  const covered = joinPeriods(sources).flatMap((whole) => {
    if (whole.from === whole.to) return [whole];
    const parallel = sources.filter(({ from, to }) => from >= whole.from && to <= whole.to);
    return uncovered(joinPeriods(parallel.flatMap((source) => missingParts(source, whole, parallel))), whole);
  });
  return withoutPauses(covered);
}

function missingParts({ from, to, started }: LogSource, whole: Period, all: readonly LogSource[]): Period[] {
  const startsThere = started !== undefined && started - from <= ADJACENT_MS;
  const isReplaced = all.some((other) => Math.abs((other.started ?? Infinity) - to) <= ROLLOUT_MS);
  return [
    ...(startsThere || from === whole.from ? [] : [{ from: whole.from, to: from }]),
    ...(isReplaced || to === whole.to ? [] : [{ from: to, to: whole.to }]),
  ];
}

function withoutPauses(covered: readonly Period[]): Period[] {
  const stretched = covered.map(({ from, to }) => ({ from, to: to + ADJACENT_MS }));
  return joinPeriods(stretched).map(({ from, to }) => ({ from, to: to - ADJACENT_MS }));
}

function intersect(some: readonly Period[], others: readonly Period[]): Period[] {
  return some.flatMap((one) =>
    others.flatMap((other) => {
      const from = Math.max(one.from, other.from);
      const to = Math.min(one.to, other.to);
      return from <= to ? [{ from, to }] : [];
    }),
  );
}
