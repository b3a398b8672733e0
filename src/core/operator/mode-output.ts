import { degradedReason } from './config.js';
import type { RegistryModeDocument } from './document-types.js';
import type { RegistryMode } from './mode.js';
import type { RegistryPod } from './pods.js';

/** The output formats of `regadm registry readonly`. */
export const registryModeOutput = { document: registryModeDocument, table: registryModeLines };

/** Describes why the operator does not switch the mode. */
export function modeWarnings({ managementState, conditions }: RegistryMode): string[] {
  const unmanaged =
    managementState === 'Managed'
      ? []
      : [`the registry's managementState is ${managementState || 'missing'}: the operator does not apply changes`];
  const degraded = degradedReason(conditions);
  return degraded ? [...unmanaged, degraded] : unmanaged;
}

function registryModeDocument(mode: RegistryMode): RegistryModeDocument {
  const { readOnly, previous, managementState, pods, conditions, pending } = mode;
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

function* registryModeLines({ readOnly, previous, pods, conditions, pending }: RegistryMode): Generator<string> {
  const before = previous === readOnly ? '' : ` (it was ${modeName(previous)})`;
  yield `The registry is ${pending ? 'set to ' : ''}${modeName(readOnly)}${before}.\n`;
  if (pending) yield `Not rolled out to every pod yet: ${pending}.\n`;
  for (const pod of pods) yield `${podLine(pod)}\n`;
  for (const { type, status, reason, message } of conditions)
    yield `  ${type}=${status}${reason ? ` (${reason})` : ''}${message ? `: ${message}` : ''}\n`;
}

function podLine({ name, phase, ready, readOnly, terminating, trouble }: RegistryPod): string {
  const state = terminating ? 'terminating' : `${phase}${ready ? ', ready' : ', not ready'}`;
  return `  pod ${name}  ${modeName(readOnly)}  ${state}${trouble ? `  ${trouble}` : ''}`;
}

const modeName = (readOnly: boolean): string => (readOnly ? 'read-only' : 'read-write');
