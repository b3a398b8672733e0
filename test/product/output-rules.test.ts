import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const WRITES = [
  "process.stdout.write('x');",
  'const { stderr } = process; export const x = stderr;',
  "console.error('x');",
  "import { stdout } from 'node:process'; stdout.write('x');",
  "import { log } from 'node:console'; log('x');",
];

/** Runs the lint rules on code that exists in memory only, so rules that need the type checker are off. */
async function problems(filePath: string, code: string): Promise<string[]> {
  const untyped = { files: ['src/**/*.ts'], languageOptions: { parserOptions: { projectService: false } } };
  const rules = {
    '@typescript-eslint/no-floating-promises': 'off',
    '@typescript-eslint/no-misused-promises': 'off',
  } as const;
  const eslint = new ESLint({ cwd: ROOT, overrideConfig: [{ ...untyped, rules }] });
  const [result] = await eslint.lintText(code, { filePath });
  return result!.messages.map(({ ruleId, message }) => ruleId ?? message);
}

test.each(WRITES)('only the writer may write to stdout and stderr, so the linter reports: %s', async (code) => {
  for (const path of ['src/commands/x.ts', 'src/cli/x.ts', 'src/core/prune/x.ts', 'src/sandbox/x.ts'])
    expect(await problems(path, code)).toEqual([expect.stringMatching(/^no-(restricted|console)/)]);
});

test('the writer may', async () => {
  expect(await problems('src/core/terminal/writer.ts', "process.stdout.write('x');")).toEqual([]);
});
