import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { examplesOf, hasLine, type Example } from '../support/doc-examples.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Programs that examples name but that play no part here: they take what they get, and succeed. */
const STUBS = ['oc', 'podman', 'docker', 'npm', 'npx', 'krew', 'curl', 'sudo'];
/** What does not end by itself, or needs what only a site has. */
const NOT_RUN: [RegExp, why: string][] = [
  [/^regadm sandbox(?!.*--(?:demo|run))/, 'serves until Ctrl-C'],
  [/^(?:npx )?regadm sandbox --demo/, 'has a test of its own'],
  [/regadm edge verify/, 'needs a hub and a managed cluster; has tests of its own'],
  [/^oc |^podman |^npm /, 'not regadm'],
];

interface Outcome {
  status: number | null;
  output: string;
}

/** A cluster, a folder and a PATH for the examples of one page. */
class Stage {
  private constructor(
    readonly folder: string,
    readonly sandbox: Sandbox,
  ) {}

  static async set(): Promise<Stage> {
    const folder = mkdtempSync(join(tmpdir(), 'regadm-docs-'));
    const sandbox = await startSandbox({ sample: true, rolloutStepMs: 5 });
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    for (const name of ['oc-regadm', 'kubectl-regadm', 'kubectl_complete-regadm']) symlinkSync(join(ROOT, 'bin', `${name}.js`), join(bin, name));
    symlinkSync(join(ROOT, 'bin/run.js'), join(bin, 'regadm'));
    for (const name of STUBS) {
      writeFileSync(join(bin, name), '#!/bin/sh\ncase "$*" in *"-f -"*) cat > /dev/null ;; esac\n');
      chmodSync(join(bin, name), 0o755);
    }
    const work = join(folder, 'work');
    mkdirSync(work);
    cpSync(join(ROOT, 'test/support/doc-files'), work, { recursive: true });
    copyFileSync(sandbox.caFile, join(work, 'ca.crt'));
    return new Stage(folder, sandbox);
  }

  run({ script }: Example): Promise<Outcome> {
    const { sandbox, folder } = this;
    const env = {
      PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
      HOME: join(folder, 'work'),
      NO_COLOR: '1',
      KUBECONFIG: sandbox.kubeconfig.admin,
    };
    // Names of the documentation, and what stands for them here.
    const here = script
      .replaceAll(/(?:https:\/\/)?registry\.(?:apps\.)?example\.com/g, sandbox.registryUrl)
      .replaceAll('/registry ', `${sandbox.storageDir} `)
      .replaceAll(/\/registry$/gm, sandbox.storageDir)
      .replaceAll(/\/etc\/(?:bash_completion\.d|regadm)\//g, `${folder}/work/`)
      .replaceAll(/\/var\/log\//g, `${folder}/work/`);
    const child = spawn('bash', ['-eu', '-o', 'pipefail', '-c', here], { env, cwd: join(folder, 'work'), stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    return new Promise((resolve, reject) => child.on('error', reject).on('close', (status) => resolve({ status, output })));
  }

  async clear(): Promise<void> {
    await this.sandbox.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What is wrong with an example, or nothing. */
function problem({ page, line, script, status, output: documented }: Example, outcome: Outcome): object[] {
  const missing = documented.filter((each) => !hasLine(outcome.output, each));
  if (outcome.status === status && missing.length === 0) return [];
  return [{ page, line, script, status: outcome.status, ...(missing.length > 0 ? { missing } : {}), output: outcome.output.slice(0, 1500) }];
}

async function wrongOnes(examples: Example[]): Promise<object[]> {
  const toRun = examples.filter(({ script }) => !NOT_RUN.some(([pattern]) => pattern.test(script)));
  if (toRun.length === 0) return [];
  const stage = await Stage.set();
  try {
    const wrong: object[] = [];
    for (const example of toRun) wrong.push(...problem(example, await stage.run(example)));
    return wrong;
  } finally {
    await stage.clear();
  }
}

const pages = ['README.md', ...readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md') && name !== 'commands.md').map((name) => `docs/${name}`)];

describe('every example of the documentation does what it says', () => {
  test.concurrent.each(pages)('%s', async (page) => {
    expect(await wrongOnes(examplesOf(page, readFileSync(join(ROOT, page), 'utf8')))).toEqual([]);
  });
});

describe('every example of --help does what it says', () => {
  const { commands } = JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8')) as {
    commands: Record<string, { examples?: (string | { command: string })[] }>;
  };
  test.concurrent.each(Object.entries(commands))('%s', async (id, { examples = [] }) => {
    const scripts = examples.map((example) => (typeof example === 'string' ? example : example.command).replaceAll('<%= config.bin %>', 'regadm').replaceAll('<%= command.id %>', id.replaceAll(':', ' ')));
    expect(await wrongOnes(scripts.map((script, line) => ({ page: id, line, script, status: script.includes('--detailed-exitcode') ? 2 : 0, output: [] })))).toEqual([]);
  });
});
