import { spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pLimit from 'p-limit';
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
  [/--redis-url|REGADM_REDIS_URL/, 'needs a Redis; has tests of its own'],
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

  static async set(page: string): Promise<Stage> {
    const folder = mkdtempSync(join(tmpdir(), 'regadm-docs-'));
    const sandbox = await startSandbox({ sample: true, rolloutStepMs: 5 });
    letRegistryList(sandbox);
    // The registry's own pruner would damage the stream with an index, so that --confirm is refused: other pages show that.
    if (/hard/.test(page)) sandbox.store.remove('imagestreams', 'payments', 'api');
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    for (const name of ['oc-regadm', 'kubectl-regadm', 'kubectl_complete-regadm'])
      symlinkSync(join(ROOT, 'bin', `${name}.js`), join(bin, name));
    symlinkSync(join(ROOT, 'bin/run.js'), join(bin, 'regadm'));
    for (const name of STUBS) {
      writeFileSync(join(bin, name), '#!/bin/sh\ncase "$*" in *"-f -"*) cat > /dev/null ;; esac\n');
      chmodSync(join(bin, name), 0o755);
    }
    const work = join(folder, 'work');
    mkdirSync(join(work, '.config/fish/completions'), { recursive: true });
    cpSync(join(ROOT, 'test/support/doc-files'), work, { recursive: true });
    // Pages that render the site themselves begin with none.
    if (/edge(?:\.md|:render)$/.test(page)) rmSync(join(work, 'site'), { recursive: true });
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
      .replaceAll(/\/var\/log\//g, `${folder}/work/`)
      .replaceAll(/sha256:[0-9a-f]{12}\b/g, (digest) => existing(sandbox, digest));
    const child = spawn(script.includes('completion zsh') ? 'true' : 'bash', ['-eu', '-o', 'pipefail', '-c', here], {
      env,
      cwd: join(folder, 'work'),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    return new Promise((resolve, reject) =>
      child.on('error', reject).on('close', (status) => resolve({ status, output })),
    );
  }

  async clear(): Promise<void> {
    await this.sandbox.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** For a dry run of the hard prune in the pod; with --confirm regadm does it itself. */
function letRegistryList(sandbox: Sandbox): void {
  sandbox.store.put('clusterrolebindings', {
    metadata: { name: 'registry-lists-images' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:image-pruner' },
    subjects: [{ kind: 'ServiceAccount', name: 'registry', namespace: 'openshift-image-registry' }],
  });
}

/** The digest if there is an image of that name, else one that there is. */
function existing(sandbox: Sandbox, digest: string): string {
  const names = sandbox.store.list('images').map(({ metadata }) => metadata.name);
  return names.some((name) => name.startsWith(digest)) ? digest : names[0]!.slice(0, digest.length);
}

/** What is wrong with an example, or nothing. */
function problem({ page, line, script, status, output: documented }: Example, outcome: Outcome): object[] {
  const missing = documented.filter((each) => !hasLine(outcome.output, each));
  if (outcome.status === status && missing.length === 0) return [];
  return [
    {
      page,
      line,
      script,
      status: outcome.status,
      ...(missing.length > 0 ? { missing } : {}),
      output: outcome.output.slice(0, 1500),
    },
  ];
}

async function wrongOnes(examples: Example[]): Promise<object[]> {
  const toRun = examples.filter(({ script }) => !NOT_RUN.some(([pattern]) => pattern.test(script)));
  if (toRun.length === 0) return [];
  const stage = await Stage.set(toRun[0]!.page);
  try {
    const wrong: object[] = [];
    for (const example of toRun) wrong.push(...problem(example, await stage.run(example)));
    return wrong;
  } finally {
    await stage.clear();
  }
}

const pages = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md') && name !== 'commands.md')
    .map((name) => `docs/${name}`),
];
const { commands } = JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8')) as {
  commands: Record<string, { examples?: (string | { command: string })[] }>;
};

function examplesOfHelp(id: string): Example[] {
  return (commands[id]!.examples ?? []).map((example, line) => {
    const command = typeof example === 'string' ? example : example.command;
    const script = command
      .replaceAll('<%= config.bin %>', 'regadm')
      .replaceAll('<%= command.id %>', id.replaceAll(':', ' '));
    return { page: id, line, script, status: script.includes('--detailed-exitcode') ? 2 : 0, output: [] };
  });
}

describe('the examples', () => {
  const wrong = new Map<string, Promise<object[]>>();
  // Several pages at a time, each with a cluster of its own: most of the time is spent in processes.
  beforeAll(async () => {
    const limit = pLimit(4);
    for (const page of pages)
      wrong.set(
        page,
        limit(() => wrongOnes(examplesOf(page, readFileSync(join(ROOT, page), 'utf8')))),
      );
    for (const id of Object.keys(commands))
      wrong.set(
        id,
        limit(() => wrongOnes(examplesOfHelp(id))),
      );
    await Promise.allSettled(wrong.values());
  }, 300_000);

  test.each(pages)('of %s do what it says', async (page) => {
    expect(await wrong.get(page)).toEqual([]);
  });

  test.each(Object.keys(commands))('of regadm %s --help do what it says', async (id) => {
    expect(await wrong.get(id)).toEqual([]);
  });
});
