import { spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { stateStorage } from '../cluster-storage.js';
import { findProgram } from '../jest/requires.js';
import { bucketStatements, copyToS3 } from '../sample-on-s3.js';
import { KINDS, listOf } from '../saved-lists.js';
import type { FakeS3 } from '../servers/fake-s3.js';
import { startRedis, type RedisServer } from '../servers/redis.js';
import { writeRun } from '../written-backups.js';
import type { Example } from './doc-examples.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const IGNORE = '#!/bin/sh\ncase "$*" in *"-f -"*) cat > /dev/null ;; esac\n';
/** Runs kubectl if it has the same command, so that the sandbox answers. Creates nothing: pages show alternatives. */
const toOc = (token: string): string => `#!/bin/sh
test "$*" != "whoami -t" || { echo ${token}; exit 0; }
case " $* " in *" adm "* | *" policy "* | *" login "* | *" tag "*) exit 0 ;; esac
test "$1" != regadm || { shift; exec oc-regadm "$@"; }
command -v kubectl > /dev/null && case " $* " in
  *" create "* | *" apply "*) exec kubectl "$@" --dry-run=server ;;
  *) exec kubectl "$@" ;;
esac
${IGNORE}`;
/** Programs that examples call but that the tests replace: most read their input and succeed. */
const STUBS: Record<string, string> = {
  npx: '#!/bin/sh\ntest "$1" != regadm || exec "$@"\n',
  ...Object.fromEntries(['podman', 'docker', 'npm', 'krew', 'curl', 'sudo'].map((name) => [name, IGNORE])),
};

interface Outcome {
  status: number | null;
  output: string;
}

interface StageOptions {
  /** Whether the registry keeps its images in a bucket. */
  bucket: boolean;
  /** Whether a Redis server is needed. */
  redis: boolean;
}

/** A sandbox, a working directory and a PATH for the examples of one page. */
export class Stage {
  private constructor(
    readonly directory: string,
    readonly sandbox: Sandbox,
    private readonly s3?: FakeS3,
    private readonly redis?: RedisServer,
  ) {}

  static async create(page: string, { bucket, redis }: StageOptions): Promise<Stage> {
    const directory = mkdtempSync(join(tmpdir(), 'regadm-docs-'));
    // The same cluster as that of `regadm sandbox`.
    const sandbox = await startSandbox({ sample: true, prunableInPod: true, rolloutStepMs: 5 });
    const s3 = bucket ? await copyToS3(sandbox) : undefined;
    writePrograms(join(directory, 'bin'), { ...STUBS, oc: toOc(sandbox.tokens.admin) });
    await writeFiles(page, join(directory, 'work'), {
      sandbox,
      hasBackup: !bucket && /^backup:|docs\/backup/.test(page),
    });
    const stage = new Stage(directory, sandbox, s3, redis ? await startRedis({ password: 'password' }) : undefined);
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
    const { sandbox, directory, s3 } = this;
    // The simulated operator restores its own storage in every roll-out.
    if (s3) stateStorage(sandbox, bucketStatements(s3));
    const env = {
      PATH: `${join(directory, 'bin')}:${process.env.PATH}`,
      HOME: join(directory, 'work'),
      NO_COLOR: '1',
      KUBECONFIG: sandbox.kubeconfig.admin,
      SANDBOX_DIR: sandbox.dir,
      ...s3?.env,
    };
    const child = spawn(
      script.includes('completion zsh') ? 'true' : 'bash',
      ['-eu', '-o', 'pipefail', '-c', this.withNames(script)],
      { env, cwd: join(directory, 'work'), stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    return new Promise((resolve, reject) =>
      child.on('error', reject).on('close', (status) => resolve({ status, output })),
    );
  }

  /** Replaces the names that the documentation uses. */
  private withNames(script: string): string {
    const { sandbox, directory, s3, redis } = this;
    const endpoint = `--storage-endpoint ${s3?.endpoint}`;
    return (
      script
        .replaceAll(/(?:https:\/\/)?registry\.(?:apps\.)?example\.com/g, sandbox.registryUrl)
        .replaceAll(/--storage-endpoint https:\S+(?: --storage-ca \S+)?/g, '')
        .replaceAll(/s3:\/\/registry(?:\/root)?/g, `s3://${s3?.bucket} ${endpoint}`)
        .replaceAll(/rediss?:\/\/\S+/g, `redis://:password@${redis?.address}/0`)
        .replaceAll(/ --redis-ca \S+/g, '')
        .replaceAll('/registry ', `${sandbox.storageDir} `)
        .replaceAll(/\/registry$/gm, sandbox.storageDir)
        .replaceAll(/ \/backup(?= |$)/gm, ` ${directory}/work/backup`)
        .replaceAll(/\/etc\/(?:bash_completion\.d|regadm)\//g, `${directory}/work/`)
        .replaceAll(/\/var\/log\//g, `${directory}/work/`)
        .replaceAll(/(?<=^regadm restore .*)sha256:(?:…|[0-9a-f]{64})/gm, () => savedDigest(directory))
        .replaceAll(/sha256:[0-9a-f]{12}\b/g, (digest) => existingDigest(sandbox, digest))
        // Ended processes of the sandbox have nothing in flight.
        .replaceAll(/--online(?=.* --confirm)(?!.*--print-job)/g, '$& --recheck-after 1s')
        // Without another end, it serves until Ctrl-C.
        .replaceAll(/regadm sandbox(?!.*--(?:demo|run))/g, '$& --run true')
    );
  }

  async close(): Promise<void> {
    await Promise.all([this.sandbox.stop(), this.s3?.stop(), this.redis?.stop()]);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Returns whether examples that need a Redis server can run. */
export const hasRedis = (): boolean => findProgram('redis-server') !== undefined;

function writePrograms(bin: string, stubs: Record<string, string>): void {
  mkdirSync(bin);
  for (const name of ['oc-regadm', 'kubectl-regadm', 'kubectl_complete-regadm'])
    symlinkSync(join(ROOT, 'bin', `${name}.js`), join(bin, name));
  symlinkSync(join(ROOT, 'bin/run.js'), join(bin, 'regadm'));
  for (const [name, script] of Object.entries(stubs)) {
    writeFileSync(join(bin, name), script);
    chmodSync(join(bin, name), 0o755);
  }
}

/** Writes the files that the examples of a page read. */
async function writeFiles(
  page: string,
  work: string,
  { sandbox, hasBackup }: { sandbox: Sandbox; hasBackup: boolean },
): Promise<void> {
  mkdirSync(join(work, '.config/fish/completions'), { recursive: true });
  cpSync(join(ROOT, 'test/support/docs/files'), work, { recursive: true });
  // Pages that render the site themselves start without it.
  if (/edge(?:\.md|:render)$/.test(page)) rmSync(join(work, 'site'), { recursive: true });
  copyFileSync(sandbox.caFile, join(work, 'ca.crt'));
  writeFileSync(
    join(work, 'registry.json.gz'),
    gzipSync(readFileSync(join(ROOT, 'test/core/pulls/recorded/json.txt'))),
  );
  mkdirSync(join(work, 'lists'));
  for (const resource of Object.keys(KINDS))
    writeFileSync(
      join(work, `lists/${resource}.json`),
      JSON.stringify(listOf(resource, sandbox.store.list(resource as 'images'))),
    );
  if (hasBackup)
    await writeRun(join(work, 'backup'), '2026-01-01T00:00:00Z', [
      { config: '{}', layers: ['layer'], tag: 'shop/web:v1' },
    ]);
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
