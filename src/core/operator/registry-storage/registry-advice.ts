import { ADVICE } from '../../model/advice.js';
import { RegadmError } from '../../model/errors.js';
import type { Storage } from '../../storage/storage.js';
import type { LocatedStorage } from './identity.js';

/** Advice to set what the settings of the registry state: credentials, or the place. */
const OF_CREDENTIALS = /\b(?:AWS|AZURE|OS|ST)_|--storage-credentials/;
const OF_PLACE = /--storage-(?:endpoint|region)/;

type Located = Pick<LocatedStorage, 'warnings' | 'isOwn' | 'advice'>;

/** Codes of errors that a network which is closed to this machine can cause. */
const OF_NETWORK = new Set(['STORAGE_UNREACHABLE', 'STORAGE_DENIED']);

/** Replaces advice that does not help with a storage that the registry's settings name. */
export function registryAdvice(error: unknown, { isOwn, advice: more }: Located): unknown {
  if (!(error instanceof RegadmError)) return error;
  const { message, code, exitCode, suggestions } = error;
  const fitting = suggestions.map((advice) => {
    if (OF_CREDENTIALS.test(advice)) return isOwn ? advice : ADVICE.showStorageSecret;
    return OF_PLACE.test(advice) ? ADVICE.showStorageSettings : advice;
  });
  if (more !== undefined && OF_NETWORK.has(code)) fitting.push(more);
  // Errors are compared, such as the reason of an interruption.
  if (fitting.length === suggestions.length && fitting.every((advice, at) => advice === suggestions[at])) return error;
  return new RegadmError(message, { code, exitCode, suggestions: [...new Set(fitting)], cause: error });
}

/** Returns a storage whose errors have advice for the settings of the registry, and that adds warnings about them. */
export function withRegistryAdvice(storage: Storage, located: Located): Storage {
  return new Proxy(storage, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        const result: unknown = Reflect.apply(member, target, args);
        if (!(result instanceof Promise)) return result;
        const advised = result.catch((error: unknown) => {
          throw registryAdvice(error, located);
        });
        return name === 'warnings' ? advised.then((own) => [...located.warnings, ...(own as string[])]) : advised;
      };
    },
  });
}
