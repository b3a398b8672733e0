import type { KubeObject } from './kube.js';
import { PENDING_ANNOTATION } from './pending.js';
import { isRecord } from './values/json.js';

/** What an image stream is created with again, besides its name: its tags are not part of it. */
export interface StreamSettings {
  /** `spec.lookupPolicy.local`: true if workloads of the namespace can name the stream as an image. */
  local: boolean;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

/** Returns the settings of an image stream. They do not include the links that a prune still has to delete. */
export function streamSettings({ metadata, spec }: KubeObject): StreamSettings {
  const { [PENDING_ANNOTATION]: _pending, ...annotations } = textsIn(metadata.annotations);
  const { local } = isRecord(spec?.lookupPolicy) ? spec.lookupPolicy : {};
  return { local: local === true, labels: textsIn(metadata.labels), annotations };
}

/** Returns true for the settings of an image stream in parsed JSON. */
export function isStreamSettings(value: unknown): value is StreamSettings {
  return isRecord(value) && typeof value.local === 'boolean' && isTexts(value.labels) && isTexts(value.annotations);
}

function textsIn(value: unknown): Record<string, string> {
  return isTexts(value) ? value : {};
}

function isTexts(value: unknown): value is Record<string, string> {
  return isRecord(value) && Object.values(value).every((text) => typeof text === 'string');
}
