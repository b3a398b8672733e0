import type { KubeObject } from '../../core/model/kube.js';
import type { SandboxRequest } from '../http/response.js';
import { optionsKind } from './dry-run.js';
import { inspect, type Findings, type Mistyped } from './openapi/inspect.js';
import { modelOf } from './openapi/schema.js';
import { apiVersionOf, isCustomResource, type ResourceDefinition } from './resources.js';
import { badRequest, invalid, invalidOptions } from './status.js';

/** An object that a client sent, without fields that its kind does not have. */
export interface Decoded {
  object: KubeObject;
  /** A warning for each of these fields, if the client asked for warnings. */
  headers: Record<string, string>;
}

const VALIDATIONS = ['Ignore', 'Strict', 'Warn'];

/**
 * Compares an object with the kind of the request. An object of a kind whose fields the sandbox does not know can have
 * any.
 * @throws ApiStatus 400 for another kind, another type of a value or, with `fieldValidation=Strict`, an unknown field;
 *   422 for a missing field
 */
export function decode(definition: ResourceDefinition, object: KubeObject, request: SandboxRequest): Decoded {
  const validation = fieldValidation(request);
  requireKind(definition, object);
  const model = modelOf(definition);
  if (!model) return { object, headers: {} };
  const { findings, known } = inspect(model, object);
  const unknown = findings.unknown.map((path) => `unknown field "${path}"`);
  if (findings.mistyped.length > 0) throw mistypedField(definition, object, findings.mistyped);
  if (unknown.length > 0 && validation === 'Strict')
    throw unreadable(definition, `strict decoding error: ${unknown.join(', ')}`);
  requireFields(definition, object, findings);
  const warnings = validation === 'Warn' ? unknown.map((text) => `299 - "${text.replaceAll('"', '\\"')}"`) : [];
  return { object: known as KubeObject, headers: warnings.length > 0 ? { warning: warnings.join(', ') } : {} };
}

function fieldValidation(request: SandboxRequest): string {
  // The default of a server.
  const wanted = request.query.get('fieldValidation') || 'Warn';
  if (VALIDATIONS.includes(wanted)) return wanted;
  const supported = VALIDATIONS.map((value) => `"${value}"`).join(', ');
  throw invalidOptions(optionsKind(request), [
    `fieldValidation: Unsupported value: "${wanted}": supported values: ${supported}`,
  ]);
}

function requireKind(definition: ResourceDefinition, { kind, apiVersion }: KubeObject): void {
  const wanted = apiVersionOf(definition);
  if (kind !== undefined && kind !== definition.kind) {
    const [version] = String(apiVersion ?? wanted)
      .split('/')
      .slice(-1);
    throw badRequest(
      `${kind} in version "${version}" cannot be handled as a ${definition.kind}: no kind "${kind}" is registered for version "${apiVersion ?? wanted}"`,
    );
  }
  if (apiVersion !== undefined && apiVersion !== wanted) {
    throw badRequest(`the API version in the data (${apiVersion}) does not match the expected API version (${wanted})`);
  }
}

function unreadable({ kind, version }: ResourceDefinition, problem: string): Error {
  return badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${problem}`);
}

function mistypedField(definition: ResourceDefinition, object: KubeObject, mistyped: Mistyped[]): Error {
  const { kind } = definition;
  if (isCustomResource(definition)) {
    const problems = mistyped.map(
      ({ path, wanted, found }) =>
        `${path}: Invalid value: "${found}": ${path} in body must be of type ${wanted}: "${found}"`,
    );
    return invalid(definition, object.metadata?.name, problems);
  }
  const { path, wanted, found } = mistyped[0]!;
  return unreadable(
    definition,
    `json: cannot unmarshal ${found} into Go struct field ${kind}.${path} of type ${wanted}`,
  );
}

function requireFields(definition: ResourceDefinition, { metadata }: KubeObject, { missing }: Findings): void {
  if (missing.length === 0) return;
  throw invalid(
    definition,
    metadata?.name,
    missing.map((path) => `${path}: Required value`),
  );
}
