import { RegadmError } from '../../model/errors.js';

/** Corrects the names of flags in what to do about a hub that cannot be opened: it has flags of its own. */
export function withHubFlags(error: unknown): unknown {
  if (!(error instanceof RegadmError)) return error;
  const { code, exitCode, message, suggestions } = error;
  const ofHub =
    code === 'KUBECONFIG_MISSING'
      ? ['pass the kubeconfig of the hub: --hub-kubeconfig FILE']
      : suggestions.map((text) => text.replace(/(?<=^|\s)--(kubeconfig|context)\b/g, '--hub-$1'));
  return new RegadmError(message, { code, exitCode, suggestions: ofHub, cause: error });
}
