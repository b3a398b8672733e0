import { MODELS } from './models.js';
import type { ResourceDefinition } from '../resources.js';

/** The type of a field: of a single value, of a list, of a map, or the name of a model. */
export type FieldType = { value: ValueType } | { list: FieldType } | { map: FieldType } | { model: string };

export type ValueType =
  'string' | 'integer' | 'number' | 'boolean' | 'int-or-string' | 'quantity' | 'time' | 'bytes' | 'any';

interface Field {
  type: FieldType;
  required: boolean;
}

const VALUE_TYPES: Record<string, ValueType> = {
  s: 'string',
  i: 'integer',
  n: 'number',
  b: 'boolean',
  x: 'int-or-string',
  q: 'quantity',
  t: 'time',
  y: 'bytes',
  a: 'any',
};

/** Models of the custom resource PrometheusRule, which the Prometheus operator defines. */
const CUSTOM_MODELS: Record<string, string> = {
  PrometheusRule: 'apiVersion:s kind:s metadata:ObjectMeta spec!:PrometheusRuleSpec status:a',
  PrometheusRuleSpec: 'groups:[PrometheusRuleGroup]',
  PrometheusRuleGroup:
    'interval:s labels:{s} limit:i name!:s partial_response_strategy:s query_offset:s rules:[PrometheusRuleEntry]',
  PrometheusRuleEntry: 'alert:s annotations:{s} expr!:x for:s keep_firing_for:s labels:{s} record:s',
};

const ALL: Record<string, string> = { ...MODELS, ...CUSTOM_MODELS };

/** Group and version of the kinds whose fields are known. Objects of other kinds may have any field. */
const KINDS: Record<string, string> = {
  CronJob: 'batch/v1',
  Job: 'batch/v1',
  Pod: '/v1',
  ServiceAccount: '/v1',
  Secret: '/v1',
  ConfigMap: '/v1',
  Namespace: '/v1',
  NetworkPolicy: 'networking.k8s.io/v1',
  ClusterRole: 'rbac.authorization.k8s.io/v1',
  ClusterRoleBinding: 'rbac.authorization.k8s.io/v1',
  Role: 'rbac.authorization.k8s.io/v1',
  RoleBinding: 'rbac.authorization.k8s.io/v1',
  PrometheusRule: 'monitoring.coreos.com/v1',
};

const parsed = new Map<string, Map<string, Field>>();

/** Returns the model of a kind; undefined if its fields are not known. */
export function modelOf({ group, version, kind }: ResourceDefinition): string | undefined {
  return Object.hasOwn(KINDS, kind) && KINDS[kind] === `${group}/${version}` ? kind : undefined;
}

/** Returns the fields of a model by name. Parses them at the first use. */
export function fieldsOf(model: string): Map<string, Field> {
  let fields = parsed.get(model);
  if (!fields) {
    fields = new Map(ALL[model]!.split(' ').map(parseField));
    parsed.set(model, fields);
  }
  return fields;
}

/** Lists the models and all models that their fields name. */
export function closure(models: string[]): string[] {
  const found = new Set(models);
  for (const model of found) for (const { type } of fieldsOf(model).values()) addModels(type, found);
  return [...found].sort();
}

function addModels(type: FieldType, found: Set<string>): void {
  if ('model' in type) found.add(type.model);
  else if ('list' in type) addModels(type.list, found);
  else if ('map' in type) addModels(type.map, found);
}

function parseField(text: string): [name: string, Field] {
  const [name = '', type = ''] = text.split(':');
  return [name.replace('!', ''), { type: parseType(type), required: name.endsWith('!') }];
}

function parseType(text: string): FieldType {
  if (text.startsWith('[')) return { list: parseType(text.slice(1, -1)) };
  if (text.startsWith('{')) return { map: parseType(text.slice(1, -1)) };
  const value = VALUE_TYPES[text];
  return value ? { value } : { model: text };
}
