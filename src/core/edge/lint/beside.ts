import type { ObjectFacts } from './facts.js';

const BY_FILE = new WeakMap<ObjectFacts[], Map<string | undefined, ObjectFacts[]>>();

/**
 * Selects the objects of a list that a policy in the same file applies, or all objects if it applies none. The objects
 * of one file belong together: those of another can be for another cluster.
 */
export function beside(object: ObjectFacts, list: ObjectFacts[]): ObjectFacts[] {
  const file = policyFile(object);
  return (file !== undefined && byFile(list).get(file)) || list;
}

/** Returns the file of the policy that applies an object; undefined for plain objects. */
function policyFile({ policy }: ObjectFacts): string | undefined {
  return policy?.complianceType.at.file;
}

function byFile(list: ObjectFacts[]): Map<string | undefined, ObjectFacts[]> {
  const known = BY_FILE.get(list);
  if (known) return known;
  const files = new Map<string | undefined, ObjectFacts[]>();
  for (const object of list) {
    const file = policyFile(object);
    const same = files.get(file);
    if (same) same.push(object);
    else files.set(file, [object]);
  }
  BY_FILE.set(list, files);
  return files;
}
