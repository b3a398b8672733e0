import { hideUserInfo } from '../../kit/secrets/known.js';
import { ADVICE } from '../../model/advice.js';
import { areDirectoryNames } from '../../storage/names.js';
import { invalid } from './settings.js';

interface EndpointRules {
  /** True for `http` if it has no scheme. */
  isPlain?: boolean;
  /** False if it must not have a path. */
  hasPath: boolean;
}

/**
 * Returns the URL of a service, without a slash at its end. The registry adds a missing scheme, too.
 * @throws RegadmError STORAGE_SETTINGS that does not repeat what can be a password
 */
export function endpointOf(text: string, { isPlain = false, hasPath }: EndpointRules): string {
  hideUserInfo(text);
  const full = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `${isPlain ? 'http' : 'https'}://${text}`;
  const url = URL.canParse(full) && /^https?:\/\//i.test(full) ? new URL(full) : undefined;
  if (!url || url.username + url.password + url.search + url.hash !== '' || (!hasPath && url.pathname !== '/'))
    throw invalid(`the endpoint is not a URL of the form https://HOST[:PORT]${hasPath ? '[/PATH]' : ''}`);
  return hasPath ? url.href.replace(/\/+$/, '') : url.origin;
}

/** True for the URL of a service of the cluster, whose name can be known only inside the cluster. */
export function isService(url: string | undefined): boolean {
  return url !== undefined && /\.svc(?:\.cluster\.local)?$/.test(new URL(url).hostname);
}

/** Returns what to do if a service of the cluster cannot be reached. */
export function adviceFor(endpoint: string | undefined): string | undefined {
  return isService(endpoint) ? ADVICE.insideCluster : undefined;
}

/** Returns a root directory without slashes at its ends; empty for none. @throws RegadmError STORAGE_SETTINGS */
export function directoryOf(text: string | undefined): string {
  const directory = (text ?? '').replace(/^\/+|\/+$/g, '');
  if (directory !== '' && !areDirectoryNames(directory.split('/'))) throw invalid('the root directory is not valid');
  return directory;
}
