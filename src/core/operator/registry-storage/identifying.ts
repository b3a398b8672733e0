import { hideUserInfo } from '../../kit/secrets/known.js';
import { findCloud } from './azure-clouds.js';
import type { StorageSettings } from './settings.js';

/** A setting that says which storage it is. */
interface IdentifyingSetting {
  /** Variable of the Deployment; empty for the claim of its volume. */
  variable: string;
  /** Field of the config. */
  field: string;
  /** True if a Deployment that does not state it does not contradict the config: it can use a default. */
  isOptional?: true;
  /** Returns what is compared; undefined if it cannot be. Default: the text. */
  normalize?: (text: string) => string | undefined;
}

/** URLs can be written without a scheme. */
const withoutScheme = (text: string): string => text.replace(/^https?:\/\//, '').replace(/\/+$/, '');

const unchanged = (text: string): string => text;
const optional = (variable: string, field: string): IdentifyingSetting => ({ variable, field, isOptional: true });

/** The settings that say which storage it is, by its kind. The first one is its name. */
const IDENTIFYING: Record<string, readonly IdentifyingSetting[]> = {
  s3: [
    { variable: 'BUCKET', field: 'bucket' },
    { variable: 'REGIONENDPOINT', field: 'regionEndpoint', normalize: withoutScheme },
    optional('REGION', 'region'),
  ],
  azure: [
    { variable: 'CONTAINER', field: 'container' },
    { variable: 'ACCOUNTNAME', field: 'accountName' },
    // The config has the name of a cloud, the Deployment its domain.
    { ...optional('REALM', 'cloudName'), normalize: (text) => (text.includes('.') ? text : findCloud(text)?.realm) },
  ],
  swift: [
    { variable: 'CONTAINER', field: 'container' },
    // The version can be a setting of its own.
    { ...optional('AUTHURL', 'authURL'), normalize: (text) => withoutScheme(text).replace(/\/v3$/, '') },
    optional('REGION', 'regionName'),
    optional('TENANT', 'tenant'),
    optional('TENANTID', 'tenantID'),
    optional('DOMAIN', 'domain'),
    optional('DOMAINID', 'domainID'),
  ],
  pvc: [{ variable: '', field: 'claim' }],
  gcs: [{ variable: 'BUCKET', field: 'bucket' }],
  oss: [{ variable: 'BUCKET', field: 'bucket' }],
};

/** Returns the name of the claim, bucket or container, if it is stated. @param deployed what the Deployment states */
export async function placeOf(
  deployed: { place?: string } | undefined,
  settings: StorageSettings,
): Promise<string | undefined> {
  const [{ variable, field } = { variable: '', field: '' }] = IDENTIFYING[settings.kind] ?? [];
  if (variable === '') return deployed ? deployed.place : settings.field(field);
  return settings.place(variable, field);
}

/**
 * Compares the settings that say which storage it is.
 * @param claim the claim of the Deployment's volume
 * @returns each that the config states otherwise than the Deployment
 */
export async function differingSettings(
  settings: StorageSettings,
  claim: string | undefined,
): Promise<{ field: string; wanted: string; used?: string }[]> {
  const found: { field: string; wanted: string; used?: string }[] = [];
  for (const { variable, field, isOptional, normalize = unchanged } of IDENTIFYING[settings.kind] ?? []) {
    const [wanted, used] = [settings.field(field), variable === '' ? claim : await settings.place(variable, field)];
    for (const text of [wanted, used]) hideUserInfo(text ?? '');
    if (wanted === undefined || (used === undefined && isOptional)) continue;
    const compared = normalize(wanted);
    if (compared !== undefined && compared !== normalize(used ?? '')) found.push({ field, wanted, used });
  }
  return found;
}
