import { isRecord } from '../model/values/json.js';

/** The form of a value: a type, a list, or an object. A field whose name ends with `!` is required. */
type Form = 'string' | 'number' | 'labels' | [Form] | { [field: string]: Form };

const EXPRESSIONS: Form = [{ 'key!': 'string', 'operator!': 'string', values: ['string'] }];
const NODES: Form = { matchExpressions: EXPRESSIONS, matchFields: EXPRESSIONS };
const LABEL_SELECTOR: Form = { matchLabels: 'labels', matchExpressions: EXPRESSIONS };
const PODS: Form = {
  'topologyKey!': 'string',
  labelSelector: LABEL_SELECTOR,
  namespaces: ['string'],
  namespaceSelector: LABEL_SELECTOR,
  matchLabelKeys: ['string'],
  mismatchLabelKeys: ['string'],
};
const POD_AFFINITY: Form = {
  requiredDuringSchedulingIgnoredDuringExecution: [PODS],
  preferredDuringSchedulingIgnoredDuringExecution: [{ 'weight!': 'number', 'podAffinityTerm!': PODS }],
};

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.32/#affinity-v1-core */
const AFFINITY: Form = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: { 'nodeSelectorTerms!': [NODES] },
    preferredDuringSchedulingIgnoredDuringExecution: [{ 'weight!': 'number', 'preference!': NODES }],
  },
  podAffinity: POD_AFFINITY,
  podAntiAffinity: POD_AFFINITY,
};

/** Returns why the API server would refuse an affinity: an unknown or missing field, or a value of another type. */
export function affinityProblem(value: unknown): string | undefined {
  return problemOf(value, AFFINITY, '');
}

function problemOf(value: unknown, form: Form, path: string): string | undefined {
  const shown = path.slice(1);
  if (form === 'string' || form === 'number') return typeof value === form ? undefined : `${shown} is not a ${form}`;
  if (Array.isArray(form)) {
    if (!Array.isArray(value)) return `${shown} is not a list`;
    return first(value.map((entry, at) => problemOf(entry, form[0], `${path}[${at}]`)));
  }
  if (!isRecord(value)) return `${shown} is not an object`;
  if (form === 'labels')
    return first(Object.entries(value).map(([key, label]) => problemOf(label, 'string', `${path}.${key}`)));
  return fieldsProblem(value, form, path);
}

function fieldsProblem(value: Record<string, unknown>, form: Record<string, Form>, path: string): string | undefined {
  const missing = Object.keys(form).find((name) => name.endsWith('!') && !Object.hasOwn(value, name.slice(0, -1)));
  if (missing !== undefined) return `${path.slice(1)} has no ${missing.slice(0, -1)}`;
  return first(
    Object.entries(value).map(([name, field]) => {
      const key = [name, `${name}!`].find((each) => Object.hasOwn(form, each));
      return key === undefined
        ? `${path.slice(1)} has no field "${name}"`
        : problemOf(field, form[key]!, `${path}.${name}`);
    }),
  );
}

function first(problems: (string | undefined)[]): string | undefined {
  return problems.find((problem) => problem !== undefined);
}
