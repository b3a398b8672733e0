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
import { gzipSync } from 'node:zlib';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { examplesOf, hasLine, type Example } from '../support/docs/doc-examples.js';
import { writeRun } from '../support/written-backups.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Programs that examples call but that the tests replace: they read their input and succeed. */
const STUBS = ['oc', 'podman', 'docker', 'npm', 'npx', 'krew', 'curl', 'sudo'];
/** Examples that do not end by themselves, or that need a real site. */
const NOT_RUN: [RegExp, reason: string][] = [
  [/^regadm sandbox(?!.*--(?:demo|run))/, 'serves until Ctrl-C'],
  [/^(?:npx )?regadm sandbox --demo/, 'has its own test'],
  [/regadm edge verify/, 'needs a hub and a managed cluster; has its own tests'],
  [/--redis-url|REGADM_REDIS_URL/, 'needs a Redis server; has its own tests'],
  [/(?:s3|azure|swift):\/\/|--storage cluster/, 'needs an object storage; has its own tests'],
  [/--merge/, 'needs documents of several runs; has its own tests'],
  [/^oc |^podman |^npm /, 'not regadm'],
];

interface Outcome {
  status: number | null;
  output: string;
}

/** A sandbox, a working directory and a PATH for the examples of one page. */
class Stage {
  private constructor(
    readonly directory: string,
    readonly sandbox: Sandbox,
  ) {}

  static async create(page: string): Promise<Stage> {
    const directory = mkdtempSync(join(tmpdir(), 'regadm-docs-'));
    // The same cluster as that of `regadm sandbox`.
    const sandbox = await startSandbox({ sample: true, prunableInPod: true, rolloutStepMs: 5 });
    const bin = join(directory, 'bin');
    mkdirSync(bin);
    for (const name of ['oc-regadm', 'kubectl-regadm', 'kubectl_complete-regadm'])
      symlinkSync(join(ROOT, 'bin', `${name}.js`), join(bin, name));
    symlinkSync(join(ROOT, 'bin/run.js'), join(bin, 'regadm'));
    for (const name of STUBS) {
      writeFileSync(join(bin, name), '#!/bin/sh\ncase "$*" in *"-f -"*) cat > /dev/null ;; esac\n');
      chmodSync(join(bin, name), 0o755);
    }
    const work = join(directory, 'work');
    mkdirSync(join(work, '.config/fish/completions'), { recursive: true });
    cpSync(join(ROOT, 'test/support/docs/files'), work, { recursive: true });
    // Pages that render the site themselves start without it.
    if (/edge(?:\.md|:render)$/.test(page)) rmSync(join(work, 'site'), { recursive: true });
    copyFileSync(sandbox.caFile, join(work, 'ca.crt'));
    writeFileSync(
      join(work, 'registry.json.gz'),
      gzipSync(readFileSync(join(ROOT, 'test/core/pulls/recorded/json.txt'))),
    );
    if (/^backup:|docs\/backup/.test(page))
      await writeRun(join(work, 'backup'), '2026-01-01T00:00:00Z', [
        { config: '{}', layers: ['layer'], tag: 'shop/web:v1' },
      ]);
    const stage = new Stage(directory, sandbox);
    if (/\brestore\b/.test(page)) await stage.backUp();
    return stage;
  }

  /** Saves the images of the sample data that a prune deletes, and deletes them. */
  private async backUp(): Promise<void> {
    const script = 'regadm prune images --confirm --backup backup';
    const { status, output } = await this.run({ script });
    if (status !== 0) throw new Error(`${script}: exit status ${status}\n${output}`);
  }

  run({ script }: Pick<Example, 'script'>): Promise<Outcome> {
    const { sandbox, directory } = this;
    const env = {
      PATH: `${join(directory, 'bin')}:${process.env.PATH}`,
      HOME: join(directory, 'work'),
      NO_COLOR: '1',
      KUBECONFIG: sandbox.kubeconfig.admin,
    };
    // Replaces the names that the documentation uses.
    const replaced = script
      .replaceAll(/(?:https:\/\/)?registry\.(?:apps\.)?example\.com/g, sandbox.registryUrl)
      .replaceAll('/registry ', `${sandbox.storageDir} `)
      .replaceAll(/\/registry$/gm, sandbox.storageDir)
      .replaceAll(/ \/backup(?= |$)/gm, ` ${directory}/work/backup`)
      .replaceAll(/\/etc\/(?:bash_completion\.d|regadm)\//g, `${directory}/work/`)
      .replaceAll(/\/var\/log\//g, `${directory}/work/`)
      .replaceAll(/(?<=^regadm restore .*)sha256:(?:…|[0-9a-f]{64})/gm, () => savedDigest(directory))
      .replaceAll(/sha256:[0-9a-f]{12}\b/g, (digest) => existingDigest(sandbox, digest));
    const child = spawn(
      script.includes('completion zsh') ? 'true' : 'bash',
      ['-eu', '-o', 'pipefail', '-c', replaced],
      {
        env,
        cwd: join(directory, 'work'),
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    return new Promise((resolve, reject) =>
      child.on('error', reject).on('close', (status) => resolve({ status, output })),
    );
  }

  async close(): Promise<void> {
    await this.sandbox.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Returns the digest if an image has it, otherwise the digest of any image. */
function existingDigest(sandbox: Sandbox, digest: string): string {
  const names = sandbox.store.list('images').map(({ metadata }) => metadata.name);
  return names.some((name) => name.startsWith(digest)) ? digest : names[0]!.slice(0, digest.length);
}

/** Returns the digest of an image of `shop/frontend` that the backup contains. */
function savedDigest(directory: string): string {
  const index = readFileSync(join(directory, 'work/backup/index.json'), 'utf8');
  const [, digest] = /"shop\/frontend@(sha256:[0-9a-f]{64})"/.exec(index) ?? [];
  if (digest === undefined) throw new Error('the backup contains no image of shop/frontend');
  return digest;
}

/** Runs the examples of a page in their order. @returns those that do not do what the page says */
async function wrongExamples(examples: Example[]): Promise<object[]> {
  const toRun = examples.filter(({ script }) => !NOT_RUN.some(([pattern]) => pattern.test(script)));
  if (toRun.length === 0) return [];
  const stage = await Stage.create(toRun[0]!.page);
  try {
    const wrong: object[] = [];
    for (const example of toRun) wrong.push(...compare(example, await stage.run(example)));
    return wrong;
  } finally {
    await stage.close();
  }
}

function compare({ page, line, script, status, output: documented }: Example, outcome: Outcome): object[] {
  const missing = documented.filter((each) => !hasLine(outcome.output, each));
  if (outcome.status === status && missing.length === 0) return [];
  const output = outcome.output.slice(0, 1500);
  return [{ page, line, script, status: outcome.status, ...(missing.length > 0 ? { missing } : {}), output }];
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

function examplesOfPage(page: string): Example[] {
  return examplesOf(page, readFileSync(join(ROOT, page), 'utf8'));
}

function examplesOfHelp(id: string): Example[] {
  return (commands[id]!.examples ?? []).map((example, line) => {
    const command = typeof example === 'string' ? example : example.command;
    const script = command
      .replaceAll('<%= config.bin %>', 'regadm')
      .replaceAll('<%= command.id %>', id.replaceAll(':', ' '));
    return { page: id, line, script, status: script.includes('--detailed-exitcode') ? 2 : 0, output: [] };
  });
}

// One test per page: each has its own sandbox and fails alone.
describe('the examples', () => {
  test.each(pages)('in %s work as described', async (page) => {
    expect(await wrongExamples(examplesOfPage(page))).toEqual([]);
  });

  test.each(Object.keys(commands))('in the help of %s work as described', async (id) => {
    expect(await wrongExamples(examplesOfHelp(id))).toEqual([]);
  });
});
