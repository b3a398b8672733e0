import type { RegistryModeDocument } from './document-types.js';

interface Pod {
  name: string;
  phase: string;
  ready: boolean;
  terminating: boolean;
  readOnly: boolean;
  trouble?: string;
}

interface Mode {
  readOnly: boolean;
  previous: boolean;
  managementState: string;
  pods: Pod[];
  conditions: { type: string; status: string; reason?: string; message?: string }[];
  pending?: string;
}

/** The document of `regadm registry readonly -o json`. */
export function registryModeDocument({
  readOnly,
  previous,
  managementState,
  pods,
  conditions,
  pending,
}: Mode): RegistryModeDocument {
  return {
    apiVersion: 'regadm/v1',
    kind: 'RegistryMode',
    readOnly,
    previous,
    rolledOut: pending === undefined,
    ...(pending === undefined ? {} : { pending }),
    managementState,
    pods: pods
      .map(({ name, readOnly, ready, phase, terminating, trouble }) => ({
        name,
        readOnly,
        ready,
        phase,
        terminating,
        ...(trouble ? { trouble } : {}),
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    conditions: conditions.map(({ type, status, reason, message }) => ({ type, status, reason, message })),
  };
}

/** The same for people. */
export function registryModeText({ readOnly, previous, pods, conditions, pending }: Mode): string {
  const name = (on: boolean): string => (on ? 'read-only' : 'read-write');
  const lines = [`The registry is ${name(readOnly)}${previous === readOnly ? '' : ` (it was ${name(previous)})`}.`];
  if (pending) lines.push(`Not rolled out to every pod yet: ${pending}.`);
  for (const pod of pods) {
    const state = pod.terminating ? 'terminating' : `${pod.phase}${pod.ready ? ', ready' : ', not ready'}`;
    lines.push(`  pod ${pod.name}  ${name(pod.readOnly)}  ${state}${pod.trouble ? `  ${pod.trouble}` : ''}`);
  }
  for (const { type, status, reason, message } of conditions)
    lines.push(`  ${type}=${status}${reason ? ` (${reason})` : ''}${message ? `: ${message}` : ''}`);
  return `${lines.join('\n')}\n`;
}
