import { rmSync } from 'node:fs';
import path from 'node:path';
import type { RegistryVerificationDocument } from '../../../../src/core/verify/output/document-type.js';
import type { Sandbox } from '../../../../src/sandbox/index.js';
import { regadm } from '../../regadm.js';
import { filesBelow } from '../../storage-tree.js';
import { aRegistryScene } from './registry-scene.js';
import { failureOf, type Evidence, type Stage, type Subject } from './subject.js';

/** What `registry verify` can change: Image objects, the images of each tag, and the files of the storage. */
interface VerifyState {
  images: string[];
  tags: string[];
  files: string[];
}

/** Returns `registry verify` with each flag that changes something. */
export function verifySubjects(): Subject<VerifyState>[] {
  const family = 'registry verify';
  return [
    {
      name: 'registry verify --recover-images --confirm',
      family,
      prepare: () => aStage('--recover-images', loseImages),
    },
    { name: 'registry verify --repair-links --confirm', family, prepare: () => aStage('--repair-links', loseLinks) },
  ];
}

/** As after a restore of etcd from a backup that is older than an image index and a stream. */
function loseImages({ store }: Sandbox): void {
  for (const { metadata, dockerImageReference } of store.list('images'))
    if (/\/(?:shop|ops)\/(?:api|batch)@/.test(String(dockerImageReference))) store.remove('images', metadata.name);
  const api = store.get('imagestreams', 'shop', 'api')!;
  store.put('imagestreams', { ...api, status: { ...api.status, tags: [] } });
  store.remove('imagestreams', 'ops', 'batch');
}

function loseLinks({ storageDir }: Sandbox): void {
  rmSync(path.join(storageDir, 'docker/registry/v2/repositories/shop/api'), { recursive: true });
}

async function aStage(flag: string, damage: (sandbox: Sandbox) => void): Promise<Stage<VerifyState>> {
  const sandbox = await aRegistryScene({ indexes: true });
  damage(sandbox);
  const { kubeconfig, storageDir } = { kubeconfig: sandbox.kubeconfig.admin, storageDir: sandbox.storageDir };
  const args = ['registry', 'verify', `--storage=${storageDir}`, flag, '--confirm', '--output=json'];
  return {
    sandbox,
    run: (signal) => regadm(args, { kubeconfig, signal }),
    state: () => stateOf(sandbox),
    violations: (evidence) => [
      ...losses(evidence).map((loss) => `harm: ${loss} is gone`),
      ...falseClaims(evidence).map((claim) => `untrue: ${claim}`),
    ],
    finish: async () => failureOf('the next run', await regadm(args, { kubeconfig })),
  };
}

function stateOf({ store, storageDir }: Sandbox): VerifyState {
  const tags = store
    .list('imagestreams')
    .flatMap(({ metadata, status }) =>
      ((status?.tags ?? []) as { tag: string; items: { image: string }[] }[]).flatMap(({ tag, items }) =>
        items.map(({ image }) => `${metadata.namespace}/${metadata.name}:${tag} ${image}`),
      ),
    );
  const images = store.list('images').map(({ metadata }) => metadata.name);
  return { images: images.sort(), tags: tags.sort(), files: filesBelow(storageDir) };
}

function losses({ before, after }: Evidence<VerifyState>): string[] {
  return (['images', 'tags', 'files'] as const).flatMap((part) =>
    before[part].filter((entry) => !after[part].includes(entry)),
  );
}

function falseClaims({ document, after }: Evidence<VerifyState>): string[] {
  if (document?.kind !== 'RegistryVerification') return [];
  const { lostImages, links } = document as RegistryVerificationDocument;
  const recovered = lostImages.filter(({ status }) => status === 'recovered' || status === 'exists');
  const written = links.filter(({ status }) => status === 'written' || status === 'exists');
  return [
    ...recovered.filter(({ digest }) => !after.images.includes(digest)).map(({ digest }) => `${digest} is recovered`),
    ...recovered
      .filter(({ index, status }) => index === undefined && status === 'recovered')
      .map(({ digest, repository }) => `${repository}:lost-found-${digest.slice(7)} ${digest}`)
      .filter((entry) => !after.tags.includes(entry))
      .map((entry) => `${entry} is listed`),
    ...written
      .filter(({ repository, digest }) => !after.files.some((file) => isLink(file, repository, digest)))
      .map(({ repository, digest }) => `the link in ${repository} to ${digest} exists`),
  ];
}

const isLink = (file: string, repository: string, digest: string): boolean =>
  file.includes(`repositories/${repository}/`) && file.endsWith(`${digest.slice(7)}/link`);
