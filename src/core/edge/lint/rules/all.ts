import { claimRules } from './claims.js';
import { classRules } from './classes.js';
import { clusterRules } from './clusters.js';
import { filledInRules } from './filled-in.js';
import { machineConfigRules } from './machine-configs.js';
import { nameRules } from './names.js';
import { nodeRules } from './nodes.js';
import { policyRules } from './policies.js';
import { quantityRules } from './quantities.js';
import type { Rule } from './rule.js';
import { storageRules } from './storage.js';
import { volumeRules } from './volumes.js';

/** Every rule that compares the contents of the files. */
export const RULES: Rule[] = [
  ...storageRules,
  ...machineConfigRules,
  ...volumeRules,
  ...nodeRules,
  ...clusterRules,
  ...quantityRules,
  ...claimRules,
  ...classRules,
  ...nameRules,
  ...policyRules,
  ...filledInRules,
];
