import { lastValues, openEnvelope } from './wire.js';

type Texts = Record<string, string | undefined>;

interface Review {
  apiVersion: string;
  kind: string;
  spec: { resourceAttributes?: Texts; nonResourceAttributes?: Texts; namespace?: string };
}

const RESOURCE_ATTRIBUTES = ['namespace', 'verb', 'group', 'version', 'resource', 'subresource', 'name'];
const EMPTY = Buffer.alloc(0);

/**
 * Decodes a review in protobuf, the format that `kubectl auth can-i` and `kubectl auth whoami` send.
 * @returns undefined for a body in another format
 * @see https://github.com/kubernetes/api/blob/master/authorization/v1/generated.proto
 */
export function decodeReview(body: Buffer): Review | undefined {
  const envelope = openEnvelope(body);
  if (!envelope) return undefined;
  const { apiVersion, kind, content } = envelope;
  const [, spec = EMPTY] = lastValues(content, 2);
  return { apiVersion, kind, spec: specOf(kind, spec) };
}

function specOf(kind: string, spec: Buffer): Review['spec'] {
  if (kind === 'SelfSubjectRulesReview') return texts(spec, ['namespace']);
  if (kind !== 'SelfSubjectAccessReview') return {};
  const [resource, path = EMPTY] = lastValues(spec, 2);
  if (resource) return { resourceAttributes: texts(resource, RESOURCE_ATTRIBUTES) };
  return { nonResourceAttributes: texts(path, ['path', 'verb']) };
}

function texts(message: Buffer, names: string[]): Texts {
  const values = lastValues(message, names.length);
  return Object.fromEntries(names.map((name, at) => [name, values[at]?.toString() || undefined]));
}
