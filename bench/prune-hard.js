/**
 * Measures the hard prune of a storage with 50,000 blobs in 570 repositories, 10,000 of them orphans, as a whole
 * process against `find DIR -type f -printf '%s\n'` on the same tree. Run `npm run build` first.
 */
import { fork, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const IMAGES = 8000;
const LAYERS = 3;
const ORPHANS = 10_000;
const REPOSITORIES = 570;
const ROUNDS = Number(process.env.ROUNDS ?? 3);

const hexOf = (text) => createHash('sha256').update(text).digest('hex');
const repositoryOf = (index) => `ns${(index % REPOSITORIES) % 57}/app${index % REPOSITORIES}`;
const imageOf = (index) => ({
  name: hexOf(`manifest ${index}`),
  config: hexOf(`config ${index}`),
  layers: Array.from({ length: LAYERS }, (_, layer) => hexOf(`layer ${index} ${layer}`)),
});

function makeTree(directory) {
  const root = path.join(directory, 'docker/registry/v2');
  const blob = (hex, size) => {
    const parent = `${root}/blobs/sha256/${hex.slice(0, 2)}/${hex}`;
    mkdirSync(parent, { recursive: true });
    writeFileSync(`${parent}/data`, Buffer.alloc(size));
  };
  const link = (parent, hex) => {
    mkdirSync(`${parent}/${hex}`, { recursive: true });
    writeFileSync(`${parent}/${hex}/link`, `sha256:${hex}`);
  };
  for (let index = 0; index < IMAGES; index++) {
    const { name, config, layers } = imageOf(index);
    const repository = `${root}/repositories/${repositoryOf(index)}`;
    blob(name, 600);
    link(`${repository}/_manifests/revisions/sha256`, name);
    for (const hex of [config, ...layers]) {
      blob(hex, 1000);
      link(`${repository}/_layers/sha256`, hex);
    }
  }
  for (let index = 0; index < ORPHANS; index++) blob(hexOf(`orphan ${index}`), 700 + (index % 300));
}

/** Starts a cluster with these images in a separate process. */
function serve() {
  const images = Array.from({ length: IMAGES }, (_, index) => {
    const { name, config, layers } = imageOf(index);
    return {
      metadata: { name: `sha256:${name}`, uid: name.slice(0, 8), creationTimestamp: '2026-01-01T00:00:00Z' },
      dockerImageReference: `image-registry.openshift-image-registry.svc:5000/${repositoryOf(index)}@sha256:${name}`,
      dockerImageMetadata: {
        kind: 'DockerImage',
        apiVersion: '1.0',
        Id: `sha256:${config}`,
        Config: { Env: Array.from({ length: 20 }, (_, at) => `VARIABLE_${at}=${'x'.repeat(60)}`) },
      },
      dockerImageManifestMediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      dockerImageLayers: layers.map((hex) => ({
        name: `sha256:${hex}`,
        size: 1000,
        mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
      })),
    };
  });
  const streams = Array.from({ length: REPOSITORIES }, (_, at) => {
    const [namespace, name] = repositoryOf(at).split('/');
    const items = images
      .filter((_, index) => index % REPOSITORIES === at)
      .map((image) => ({
        image: image.metadata.name,
        dockerImageReference: image.dockerImageReference,
        created: '2026-01-01T00:00:00Z',
      }));
    return { metadata: { namespace, name }, status: { tags: [{ tag: 'latest', items }] } };
  });
  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://localhost');
    const items = url.pathname.endsWith('/images')
      ? images
      : url.pathname.endsWith('/imagestreams')
        ? streams
        : undefined;
    response.setHeader('Content-Type', 'application/json');
    if (!items) return response.writeHead(404).end('{}');
    const start = Number(url.searchParams.get('continue') ?? 0);
    const end = start + Number(url.searchParams.get('limit') ?? items.length);
    response.end(
      JSON.stringify({
        kind: items === images ? 'ImageList' : 'ImageStreamList',
        apiVersion: 'image.openshift.io/v1',
        metadata: end < items.length ? { continue: String(end) } : {},
        items: items.slice(start, end),
      }),
    );
  });
  server.listen(0, '127.0.0.1', () => process.send(server.address().port));
  process.on('disconnect', () => process.exit());
}

const seconds = (start) => (performance.now() - start) / 1000;
const best = (values) => Math.min(...values);

function find(directory) {
  const start = performance.now();
  spawnSync('find', [directory, '-type', 'f', '-printf', '%s\n'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    maxBuffer: Infinity,
  });
  return seconds(start);
}

/** Runs regadm and reads its peak memory from the kernel while it runs. */
function regadm(args) {
  return new Promise((resolve) => {
    const start = performance.now();
    const child = spawn(process.execPath, [fileURLToPath(new URL('../bin/run.js', import.meta.url)), ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    let peak = 0;
    const timer = setInterval(() => {
      try {
        peak = Math.max(
          peak,
          Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0),
        );
      } catch {
        // The process has just exited.
      }
    }, 10);
    child.on('exit', (code) => {
      clearInterval(timer);
      resolve({ code, time: seconds(start), mib: peak / 1024 });
    });
  });
}

async function main() {
  const directory = mkdtempSync(path.join(process.env.BENCH_DIR ?? tmpdir(), 'regadm-bench-'));
  const server = fork(fileURLToPath(import.meta.url), ['serve']);
  const port = await new Promise((resolve) => server.once('message', resolve));
  const flags = [
    'prune',
    'hard',
    '--server',
    `http://127.0.0.1:${port}`,
    '--token',
    'bench',
    '--storage',
    directory,
    '--read-only=skip',
    '--keep-blobs-younger-than=0',
    '-o',
    'json',
  ];
  try {
    makeTree(directory);
    find(directory);
    const finds = [];
    const checks = [];
    const deletes = [];
    for (let round = 0; round < ROUNDS; round++) {
      finds.push(find(directory));
      checks.push(await regadm(flags));
    }
    for (let round = 0; round < ROUNDS; round++) {
      deletes.push(await regadm([...flags, '--confirm']));
      if (round < ROUNDS - 1) makeTree(directory);
    }
    const base = best(finds);
    for (const [name, runs, limit] of [
      ['check', checks, 1.7],
      ['delete', deletes, 3],
    ]) {
      const time = best(runs.map((run) => run.time));
      const mib = Math.max(...runs.map((run) => run.mib));
      console.log(
        `${name}: ${time.toFixed(2)} s = ${(time / base).toFixed(2)} x find (at most ${limit}), ${mib.toFixed(0)} MiB (at most 150), exit ${runs.map((run) => run.code).join(',')}`,
      );
    }
    console.log(`find: ${base.toFixed(2)} s`);
  } finally {
    server.disconnect();
    rmSync(directory, { recursive: true, force: true });
  }
}

if (process.argv[2] === 'serve') serve();
else await main();
