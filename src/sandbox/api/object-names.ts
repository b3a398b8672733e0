import type { KubeObject } from '../../core/model/kube.js';
import type { ResourceDefinition } from './resources.js';

/** Kinds whose names need only be one segment of a path: `system:image-pruner`, `sha256:…`. */
const ANY_SEGMENT = ['rbac.authorization.k8s.io', 'image.openshift.io', 'user.openshift.io'];
/** Maximum lengths of names that end up in names of pods. */
const MAX_LENGTHS: Record<string, number> = { cronjobs: 52, jobs: 63 };

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const SUBDOMAIN_PROBLEM =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an " +
  "alphanumeric character (e.g. 'example.com', regex used for validation is " +
  "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

/** Lists what is wrong with the name of a new object, in the server's words. */
export function nameProblems({ group, resource }: ResourceDefinition, { metadata }: KubeObject): string[] {
  const { name } = metadata;
  if (!name) return ['metadata.name: Required value: name or generateName is required'];
  const max = MAX_LENGTHS[resource] ?? 253;
  const problems: string[] = [];
  if (ANY_SEGMENT.includes(group)) {
    if (name === '.' || name === '..') problems.push(`may not be '${name}'`);
    for (const sign of ['/', '%']) if (name.includes(sign)) problems.push(`may not contain '${sign}'`);
  } else {
    if (!SUBDOMAIN.test(name)) problems.push(SUBDOMAIN_PROBLEM);
    if (name.length > max) problems.push(`must be no more than ${max} characters`);
  }
  return problems.map((problem) => `metadata.name: Invalid value: "${name}": ${problem}`);
}
