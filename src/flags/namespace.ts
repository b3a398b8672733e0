import { usageError } from '../core/model/errors.js';

/** Checks the value of `--namespace`. @throws RegadmError USAGE if no namespace can have this name */
export function checkNamespaceFlag(namespace: string | undefined): void {
  if (namespace === undefined || /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(namespace)) return;
  throw usageError(`invalid argument "${namespace}" for "--namespace" flag: not the name of a namespace`);
}
