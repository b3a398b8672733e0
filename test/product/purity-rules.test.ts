import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PURE = ['src/core/model/probe.ts', 'src/core/graph/deep/probe.ts', 'src/core/prune/plan/probe.ts'];
const OTHER = ['src/core/cluster/probe.ts', 'src/core/prune/execute/probe.ts', 'src/commands/plan/probe.ts'];

/** Each reads something that is not an argument. */
const IMPURE = [
  'export const x = Date.now();',
  'export const x = Date.now;',
  "export const x = Date['now']();",
  'const { now } = Date; export const x = now();',
  'const Clock = Date; export const x = Clock.now();',
  'export const x = new Date();',
  'export const x = Date();',
  'export const x = Math.random();',
  'export const x = Math.random;',
  'const { random } = Math; export const x = random();',
  'export const x = performance.now();',
  'export const x = process.env.HOME;',
  'export const x = process.hrtime();',
  'export const x = process.platform;',
  'export const x = globalThis.process.env;',
  'setTimeout(() => {}, 1);',
  'setInterval(() => {}, 1);',
  'globalThis.setTimeout(() => {}, 1);',
  'export const x = crypto.randomUUID();',
  "import { randomUUID } from 'node:crypto'; export const x = randomUUID();",
  "import { createHash, randomBytes } from 'crypto'; export const x = [createHash, randomBytes];",
  "import * as crypto from 'node:crypto'; export const x = crypto.randomBytes(1);",
  "import crypto from 'node:crypto'; export const x = crypto.randomBytes(1);",
  "export const x = fetch('https://registry.example.org');",
  "console.log('x');",
  'export const x = (clock = Date) => clock.now();',
  'export const x = { clock: Date };',
  'const f = (clock: { now(): number }) => clock.now(); export const x = f(Date);',
  'export class X extends Date {}',
  'export const x = [Math];',
  "export const x = Math['random']();",
  'export const x = (M = Math) => M.random();',
  'export const x = Reflect.construct(Date, []);',
  'export const x = new Intl.DateTimeFormat().format();',
  'export const x = AbortSignal.timeout(1);',
  "export const x = eval('1');",
  "export const x = new Function('return 1');",
  "export const x = import('node:crypto').then((c) => c.randomBytes(1));",
  "export const x = import('../cluster/index.js');",
];

const PURE_CODE = [
  "export const x = new Date('2026-01-01T00:00:00Z').toISOString();",
  "export const x = Date.parse('2026-01-01T00:00:00Z');",
  'export const x = (now: number) => new Date(now);',
  'export const x = Math.max(1, 2);',
  'export const x: Date | undefined = undefined;',
  'export const x = (value: unknown) => value instanceof Date;',
  'export const x = { Date: 1 };',
  'export const x = Date.UTC(2026, 0, 1);',
  "import { createHash } from 'node:crypto'; export const x = createHash('sha256');",
];

describe('the purity rules', () => {
  let eslint: ESLint;
  beforeAll(() => {
    // The probes exist in memory only, so rules that need the type checker have to be off.
    const untyped = { files: ['src/**/*.ts'], languageOptions: { parserOptions: { projectService: false } } };
    const rules = {
      '@typescript-eslint/no-floating-promises': 'off',
      '@typescript-eslint/no-misused-promises': 'off',
    } as const;
    eslint = new ESLint({ cwd: ROOT, overrideConfig: [{ ...untyped, rules }] });
  });

  const problems = async (path: string, code: string): Promise<string[]> => {
    const [result] = await eslint.lintText(code, { filePath: path });
    return result!.messages.map(({ ruleId, message }) => ruleId ?? message);
  };

  test.each(IMPURE)('%s is reported in model, graph and every plan', async (code) => {
    for (const path of PURE)
      expect({ path, problems: await problems(path, code) }).toEqual({
        path,
        problems: expect.arrayContaining([expect.stringMatching(/^no-restricted-/)]),
      });
  });

  test.each(PURE_CODE)('%s is allowed there', async (code) => {
    for (const path of PURE) expect(await problems(path, code)).toEqual([]);
  });

  test('code elsewhere may use the clock and the environment', async () => {
    for (const path of OTHER)
      expect(await problems(path, 'export const x = [Date.now(), process.env.HOME];')).toEqual([]);
  });
});
