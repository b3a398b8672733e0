import type { KubeObject } from '../../core/model/kube.js';
import type { SandboxRequest } from '../http/response.js';
import { badRequest, unsupportedMediaType } from './status.js';

/** Parses a JSON body. @throws ApiStatus 415 for another format, 400 for invalid JSON */
export function parseJson(request: SandboxRequest): unknown {
  const type = String(request.headers['content-type'] ?? '');
  // `kubectl create KIND NAME …` sends protobuf for built-in kinds; `kubectl create -f` sends JSON.
  if (type.includes('protobuf') || type.includes('cbor') || type.includes('yaml')) throw unsupportedMediaType(type);
  try {
    return JSON.parse(request.body.toString());
  } catch (error) {
    throw badRequest(`the object provided is unrecognized (must be of type JSON): ${(error as Error).message}`);
  }
}

/** Parses a body that must be an object. @throws ApiStatus 415 or 400 */
export function parseObject(request: SandboxRequest): KubeObject {
  const value = parseJson(request);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badRequest('the body of the request is not an object');
  return value as KubeObject;
}
