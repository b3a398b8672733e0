import type { Reporter } from '../kit/reporter.js';
import { formatBytes } from '../model/values/quantity.js';
import { plural } from '../terminal/text.js';
import type { HardPrunePlan } from '../orphans/plan/types.js';
import { PLAN_PARTS, type Findings } from './report.js';

/**
 * Reports what was found before it is deleted.
 * @param reported what was reported of an earlier search: then only the difference is reported
 */
export function reportFindings(findings: Findings, reporter: Reporter, reported?: Findings): void {
  if (!reported) {
    reportWarnings(findings, reporter);
    reporter.note(describeFound(findings.plan));
    return;
  }
  const known = new Set(reported.warnings);
  for (const warning of findings.warnings) if (!known.has(warning)) reporter.warning(warning);
  const found = describeFound(findings.plan);
  if (found === describeFound(reported.plan)) return;
  const isLess = PLAN_PARTS.every((part) => findings.plan[part].length <= reported.plan[part].length);
  reporter.note(`${isLess ? 'some of it is in use now' : 'more is unused now'}: ${found}`);
}

/** Reports the warnings of a plan and, at `-v 4`, why unused data is kept. */
export function reportWarnings({ plan, warnings }: Findings, reporter: Reporter): void {
  for (const warning of warnings) reporter.warning(warning);
  for (const { kind, name, because } of plan.kept) reporter.log(4, `keeping ${kind} ${name}: ${because}`);
}

/** Describes in one line what a plan would delete. */
function describeFound(plan: HardPrunePlan): string {
  const { blobs, bytes, manifestLinks, repositories, layerLinks, uploads } = plan;
  const others = [
    manifestLinks.length > 0 && plural(manifestLinks.length, 'manifest link'),
    repositories.length > 0 && plural(repositories.length, 'repository', 'repositories'),
    layerLinks.length > 0 && plural(layerLinks.length, 'layer link'),
    uploads.length > 0 && plural(uploads.length, 'upload'),
  ].filter((part) => part !== false);
  return `found unused data: ${[`${plural(blobs.length, 'blob')} (${formatBytes(bytes)})`, ...others].join(', ')}`;
}
