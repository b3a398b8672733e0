import path from 'node:path';
import type { ImageRestoreDocument } from '../../../../src/core/restore/output/document-type.js';
import { startSandbox, type Sandbox } from '../../../../src/sandbox/index.js';
import { runCli } from '../../cli.js';
import { fillShop, stateOf, type ShopState } from '../../restore-scene.js';
import { saveBackup } from '../../save-backup.js';
import { failureOf, type Evidence, type Stage, type Subject } from './subject.js';

/** Returns `restore` of everything that a prune has deleted. */
export function restoreSubjects(): Subject<ShopState>[] {
  return [{ name: 'restore --confirm', family: 'restore', prepare: aStage }];
}

async function aStage(): Promise<Stage<ShopState>> {
  const namespaces = [{ metadata: { name: 'shop' } }];
  const sandbox = await startSandbox({ cluster: { namespaces }, storage: 'files', pageLimitMax: 4 });
  fillShop(sandbox);
  const backup = path.join(sandbox.dir, 'backup');
  await saveBackup(sandbox, backup);
  const { admin: kubeconfig } = sandbox.kubeconfig;
  const prune = ['prune', 'images', '--keep-tag-revisions=1', '--keep-younger-than=0', '--confirm'];
  const [failure] = failureOf('the prune', await runCli(prune, { kubeconfig }));
  if (failure !== undefined) throw new Error(failure);
  const args = ['restore', backup, '--confirm', '--output=json'];
  return {
    sandbox,
    run: (signal) => runCli(args, { kubeconfig, signal }),
    state: () => comparable(sandbox),
    violations: (evidence) => [
      ...lostItems(evidence).map((item) => `harm: ${item} is gone or has moved`),
      ...brokenItems(sandbox).map((item) => `harm: ${item} cannot be pulled`),
      ...falseClaims(evidence).map((claim) => `untrue: ${claim}`),
    ],
    finish: async () => failureOf('the next run', await runCli(args, { kubeconfig })),
  };
}

/** Returns the state without the address of the sandbox, and without uploads that could not be canceled. */
function comparable(sandbox: Sandbox): ShopState {
  const host = new URL(sandbox.registryUrl).host;
  const { files, ...state } = JSON.parse(JSON.stringify(stateOf(sandbox)).replaceAll(host, 'HOST')) as ShopState;
  return {
    ...state,
    files: Object.fromEntries(Object.entries(files).filter(([file]) => !file.includes('/_uploads/'))),
  };
}

type Tags = { tag: string; items: { image: string }[] }[];

function itemsOf({ streams }: Pick<ShopState, 'streams'>): [place: string, image: string][] {
  return Object.entries(streams).flatMap(([stream, tags]) =>
    (tags as Tags).flatMap(({ tag, items }) =>
      items.map(({ image }, position): [string, string] => [`${stream}:${tag} ${position}`, image]),
    ),
  );
}

/** Returns the items, each the newest of its tag, that are not what they were before the restore. */
function lostItems({ before, after }: Evidence<ShopState>): string[] {
  const now = new Map(itemsOf(after));
  return itemsOf(before)
    .filter(([place, image]) => now.get(place) !== image)
    .map(([place]) => place);
}

function brokenItems(sandbox: Sandbox): string[] {
  return itemsOf(stateOf(sandbox))
    .filter(([, image]) => !sandbox.store.get('images', image) || !sandbox.registry.hasBlob(image))
    .map(([place]) => place);
}

/** Returns what a document claims to be restored, and is not. */
function falseClaims({ document, after }: Evidence<ShopState>): string[] {
  if (document?.kind !== 'ImageRestore') return [];
  const { images } = document as ImageRestoreDocument;
  const now = new Map(itemsOf(after));
  return images.flatMap(({ name, status, items }) => [
    ...(status === 'restored' && !after.images[name] ? [`image ${name} is restored`] : []),
    ...items
      .filter((item) => item.status === 'restored')
      .map((item) => `${item.namespace}/${item.name}:${item.tag} ${item.position}`)
      .filter((place) => now.get(place) !== name)
      .map((place) => `${place} is restored`),
  ]);
}
