import { ADVICE } from '../../model/advice.js';
import { RegadmError } from '../../model/errors.js';
import { managementState, noOperator, REMOVED, storageKinds, type RegistryConfig } from '../config.js';
import { deployedStorage, registryContainer } from '../deployed-storage.js';
import { CONFIG, CONFIG_NAME, DEPLOYMENT } from '../objects.js';
import type { Deployment } from '../rollout.js';
import { differingSettings, placeOf } from './identifying.js';
import type { SettingsReader } from './reader.js';
import { StorageSettings } from './settings.js';
import { DeployedVariables } from './variables.js';

/** Where the cluster states that the registry keeps its images. */
export interface StatedStorage {
  /** As the operator names it: `s3`, `azure`, `swift`, `gcs`, `oss`, `pvc`, `emptyDir`, …; IBM COS is `s3`. */
  kind: string;
  /** Name of the claim, bucket or container, if it is stated. */
  place?: string;
  settings: StorageSettings;
  /** What users should know about these settings. */
  warnings: string[];
}

/**
 * Reads where the registry keeps its images. The Deployment states what its pods use; the config of the operator counts
 * where the Deployment states nothing.
 * @throws RegadmError NO_REGISTRY_OPERATOR, REGISTRY_REMOVED, FORBIDDEN; STORAGE_SETTINGS if nothing states it, or if
 *   the operator is about to change it; ApiError
 */
export async function readStatedStorage(reader: SettingsReader): Promise<StatedStorage> {
  const config = await reader.find<RegistryConfig>(CONFIG);
  if (!config) throw noOperator();
  if (managementState(config) === 'Removed')
    throw new RegadmError(`the storage of the registry cannot be found: ${REMOVED}`, {
      code: 'REGISTRY_REMOVED',
      suggestions: [ADVICE.nameFormerStorage],
    });
  const deployment = await reader.find<Deployment>(DEPLOYMENT);
  const variables = new DeployedVariables(reader, deployment && registryContainer(deployment));
  return new Statement(config, deployment, variables).read();
}

/** What the config and the Deployment state. */
class Statement {
  constructor(
    private readonly config: RegistryConfig,
    private readonly deployment: Deployment | undefined,
    private readonly variables: DeployedVariables,
  ) {}

  async read(): Promise<StatedStorage> {
    const [configured, deployed] = [this.configured(), await this.deployed()];
    const kind = deployed?.kind ?? configured?.kind;
    if (kind === undefined) throw problem(`neither ${CONFIG_NAME} nor its Deployment names a storage`);
    const section = `REGISTRY_STORAGE_${kind.toUpperCase()}`;
    if ((await this.variables.get(section)) !== undefined)
      throw problem(`${section} of its Deployment sets several settings at once, which is not supported`);
    const fields = configured?.kind === kind ? configured.fields : {};
    const settings = new StorageSettings(kind, { variables: this.variables, fields, isDeployed: !!deployed });
    const place = await placeOf(deployed, settings);
    const differences =
      deployed && configured ? await this.differences(configured, { ...deployed, place }, settings) : [];
    const warnings = differences.map((difference) => this.judge(difference));
    return { kind, place, settings, warnings };
  }

  /** The status states the storage that the operator uses, the spec the one that it should use. */
  private configured(): { kind: string; fields: Record<string, unknown>; at: string } | undefined {
    for (const part of ['status', 'spec'] as const) {
      const storage = this.config[part]?.storage as Record<string, Record<string, unknown>> | undefined;
      const [kind] = storageKinds(storage);
      if (kind === undefined) continue;
      // The registry uses its S3 driver for IBM COS.
      return { kind: kind === 'ibmcos' ? 's3' : kind, fields: storage![kind]!, at: `${part}.storage.${kind}` };
    }
    return undefined;
  }

  private async deployed(): Promise<{ kind: string; place?: string } | undefined> {
    const driver = await this.variables.get('REGISTRY_STORAGE');
    if (driver !== undefined && driver !== 'filesystem' && driver !== 'inmemory') return { kind: driver };
    const found = this.deployment && deployedStorage(this.deployment);
    if (found?.kind === 'unknown') throw problem(found.mayEndWithPods!);
    return found;
  }

  /** Returns what the config states otherwise than the Deployment. */
  private async differences(
    configured: { kind: string; fields: Record<string, unknown>; at: string },
    deployed: { kind: string; place?: string },
    settings: StorageSettings,
  ): Promise<string[]> {
    if (configured.kind !== deployed.kind)
      return [`${configured.at} of ${CONFIG_NAME}, but its Deployment ${deployed.kind}`];
    return (await differingSettings(settings, deployed.place)).map(
      ({ field, wanted, used = 'none' }) =>
        `${field} ${wanted} (${configured.at} of ${CONFIG_NAME}), but its Deployment ${used}`,
    );
  }

  /** Refuses a storage that the operator is about to replace. @returns a warning if the operator replaces nothing */
  private judge(difference: string): string {
    const text = `the settings of the registry name ${difference}`;
    if (managementState(this.config) !== 'Managed') return `${text}: the one of its Deployment is used`;
    throw new RegadmError(`the storage of the registry is not certain: ${text}`, {
      code: 'STORAGE_SETTINGS',
      suggestions: [ADVICE.waitForStorage, ADVICE.nameStorage],
    });
  }
}

function problem(what: string): RegadmError {
  return new RegadmError(`the storage of the registry cannot be found: ${what}`, {
    code: 'STORAGE_SETTINGS',
    suggestions: [ADVICE.showStorageSettings, ADVICE.nameStorage],
  });
}
