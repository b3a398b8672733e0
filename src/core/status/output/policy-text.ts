import { formatBytes } from '../../model/values/quantity.js';
import { plural } from '../../terminal/text.js';
import type { PolicyTotal } from '../report.js';

/** Describes what a prune with a policy would free. */
export function policyText({ file, rules, tags, tagItems, images, bytes }: PolicyTotal): string {
  return `With the policy ${file} (${plural(rules, 'rule')}): ${formatBytes(bytes)} and ${plural(images, 'image')}, with ${plural(tags, 'whole tag')} and ${plural(tagItems, 'tag item')}`;
}
