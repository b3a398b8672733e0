import { badRequest } from './status.js';
import type { KubeObject } from '../../core/model/kube.js';

type Test = (object: KubeObject) => boolean;

/** Combines the selectors of a list or watch into one test; undefined if there are none. */
export function selectorTest(labels?: string, fields?: string): Test | undefined {
  const tests = [...labelTests(labels ?? ''), ...fieldTests(fields ?? '')];
  return tests.length ? (object) => tests.every((test) => test(object)) : undefined;
}

/** Splits a selector at the commas between requirements, not at those inside `in (a,b)`. */
function requirements(text: string): string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter(Boolean);
}

function labelTests(text: string): Test[] {
  return requirements(text).map((requirement) => {
    const set = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(requirement);
    if (set) {
      const values = set[3]!.split(',').map((value) => value.trim());
      return (object) => values.includes(label(object, set[1]!) ?? '\0') === (set[2] === 'in');
    }
    const equal = /^([^!=\s]+)\s*(==?|!=)\s*(\S*)$/.exec(requirement);
    if (equal) return (object) => (label(object, equal[1]!) === equal[3]) === (equal[2] !== '!=');
    if (requirement.startsWith('!')) return (object) => label(object, requirement.slice(1)) === undefined;
    if (/^[\w./-]+$/.test(requirement)) return (object) => label(object, requirement) !== undefined;
    throw badRequest(`unable to parse requirement: ${requirement}`);
  });
}

function label(object: KubeObject, name: string): string | undefined {
  return object.metadata.labels?.[name];
}

function fieldTests(text: string): Test[] {
  return requirements(text).map((requirement) => {
    const match = /^([\w.]+)(==?|!=)(.*)$/.exec(requirement);
    if (!match) throw badRequest(`invalid field selector: ${requirement}`);
    return (object) => (String(field(object, match[1]!) ?? '') === match[3]) === (match[2] !== '!=');
  });
}

function field(object: KubeObject, path: string): unknown {
  return path.split('.').reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], object);
}
