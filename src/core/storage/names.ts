/** What names of object stores look like. They become part of URLs. */
export const NAME_PATTERNS = {
  bucket: /^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/,
  region: /^[a-z0-9][a-z0-9-]{0,62}$/i,
  azureAccount: /^[a-z0-9]{3,24}$/,
  azureContainer: /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/,
  swiftContainer: /^[^/?#\\\0]{1,256}$/,
} as const;

/** True for names of directories that can be joined to a registry's root directory. */
export function areDirectoryNames(names: readonly string[]): boolean {
  return !names.some((name) => name === '' || name === '.' || name === '..' || /[\\?#\0]/.test(name));
}
