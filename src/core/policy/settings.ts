import type { PolicyRuleSource, PolicySource, RetentionSource } from '../model/retention-policy.js';

/** What applies to tags, as a user would write it. */
export interface Settings {
  keepTagRevisions: number;
  keepYoungerThan: string;
  keepPulledWithin?: string;
}

/** The defaults of the flags. */
const FLAG_DEFAULTS: Settings = { keepTagRevisions: 3, keepYoungerThan: '60m' };

/** Returns what applies to tags that no rule matches. */
export function defaultSettings({ defaults }: PolicySource): Settings {
  return complete(defaults, FLAG_DEFAULTS);
}

/** Returns what applies to tags that a rule matches. */
export function ruleSettings(rule: PolicyRuleSource, policy: PolicySource): Settings {
  return complete(rule, defaultSettings(policy));
}

function complete(source: RetentionSource = {}, fallback: Settings): Settings {
  const keepPulledWithin = source.keepPulledWithin ?? fallback.keepPulledWithin;
  return {
    keepTagRevisions: source.keepTagRevisions ?? fallback.keepTagRevisions,
    keepYoungerThan: source.keepYoungerThan ?? fallback.keepYoungerThan,
    ...(keepPulledWithin === undefined ? {} : { keepPulledWithin }),
  };
}
