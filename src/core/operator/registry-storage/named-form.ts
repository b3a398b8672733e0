import { ADVICE } from '../../model/advice.js';
import { RegadmError } from '../../model/errors.js';
import { directoryOf } from './places.js';
import { s3Endpoint } from './s3.js';
import type { StorageSettings } from './settings.js';
import type { StatedStorage } from './stated.js';

/** Fills the advice to name the storage with what the settings state, if they can be read. */
export async function withNamedForm(error: unknown, { settings }: StatedStorage): Promise<unknown> {
  if (!(error instanceof RegadmError) || !error.suggestions.includes(ADVICE.nameStorage)) return error;
  const named = await namedForm(settings).catch(() => undefined);
  if (named === undefined) return error;
  const { message, code, exitCode, suggestions, cause } = error;
  const filled = suggestions.map((each) => (each === ADVICE.nameStorage ? ADVICE.nameThisStorage(named) : each));
  return new RegadmError(message, { code, exitCode, suggestions: filled, cause });
}

interface NamedForm {
  url: string;
  endpoint?: string;
  region?: string;
}

/** Returns what names the storage on the command line; undefined if the settings do not state it. */
async function namedForm(settings: StorageSettings): Promise<NamedForm | undefined> {
  const { kind } = settings;
  const names = await Promise.all(
    kind === 's3'
      ? [settings.place('BUCKET', 'bucket')]
      : [
          ...(kind === 'azure' ? [settings.place('ACCOUNTNAME', 'accountName')] : []),
          settings.place('CONTAINER', 'container'),
        ],
  );
  if (names.includes(undefined)) return undefined;
  const root = directoryOf(await settings.detail(kind === 'swift' ? 'PREFIX' : 'ROOTDIRECTORY'));
  const url = `${kind}://${[...names, root].filter(Boolean).join('/')}`;
  if (kind !== 's3') return { url };
  return {
    url,
    endpoint: await s3Endpoint(settings),
    region: await settings.detail('REGION', 'region'),
  };
}
