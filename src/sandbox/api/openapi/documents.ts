import { createHash } from 'node:crypto';
import { jsonResponse, type SandboxRequest, type SandboxResponse } from '../../http/response.js';
import { apiVersionOf, type ResourceDefinition } from '../resources.js';
import { schemasOf } from './json-schema.js';
import { encodeOpenApiV2, type OpenApiV2 } from './protobuf-writer.js';
import { modelOf } from './schema.js';

/** As the server writes it; clients send it with `@`, which Go cannot parse. */
const V2_PROTOBUF = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
const INFO = { title: 'Kubernetes', version: 'v1.26.15' };

/**
 * Answers `/openapi/v2`, `/openapi/v3` and `/openapi/v3/apis/GROUP/VERSION`. No operation declares the parameter
 * `fieldValidation`, so kubectl compares objects with the schemas itself, also with `--dry-run=client`.
 * @returns undefined for other paths
 */
export function openApiResponse(
  definitions: ResourceDefinition[],
  request: SandboxRequest,
): SandboxResponse | undefined {
  if (request.path === '/openapi/v2') return v2Response(definitions, String(request.headers.accept ?? ''));
  if (request.path === '/openapi/v3') return jsonResponse({ paths: index(definitions) });
  const match = /^\/openapi\/v3\/(?:api\/(v1)|apis\/([^/]+\/[^/]+))$/.exec(request.path);
  const groupVersion = match?.[1] ?? match?.[2];
  const served = definitions.filter((definition) => apiVersionOf(definition) === groupVersion);
  return served.length > 0 ? jsonResponse(v3Document(served)) : undefined;
}

function v2Response(definitions: ResourceDefinition[], accept: string): SandboxResponse {
  // kubectl does not validate kinds without a definition.
  const known = definitions.filter((definition) => modelOf(definition) !== undefined);
  const document: OpenApiV2 = {
    swagger: '2.0',
    info: INFO,
    paths: {},
    definitions: schemasOf(known, '#/definitions/'),
  };
  if (!accept.includes('protobuf')) return jsonResponse(document);
  return { status: 200, headers: { 'content-type': V2_PROTOBUF }, body: encodeOpenApiV2(document) };
}

function index(definitions: ResourceDefinition[]): Record<string, { serverRelativeURL: string }> {
  const versions = [...new Set(definitions.map(apiVersionOf))];
  return Object.fromEntries(
    versions.map((groupVersion) => {
      const name = groupVersion.includes('/') ? `apis/${groupVersion}` : `api/${groupVersion}`;
      const served = definitions.filter((definition) => apiVersionOf(definition) === groupVersion);
      const hash = createHash('sha256')
        .update(JSON.stringify(v3Document(served)))
        .digest('hex');
      return [name, { serverRelativeURL: `/openapi/v3/${name}?hash=${hash.toUpperCase()}` }];
    }),
  );
}

function v3Document(served: ResourceDefinition[]): object {
  const schemas = schemasOf(served, '#/components/schemas/');
  return { openapi: '3.0.0', info: INFO, paths: Object.fromEntries(served.map(pathItem)), components: { schemas } };
}

/** Describes the path of a resource, where `kubectl explain` finds its kind. */
function pathItem({ group, version, resource, kind, namespaced }: ResourceDefinition): [string, object] {
  const root = group ? `/apis/${group}/${version}` : `/api/${version}`;
  const get = { 'x-kubernetes-action': 'list', 'x-kubernetes-group-version-kind': { group, version, kind } };
  return [`${root}/${namespaced ? 'namespaces/{namespace}/' : ''}${resource}`, { get }];
}
