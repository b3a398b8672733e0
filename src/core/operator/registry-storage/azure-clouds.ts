/** A cloud of Azure. */
interface Cloud {
  /** Domain of its storage. */
  realm: string;
  /** Where identities log in. */
  authority: string;
}

const PUBLIC: Cloud = { realm: 'core.windows.net', authority: 'https://login.microsoftonline.com' };

/** The clouds that are known by their names. */
const CLOUDS: Record<string, Cloud> = {
  AzurePublicCloud: PUBLIC,
  AzureUSGovernmentCloud: { realm: 'core.usgovcloudapi.net', authority: 'https://login.microsoftonline.us' },
  AzureChinaCloud: { realm: 'core.chinacloudapi.cn', authority: 'https://login.chinacloudapi.cn' },
};

/** Finds a cloud by its name. @param name undefined for the public cloud */
export function findCloud(name: string | undefined): Cloud | undefined {
  if (name === undefined) return PUBLIC;
  return Object.hasOwn(CLOUDS, name) ? CLOUDS[name] : undefined;
}

/** Returns the login of a cloud. @param name undefined, or an unknown one, for that of the public cloud */
export const authorityOf = (name: string | undefined): string => (findCloud(name) ?? PUBLIC).authority;
