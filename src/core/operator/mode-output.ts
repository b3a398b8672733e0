import { degradedReason } from './config.js';
import type { RegistryModeDocument } from './document-types.js';
import type { RegistryMode } from './mode.js';
import type { RegistryPod } from './pods.js';

/** The output formats of `regadm registry readonly`. */
export const registryModeOutput = { document: registryModeDocument, table: registryModeText };

/** Describes why the operator does not switch the mode. */
export function modeWarnings({ managementState, conditions }: RegistryMode): string[] {
  const unmanaged =
    managementState === 'Managed'
      ? []
      : [`the registry's managementState is ${managementState}: the operator does not apply changes`];
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

function registryModeText({ readOnly, previous, pods, conditions, pending }: RegistryMode): string {
  const before = previous === readOnly ? '' : ` (it was ${modeName(previous)})`;
  const lines = [`The registry is ${modeName(readOnly)}${before}.`];
  if (pending) lines.push(`Not rolled out to every pod yet: ${pending}.`);
  lines.push(...pods.map(podLine));
  for (const { type, status, reason, message } of conditions)
    lines.push(`  ${type}=${status}${reason ? ` (${reason})` : ''}${message ? `: ${message}` : ''}`);
  return `${lines.join('\n')}\n`;
}

function podLine({ name, phase, ready, readOnly, terminating, trouble }: RegistryPod): string {
  const state = terminating ? 'terminating' : `${phase}${ready ? ', ready' : ', not ready'}`;
  return `  pod ${name}  ${modeName(readOnly)}  ${state}${trouble ? `  ${trouble}` : ''}`;
}

const modeName = (readOnly: boolean): string => (readOnly ? 'read-only' : 'read-write');
