import { hideSecret } from '../../../kit/secrets/known.js';
import { ADVICE } from '../../../model/advice.js';
import { RegadmError } from '../../../model/errors.js';
import type { AzureCredentials, Current } from '../../credentials.js';
import type { AzureLocation } from '../../location.js';

/** Where a container is and how to reach it. */
export interface AzureSettings {
  account: string;
  container: string;
  /** The account's blob URL, without a slash at its end. */
  endpoint: string;
  credentials: Current<AzureCredentials>;
}

/** The same with the credentials that are valid now. */
export type SigningSettings = AzureSettings & { credentials: AzureCredentials };

/**
 * Returns how to reach a container. The credentials are those of the location, or else of the environment, whose
 * account key is preferred.
 * @throws RegadmError STORAGE_CREDENTIALS
 */
export function azureSettings(
  { account, container, endpoint, credentials }: Omit<AzureLocation, 'kind'>,
  env: NodeJS.ProcessEnv,
): AzureSettings {
  return {
    account,
    container,
    endpoint: (endpoint ?? `https://${account}.blob.core.windows.net`).replace(/\/+$/, ''),
    credentials: credentials ?? readAzureCredentials(env),
  };
}

/**
 * Reads the credentials of the environment; the account key precedes the signature.
 * @throws RegadmError STORAGE_CREDENTIALS
 */
export function readAzureCredentials({
  AZURE_STORAGE_KEY: key,
  AZURE_STORAGE_SAS_TOKEN: token,
}: NodeJS.ProcessEnv): AzureCredentials {
  if (key) {
    hideSecret(key);
    if (!/^[A-Za-z\d+/]+={0,2}$/.test(key)) throw problem('AZURE_STORAGE_KEY is not an account key: it is not base64');
    return { key };
  }
  if (!token) throw problem('neither AZURE_STORAGE_KEY nor AZURE_STORAGE_SAS_TOKEN is set');
  hideSecret(token);
  const sas = new URLSearchParams(token.replace(/^\?/, ''));
  hideSecret(sas.get('sig') ?? undefined);
  if (!sas.has('sig')) throw problem('AZURE_STORAGE_SAS_TOKEN is not a shared access signature: it has no "sig"');
  const end = sas.get('se');
  if (end !== null && Date.parse(end) < Date.now()) throw problem(`AZURE_STORAGE_SAS_TOKEN expired at ${end}`);
  return { sas };
}

function problem(what: string): RegadmError {
  return new RegadmError(`cannot log in to Azure: ${what}`, {
    code: 'STORAGE_CREDENTIALS',
    suggestions: [ADVICE.azureCredentials],
  });
}
