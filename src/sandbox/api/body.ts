import type { KubeObject } from '../../core/model/kube.js';
import type { SandboxRequest } from '../http/response.js';
import { decodeObject } from './protobuf/object.js';
import { badRequest, unsupportedMediaType } from './status.js';

/** Parses a JSON body. @throws ApiStatus 415 for another format, 400 for invalid JSON */
export function parseJson(request: SandboxRequest): unknown {
  const type = String(request.headers['content-type'] ?? '');
  if (type.includes('protobuf') || type.includes('cbor') || type.includes('yaml')) throw unsupportedMediaType(type);
  try {
    return JSON.parse(request.body.toString());
  } catch (error) {
    throw badRequest(`the object provided is unrecognized (must be of type JSON): ${(error as Error).message}`);
  }
}

/**
 * Parses a body that must be an object: JSON, as `kubectl create -f` sends it, or protobuf, as `kubectl create KIND
 * NAME` does for built-in kinds.
 * @throws ApiStatus 415 or 400
 */
export function parseObject(request: SandboxRequest): KubeObject {
  const decoded = fromProtobuf(request);
  if (decoded) return decoded;
  const value = parseJson(request);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badRequest('the body of the request is not an object');
  return value as KubeObject;
}

/** @returns undefined for a body in another format, or of a kind whose fields are not known */
function fromProtobuf({ body }: SandboxRequest): KubeObject | undefined {
  try {
    return decodeObject(body) as KubeObject | undefined;
  } catch (error) {
    throw badRequest(`the object provided is unrecognized: ${(error as Error).message}`);
  }
}
