import type { RuleEffect } from '../../graph/policy/policy-effect.js';
import type { PolicyRuleSource } from '../../model/retention-policy.js';
import type { PolicyCheckReport } from '../report.js';
import { defaultSettings, ruleSettings } from '../settings.js';
import type { PolicyCheckDocument } from './document-type.js';

type CheckedRule = PolicyCheckDocument['rules'][number];

/** Makes the document of `policy check`. */
export function policyCheckDocument(report: PolicyCheckReport): PolicyCheckDocument {
  const { file, problems, policy, trial, warnings } = report;
  const source = policy?.source;
  const rules = source?.rules.map((rule, index) => ({
    ...rulePart(rule),
    ...ruleSettings(rule, source),
    ...effectPart(trial?.effect.rules[index]),
  }));
  return {
    apiVersion: 'regadm/v1',
    kind: 'PolicyCheck',
    file,
    ...trial?.source,
    ...(trial?.namespace === undefined ? {} : { namespace: trial.namespace }),
    ...(trial ? { referrers: trial.referrers } : {}),
    summary: summaryOf(report),
    problems: problems.map(({ line, field, message }) => ({ file, line, field, message })),
    rules: rules ?? [],
    ...(source ? { defaults: { ...defaultSettings(source), ...effectPart(trial?.effect.defaults) } } : {}),
    warnings,
  };
}

function summaryOf({ problems, policy, trial, warnings }: PolicyCheckReport): PolicyCheckDocument['summary'] {
  const counts = { problems: problems.length, warnings: warnings.length, rules: policy?.rules.length ?? 0 };
  if (!trial) return counts;
  const { tags, items, images, bytes } = trial.effect.total;
  return { ...counts, imageStreamTags: tags, imageStreamTagItems: items, images, bytes };
}

function rulePart({ name, keep, expireTag }: PolicyRuleSource): Pick<CheckedRule, 'name' | 'keep' | 'expireTag'> {
  return { name, ...(keep ? { keep } : {}), ...(expireTag ? { expireTag } : {}) };
}

type EffectPart = Pick<CheckedRule, 'matches' | 'keeps' | 'removes' | 'hiddenBy'>;

function effectPart(effect: RuleEffect | undefined): EffectPart | undefined {
  if (!effect) return undefined;
  const { matches, keeps, removes, hiddenBy } = effect;
  return { matches, keeps, removes, ...(hiddenBy.length > 0 ? { hiddenBy } : {}) };
}
