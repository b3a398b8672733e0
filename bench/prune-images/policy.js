import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { regadm } from './measure.js';
import { median } from './statistics.js';

const RULES = 50;

/** A policy of 50 rules, globs and regular expressions, of which the last ones decide the tags. */
function policy() {
  const others = Array.from({ length: RULES - 2 }, (_, at) => ({
    name: `rule ${at}`,
    match: {
      namespaces: [at % 3 === 0 ? `/^team-0*${at}[0-9]?$/` : 'team-*'],
      streams: [at % 5 === 0 ? 'app-*' : `app-*${at}`],
      tags: [at % 2 === 0 ? `/^release-[0-9]+\\.${at}$/` : `pr-*-${at}`, `build-?${at}*`],
    },
    keepTagRevisions: 3,
  }));
  const rules = [
    ...others,
    { name: 'first tags', match: { tags: ['v0'] }, keepTagRevisions: 3 },
    { name: 'rest', match: { tags: ['v*'] }, keepTagRevisions: 3, expireTag: { olderThan: '36500d', keepNewest: 2 } },
  ];
  return { apiVersion: 'regadm/v1', kind: 'RetentionPolicy', rules };
}

/** Measures dry runs without and with a policy, in turn. Returns medians. */
export async function policyRuns(cluster, runs) {
  const file = path.join(cluster.directory, 'policy.json');
  writeFileSync(file, JSON.stringify(policy()));
  await regadm(cluster);
  const pairs = [];
  for (let run = 0; run < runs; run++)
    pairs.push({ without: await regadm(cluster), with: await regadm(cluster, ['--policy', file]) });
  const of = (who, what) => median(pairs.map((pair) => pair[who][what]));
  return {
    rules: RULES,
    ratio: median(pairs.map((pair) => pair.with.seconds / pair.without.seconds)),
    cpuRatio: median(pairs.map((pair) => pair.with.cpu / pair.without.cpu)),
    without: { seconds: of('without', 'seconds'), cpu: of('without', 'cpu'), peak: of('without', 'peak') },
    with: { seconds: of('with', 'seconds'), cpu: of('with', 'cpu'), peak: of('with', 'peak') },
  };
}
