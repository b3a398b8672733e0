import { RegadmError } from '../../model/errors.js';
import { ADVICE } from '../../model/advice.js';
import type { DeployedVariables } from './variables.js';

interface SettingSources {
  variables: DeployedVariables;
  /** What the config of the operator states about this kind of storage. */
  fields: Readonly<Record<string, unknown>>;
  /** True if the Deployment states the kind of storage. */
  isDeployed: boolean;
}

/** The settings of one kind of storage, from the registry's Deployment and the operator's config. */
export class StorageSettings {
  /** @param kind as the registry's variables name it: `s3` */
  constructor(
    readonly kind: string,
    private readonly sources: SettingSources,
  ) {}

  /** Returns a setting that says which storage it is: that of the Deployment, if it states the kind of storage. */
  async place(variable: string, field: string): Promise<string | undefined> {
    return this.sources.isDeployed ? this.variable(variable) : this.field(field);
  }

  /** Returns a setting: that of the Deployment, else that of the config. */
  async detail(variable: string, field?: string): Promise<string | undefined> {
    return (await this.variable(variable)) ?? (field === undefined ? undefined : this.field(field));
  }

  /**
   * Returns a setting that is on or off; undefined if it is not set.
   * @throws RegadmError STORAGE_SETTINGS
   */
  async isOn(variable: string, field?: string): Promise<boolean | undefined> {
    const text = await this.detail(variable, field);
    if (text === undefined) return undefined;
    if (/^(1|t|true)$/i.test(text)) return true;
    if (/^(0|f|false)$/i.test(text)) return false;
    throw invalid(`${this.nameOf(variable)} is neither true nor false`);
  }

  /** Returns a setting that must be there. @throws RegadmError STORAGE_SETTINGS */
  async required(variable: string, field: string): Promise<string> {
    const value = await this.place(variable, field);
    if (value !== undefined) return value;
    throw invalid(
      this.sources.isDeployed ? `${this.nameOf(variable)} of its Deployment is not set` : `its config has no ${field}`,
    );
  }

  /** Returns a setting that the Deployment or the config must have. @throws RegadmError STORAGE_SETTINGS */
  async needed(variable: string, field: string): Promise<string> {
    const value = await this.detail(variable, field);
    if (value !== undefined) return value;
    throw invalid(`neither ${this.nameOf(variable)} of its Deployment nor ${field} of its config is set`);
  }

  /** Returns a variable that is not one of this kind of storage. */
  other(variable: string): Promise<string | undefined> {
    return this.sources.variables.get(variable);
  }

  /** Returns a field of the config; undefined if it is empty. */
  field(name: string): string | undefined {
    const value = this.sources.fields[name];
    return typeof value === 'boolean' || (typeof value === 'string' && value !== '') ? String(value) : undefined;
  }

  /** Returns the name of an object to which the config refers: `trustedCA`. */
  reference(name: string): string | undefined {
    const value = this.sources.fields[name] as { name?: unknown } | null | undefined;
    return typeof value?.name === 'string' && value.name !== '' ? value.name : undefined;
  }

  /** True if the storage accepts only connections from the network of the cluster (Azure). */
  isInternal(): boolean {
    return (this.sources.fields.networkAccess as { type?: unknown } | undefined)?.type === 'Internal';
  }

  private variable(name: string): Promise<string | undefined> {
    return this.sources.variables.get(this.nameOf(name));
  }

  /** Returns the name of a variable of the Deployment. */
  nameOf(variable: string): string {
    return `REGISTRY_STORAGE_${this.kind.toUpperCase()}_${variable}`;
  }
}

/** Creates the error for settings with which the storage cannot be opened. */
export function invalid(what: string, suggestions: readonly string[] = [ADVICE.showStorageSettings]): RegadmError {
  return new RegadmError(`the settings of the registry's storage cannot be used: ${what}`, {
    code: 'STORAGE_SETTINGS',
    suggestions: [...suggestions, ADVICE.nameStorage],
  });
}
