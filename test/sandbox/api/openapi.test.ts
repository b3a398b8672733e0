import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { apiRequest, send } from '../../support/sandbox-client.js';

interface Schema {
  type?: string;
  required?: string[];
  properties?: Record<string, Schema & { $ref?: string }>;
  'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[];
}

let sandbox: Sandbox;
beforeAll(async () => void (sandbox = await startSandbox({ cluster: {}, missing: ['argoproj.io', 'workflows'] })));
afterAll(() => sandbox.stop());

async function get<T>(path: string): Promise<T> {
  const response = await apiRequest(sandbox, 'GET', path, { token: sandbox.tokens.admin });
  expect(response.status).toBe(200);
  return response.json<T>();
}

type Definitions = Record<string, Schema>;

test('the index names a document for every group and version, with schemas of all its kinds', async () => {
  const { paths } = await get<{ paths: Record<string, { serverRelativeURL: string }> }>('/openapi/v3');
  const groups = await get<{ groups: { versions: { groupVersion: string }[] }[] }>('/apis');
  const served = groups.groups.flatMap(({ versions }) => versions.map(({ groupVersion }) => `apis/${groupVersion}`));
  const withObjects = served.filter((name) => !/^apis\/auth(entication|orization)\.k8s\.io/.test(name));
  expect(Object.keys(paths).sort()).toEqual(['api/v1', ...withObjects].sort());
  for (const [name, { serverRelativeURL }] of Object.entries(paths)) {
    expect(serverRelativeURL).toMatch(new RegExp(`^/openapi/v3/${name}\\?hash=[0-9A-F]{64}$`));
    const document = await get<{ components: { schemas: Definitions } }>(serverRelativeURL);
    const list = await get<{ resources: { name: string; kind: string }[] }>(`/${name}`);
    const kinds = Object.values(document.components.schemas).flatMap(
      (schema) => schema['x-kubernetes-group-version-kind']?.map(({ kind }) => kind) ?? [],
    );
    const wanted = list.resources.filter((resource) => !resource.name.includes('/')).map(({ kind }) => kind);
    expect(kinds.sort()).toEqual(wanted.sort());
  }
});

test('every reference has a schema', async () => {
  const text = JSON.stringify(await get('/openapi/v2'));
  const { definitions } = JSON.parse(text) as { definitions: Definitions };
  for (const [, name] of text.matchAll(/"#\/definitions\/(\w+)"/g)) expect(definitions).toHaveProperty(name!);
  expect(definitions.CronJobSpec).toMatchObject({ type: 'object', required: ['jobTemplate', 'schedule'] });
  expect(definitions.CronJobSpec!.properties!.jobTemplate!.$ref).toBe('#/definitions/JobTemplateSpec');
});

test('version 2 is also served in protobuf, with the media type that Go can parse', async () => {
  const { admin } = sandbox.tokens;
  const headers = { accept: 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf' };
  const response = await send(sandbox, 'GET', `${sandbox.apiUrl}/openapi/v2`, { token: admin, headers });
  expect(response.headers['content-type']).toBe('application/com.github.proto-openapi.spec.v2.v1.0+protobuf');
  expect(response.body).toContain('CronJobSpec');
});

test('documents need the role system:discovery', async () => {
  for (const path of ['/openapi/v2', '/openapi/v3', '/openapi/v3/apis/batch/v1']) {
    expect((await send(sandbox, 'GET', sandbox.apiUrl + path)).status).toBe(403);
    expect((await apiRequest(sandbox, 'GET', path, { token: sandbox.tokens.nobody })).status).toBe(200);
  }
});

test.each([
  '/openapi/v3/apis/none/v1',
  '/openapi/v3/apis/batch',
  '/openapi/v1',
  '/openapi/v3/apis/argoproj.io/v1alpha1',
])('%s does not exist', async (path) => {
  expect((await apiRequest(sandbox, 'GET', path, { token: sandbox.tokens.admin })).status).toBe(404);
});
