import { PLAN_PARTS, type HardPruneReport, type PlanPart } from '../report.js';
import { hardPruneSummary } from './summary.js';

function entry(report: HardPruneReport, part: PlanPart, index: number): object {
  return {
    ...report.plan[part][index],
    ...(report.outcomes ? (report.outcomes[part][index] ?? { status: 'skipped' }) : { status: 'would-delete' }),
  };
}

/** The document without its arrays. */
function head(report: HardPruneReport): object {
  const { dryRun, startedAt, finishedAt, options } = report;
  return {
    apiVersion: 'regadm/v1',
    kind: 'HardPrune',
    dryRun,
    startedAt,
    finishedAt,
    options,
    summary: hardPruneSummary(report),
  };
}

function tail({ procedure, warnings, failures }: HardPruneReport): object {
  return { procedure, warnings, failures };
}

/** The JSON document, piece by piece: memory does not grow with it. */
export function* hardPruneJson(report: HardPruneReport): Generator<string> {
  yield JSON.stringify(head(report), null, 2).replace(/\n\}$/, '');
  for (const part of PLAN_PARTS) {
    yield `,\n  ${JSON.stringify(part)}: [`;
    for (let index = 0; index < report.plan[part].length; index++)
      yield `${index ? ',' : ''}\n    ${JSON.stringify(entry(report, part, index))}`;
    yield report.plan[part].length > 0 ? '\n  ]' : ']';
  }
  yield JSON.stringify(tail(report), null, 2).replace(/^\{/, ',') + '\n';
}

/** The same in YAML; `stringify` is that of the yaml package. */
export function* hardPruneYaml(report: HardPruneReport, stringify: (value: unknown) => string): Generator<string> {
  yield stringify(head(report));
  for (const part of PLAN_PARTS) {
    yield report.plan[part].length > 0 ? `${part}:\n` : `${part}: []\n`;
    for (let index = 0; index < report.plan[part].length; index++) yield stringify([entry(report, part, index)]);
  }
  yield stringify(tail(report));
}
