import { describeObject, type ObjectReference } from '../../cluster/objects.js';
import { ADVICE } from '../../model/advice.js';
import { RegadmError } from '../../model/errors.js';
import {
  entryIn,
  refersToOthers,
  type Environment,
  type EnvironmentEntry,
  type EnvironmentSource,
  type KeyReference,
} from '../pod-environment.js';
import { configMapNamed, secretNamed, type SettingsReader } from './reader.js';

/** Reads the environment variables of the registry's Deployment, also those that other objects set. */
export class DeployedVariables {
  private readonly objects = new Map<string, Promise<ReadonlyMap<string, string> | undefined>>();

  /** @param container undefined if there is no Deployment: then no variable is set */
  constructor(
    private readonly reader: SettingsReader,
    private readonly container: Environment | undefined,
  ) {}

  /**
   * Returns a variable; undefined if it is not set, or empty.
   * @throws RegadmError STORAGE_SETTINGS if its value cannot be determined, FORBIDDEN, ApiError
   */
  async get(variable: string): Promise<string | undefined> {
    const entry = entryIn(this.container, variable);
    const value = entry ? await this.valueOf(entry) : await this.fromSources(variable);
    return value?.trim() || undefined;
  }

  private async valueOf(entry: EnvironmentEntry): Promise<string | undefined> {
    const { name, value, valueFrom } = entry;
    if (refersToOthers(entry)) throw unreadable(name, 'refers to another variable');
    if (!valueFrom) return value;
    const { secretKeyRef: secret, configMapKeyRef: configMap } = valueFrom;
    if (secret) return this.valueAt(name, secretNamed(secret.name ?? ''), secret);
    if (configMap) return this.valueAt(name, configMapNamed(configMap.name ?? ''), configMap);
    throw unreadable(name, `comes from ${Object.keys(valueFrom).join(', ')}, which only its pods know`);
  }

  private async valueAt(variable: string, object: ObjectReference, source: KeyReference): Promise<string | undefined> {
    const value = (await this.dataOf(object))?.get(source.key);
    if (value !== undefined || source.optional) return value;
    throw unreadable(variable, `comes from key ${source.key} of ${describeObject(object)}, which does not exist`);
  }

  /** As in Kubernetes, the last source that has the variable counts. */
  private async fromSources(variable: string): Promise<string | undefined> {
    for (const source of [...(this.container?.envFrom ?? [])].reverse()) {
      const { prefix = '' } = source;
      if (!variable.startsWith(prefix)) continue;
      const value = await this.valueIn(source, variable.slice(prefix.length));
      if (value !== undefined) return value;
    }
    return undefined;
  }

  private async valueIn({ secretRef, configMapRef }: EnvironmentSource, key: string): Promise<string | undefined> {
    const reference = secretRef ?? configMapRef;
    if (!reference) return undefined;
    const object = secretRef ? secretNamed(reference.name ?? '') : configMapNamed(reference.name ?? '');
    const data = await this.dataOf(object);
    if (data || reference.optional) return data?.get(key);
    throw new RegadmError(
      `the storage of the registry cannot be found: its Deployment takes variables from ${describeObject(object)}, which does not exist`,
      { code: 'STORAGE_SETTINGS', suggestions: [ADVICE.correctDeployment, ADVICE.nameStorage] },
    );
  }

  private dataOf(reference: ObjectReference): Promise<ReadonlyMap<string, string> | undefined> {
    const name = describeObject(reference);
    const reading = this.objects.get(name) ?? this.reader.findData(reference);
    this.objects.set(name, reading);
    return reading;
  }
}

function unreadable(variable: string, why: string): RegadmError {
  return new RegadmError(`the storage of the registry cannot be found: ${variable} of its Deployment ${why}`, {
    code: 'STORAGE_SETTINGS',
    suggestions: [ADVICE.correctDeployment, ADVICE.nameStorage],
  });
}
