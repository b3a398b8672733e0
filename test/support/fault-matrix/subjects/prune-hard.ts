import type { Sandbox } from '../../../../src/sandbox/index.js';
import type { HardPruneDocument } from '../../../../src/core/hard-prune/output/document-type.js';
import { runCli, type CliResult } from '../../cli.js';
import { missingParts } from '../../cluster-checks.js';
import { LEASE_ANNOTATION } from '../../../../src/core/operator/lease/record.js';
import { regadm } from '../../regadm.js';
import { filesBelow } from '../../storage-tree.js';
import { aRegistryScene, makeReadOnly, podsOf, registryState, type RegistryState } from './registry-scene.js';
import { failureOf, type Evidence, type Stage, type Subject } from './subject.js';

const COMMON = ['prune', 'hard', '--output=json', '--timeout=60s'];
const RECOVER = [...COMMON, '--recover'];
const IN_POD = [...COMMON, '--confirm'];
const onStorage = ({ storageDir }: Sandbox): string[] => [
  ...IN_POD,
  `--storage=${storageDir}`,
  '--keep-blobs-younger-than=0',
  '--dangling-links',
];

/** Returns `prune hard`, in the pod, on the storage, and after a run that was killed. */
export function pruneHardSubjects(): Subject<RegistryState>[] {
  return [
    {
      name: 'prune hard --storage DIR --confirm',
      family: 'prune hard --storage',
      prepare: async () => aStage(await aRegistryScene({ indexes: true }), onStorage),
    },
    {
      name: 'prune hard --confirm',
      family: 'prune hard in the pod',
      // The pruner writes slowly, so that it still runs if its connection is lost.
      prepare: async () => aStage(await aRegistryScene({ fail: ['slow-output'] }), () => IN_POD),
    },
    {
      name: 'prune hard --recover',
      family: 'prune hard --recover',
      prepare: async () => {
        const sandbox = await aRegistryScene();
        leaveUnfinished(sandbox);
        return aStage(sandbox, () => RECOVER);
      },
    },
  ];
}

function aStage(sandbox: Sandbox, argsFor: (sandbox: Sandbox) => string[]): Stage<RegistryState> {
  const args = argsFor(sandbox);
  const kubeconfig = sandbox.kubeconfig.admin;
  const deletedWhileWritable = watchDeletions(sandbox);
  return {
    sandbox,
    // A process of its own: the lock that it leaves is taken over because its process has ended.
    run: (signal) => runCli(args, { kubeconfig, signal }),
    state: () => registryState(sandbox),
    violations: (evidence) => [
      ...violationsOf(evidence, sandbox),
      ...deletedWhileWritable().map((file) => `harm: ${file} was deleted while the registry accepted pushes`),
    ],
    finish: async () => {
      const recovered = isAnnotated(sandbox) ? failureOf('--recover', await regadm(RECOVER, { kubeconfig })) : [];
      return [...recovered, ...failureOf('the next run', await regadm(args, { kubeconfig }))];
    },
  };
}

function isAnnotated({ store }: Sandbox): boolean {
  return LEASE_ANNOTATION in (store.get('configs', 'cluster')?.metadata.annotations ?? {});
}

/** Returns a function that lists the files that were deleted after the registry left read-only mode. */
function watchDeletions(sandbox: Sandbox): () => string[] {
  let wasReadOnly = false;
  let files: string[] | undefined;
  sandbox.onRequest(() => {
    const readOnly = sandbox.store.get('configs', 'cluster')?.spec?.readOnly === true;
    if (wasReadOnly && !readOnly) files ??= filesBelow(sandbox.storageDir);
    wasReadOnly = readOnly;
  });
  return () => {
    const left = new Set(filesBelow(sandbox.storageDir));
    return (files ?? []).filter((file) => !left.has(file));
  };
}

function violationsOf({ run, document, before, after, goal }: Evidence<RegistryState>, sandbox: Sandbox): string[] {
  const allowed = new Set([...after.files, ...before.files.filter((file) => !goal.files.includes(file))]);
  const report = document?.kind === 'HardPrune' ? (document as HardPruneDocument) : undefined;
  return [
    ...missingParts(sandbox).map((part) => `harm: ${part} is missing`),
    ...before.files.filter((file) => !allowed.has(file)).map((file) => `harm: ${file} is gone`),
    ...(report ? falseClaims(report, sandbox) : []),
    ...(isRestored(after, goal) || wasUnfinished(before) || mentionsRecovery(run)
      ? []
      : [`the registry is not restored, and no message reports it: ${JSON.stringify(after.guarded)}`]),
  ];
}

const isRestored = (after: RegistryState, goal: RegistryState): boolean =>
  JSON.stringify(after.guarded) === JSON.stringify(goal.guarded);

/** True before `--recover`, which does not have to mention itself. */
const wasUnfinished = ({ guarded }: RegistryState): boolean => JSON.stringify(guarded).includes(LEASE_ANNOTATION);

const mentionsRecovery = ({ status, stderr }: CliResult): boolean => status !== 0 && stderr.includes('--recover');

function falseClaims({ blobs, manifestLinks, repositories, summary }: HardPruneDocument, sandbox: Sandbox): string[] {
  const { registry } = sandbox;
  const deleted = <T extends { status: string }>(entries: T[]): T[] =>
    entries.filter(({ status }) => status === 'deleted');
  const counts = {
    blobs: deleted(blobs).length,
    manifestLinks: deleted(manifestLinks).length,
    repositories: deleted(repositories).length,
  };
  return [
    ...deleted(blobs)
      .filter(({ digest }) => registry.hasBlob(digest))
      .map(({ digest }) => `untrue: blob ${digest} was deleted, but it still exists`),
    ...deleted(manifestLinks)
      .filter(({ repository, digest }) => registry.hasManifestLink(repository, digest))
      .map(({ repository, digest }) => `untrue: link ${repository}@${digest} was deleted, but it still exists`),
    ...deleted(repositories)
      .filter(({ name }) => registry.manifestLinks().some((link) => link.startsWith(`${name}@`)))
      .map(({ name }) => `untrue: repository ${name} was deleted, but it still exists`),
    ...Object.entries(counts)
      .filter(([key, count]) => summary[key as 'blobs'] !== count)
      .map(([key, count]) => `untrue: summary.${key} is ${summary[key as 'blobs']}, not ${count}`),
  ];
}

/** Puts the cluster into the state that a hard prune leaves if it is killed while its pruner runs. */
function leaveUnfinished(sandbox: Sandbox): void {
  const { store } = sandbox;
  makeReadOnly(sandbox);
  const [pod] = podsOf(sandbox);
  const binding = 'regadm-hard-prune-0f0f0f0f';
  const record = {
    version: 1,
    holder: { id: '0f0f0f0f', host: 'another-host', pid: 4711 },
    startedAt: '2026-01-01T00:00:00Z',
    renewedAt: '2026-01-01T00:10:00Z',
    previousReadOnly: null,
    changesMode: true,
    binding,
    pod: { name: pod!.name, uid: pod!.uid },
  };
  const config = store.get('configs', 'cluster')!;
  const annotations = { ...config.metadata.annotations, [LEASE_ANNOTATION]: JSON.stringify(record) };
  store.put('configs', { ...config, metadata: { ...config.metadata, annotations } });
  store.put('clusterrolebindings', {
    metadata: { name: binding, labels: { 'app.kubernetes.io/managed-by': 'regadm' } },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:image-pruner' },
    subjects: [{ kind: 'ServiceAccount', name: 'registry', namespace: 'openshift-image-registry' }],
  });
}
