import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const RULE = 'regadm/adapter-verbs';
const PROBE = 'src/core/why/probe.ts';
const ABOVE = [PROBE, 'src/core/operator/probe.ts', 'src/commands/edge/probe.ts', 'src/cli/probe.ts'];
const ADAPTERS = ['src/core/cluster/probe.ts', 'src/core/registry/probe.ts', 'src/core/storage/probe.ts'];

const port = (code: string): string =>
  `import type { ClusterApi } from '../../core/cluster/api.js'; export const x = (api: ClusterApi) => { ${code} };`;

/** Each sends a request, reads a response or knows a path of the API. */
const HTTP = [
  port("return api.request('GET', PATH);"),
  port("return api['request']('GET', PATH);"),
  port('return api.get(PATH);'),
  port('return api.stream(PATH);'),
  port('const { request } = api; return request;'),
  "import type { ClusterApi } from '../../core/cluster/api.js'; export const x = (hub: Pick<ClusterApi, 'request'>) => hub.request('GET', PATH);",
  "import { apiError } from '../../core/cluster/api-error.js'; export const x = apiError;",
  "import { objectPath } from '../../core/cluster/objects.js'; export const x = objectPath;",
  "export const x = '/apis/apps/v1/deployments';",
  'export const x = (name: string) => `/api/v1/namespaces/${name}/pods`;',
  'export const x = (error: { status: number }) => error.status === 404;',
  'export const x = ({ status }: { status: number }) => 404 !== status;',
  'export const x = (error: { status: number }) => [200, 202, 404].includes(error.status);',
  "export const x = (error: unknown) => (error as { code?: string }).code === 'NOT_FOUND';",
  'export const x = (error: unknown) => (error as { status?: number }).status;',
];

const VERBS = [
  port('return api.server;'),
  port('return api.token();'),
  "import { findObject } from '../../core/cluster/objects.js'; export const x = findObject;",
  "export const x = new Map([['a', 1]]).get('a');",
  'export const x = (run: { request: { name: string } }) => run.request.name;',
  "export const x = ({ status }: { status: string }) => status === 'failed';",
  'export const x = (length: number) => length === 404;',
];

describe('the rule that keeps HTTP inside the adapters', () => {
  let eslint: ESLint;
  beforeAll(() => {
    // The probe exists in memory only, so it belongs to no project.
    const projectService = { allowDefaultProject: [PROBE], defaultProject: 'tsconfig.json' };
    eslint = new ESLint({
      cwd: ROOT,
      overrideConfig: [{ files: ['src/**/*.ts'], languageOptions: { parserOptions: { projectService } } }],
    });
  });

  const reports = async (code: string): Promise<boolean> => {
    const text = `declare const PATH: string; ${code}`;
    const [{ messages } = { messages: [] }] = await eslint.lintText(text, { filePath: PROBE });
    expect(messages.filter(({ fatal }) => fatal)).toEqual([]);
    return messages.some(({ ruleId }) => ruleId === RULE);
  };

  test('holds for everything above the adapters', async () => {
    const isOn = async (path: string): Promise<boolean> => {
      const { rules } = (await eslint.calculateConfigForFile(path)) as { rules: Record<string, unknown> };
      return RULE in rules;
    };
    for (const path of ABOVE) expect({ path, on: await isOn(path) }).toEqual({ path, on: true });
    for (const path of ADAPTERS) expect({ path, on: await isOn(path) }).toEqual({ path, on: false });
  });

  test.each(HTTP)('%s is reported', async (code) => expect(await reports(code)).toBe(true));

  test.each(VERBS)('%s is allowed', async (code) => expect(await reports(code)).toBe(false));
});
