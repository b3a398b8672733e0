import type { Sandbox } from '../../../../src/sandbox/index.js';
import type { RegistryModeDocument, RegistryRestartDocument } from '../../../../src/core/operator/document-types.js';
import { regadm } from '../../regadm.js';
import { aRegistryScene, makeReadOnly, podsOf, registryState, type RegistryState } from './registry-scene.js';
import { failureOf, type Evidence, type Stage, type Subject } from './subject.js';

/** Returns `registry readonly on`, `registry readonly off` and `registry restart`. */
export function registrySubjects(): Subject<RegistryState>[] {
  const modes = (['on', 'off'] as const).map((mode) => ({
    name: `registry readonly ${mode}`,
    family: 'registry readonly',
    prepare: async () => {
      const sandbox = await aRegistryScene();
      if (mode === 'off') makeReadOnly(sandbox);
      return aStage(sandbox, ['registry', 'readonly', mode], modeClaims);
    },
  }));
  return [...modes, { name: 'registry restart', family: 'registry restart', prepare: aRestart }];
}

type Claims = (evidence: Evidence<RegistryState>, sandbox: Sandbox) => string[];

function aStage(sandbox: Sandbox, command: string[], claims: Claims): Stage<RegistryState> {
  const args = [...command, '--output=json', '--timeout=60s'];
  const { admin: kubeconfig } = sandbox.kubeconfig;
  return {
    sandbox,
    run: (signal) => regadm(args, { kubeconfig, signal }),
    state: () => registryState(sandbox),
    violations: (evidence) => [
      ...(evidence.after.files.length === evidence.before.files.length ? [] : ['harm: files of the storage are gone']),
      ...claims(evidence, sandbox).map((claim) => `untrue: ${claim}`),
    ],
    finish: async () => failureOf('the next run', await regadm(args, { kubeconfig })),
  };
}

function modeClaims({ document, after }: Evidence<RegistryState>): string[] {
  if (document?.kind !== 'RegistryMode') return [];
  const { readOnly, rolledOut } = document as RegistryModeDocument;
  const { readOnly: is = false } = after.guarded as { readOnly?: boolean };
  return [
    ...(is === readOnly ? [] : [`readOnly is ${readOnly}`]),
    ...(rolledOut && after.pods.some((pod) => pod.readOnly !== readOnly || !pod.ready || pod.terminating)
      ? ['rolledOut is true']
      : []),
  ];
}

async function aRestart(): Promise<Stage<RegistryState>> {
  const sandbox = await aRegistryScene();
  const old = new Set(podsOf(sandbox).map(({ uid }) => uid));
  const remaining = (): string[] =>
    podsOf(sandbox)
      .filter(({ uid }) => old.has(uid))
      .map(({ name }) => name);
  const stage = aStage(sandbox, ['registry', 'restart'], ({ document }) => {
    if (document?.kind !== 'RegistryRestart') return [];
    const { previous, pods } = document as RegistryRestartDocument;
    const names = podsOf(sandbox).map(({ name }) => name);
    return [
      ...previous.filter((name) => names.includes(name)).map((name) => `pod ${name} was replaced, but it still exists`),
      ...(JSON.stringify(pods) === JSON.stringify(names) ? [] : [`the new pods are ${pods.join()}`]),
    ];
  });
  return { ...stage, state: () => ({ ...registryState(sandbox), old: remaining().length }) };
}
