import type { Waits } from '../kit/waits.js';
import { humanDuration } from '../model/values/age.js';

/** Says which server a run waits for, with the resource and without; nothing if it does not wait, or not for long. */
export function waitingTexts({ longest }: Pick<Waits, 'longest'>): string[] {
  if (!longest) return [];
  const { server, resource, ms } = longest;
  const time = humanDuration(ms);
  if (server === 'registry' && resource === 'storage') return [`waiting for the registry's storage, ${time}`];
  const name = server === 'api' ? 'the API server' : 'the registry';
  const short = `waiting for ${name}, ${time}`;
  // A path, such as that of the version, says nothing to users.
  if (resource.startsWith('/')) return [short];
  const [plural = ''] = resource.split('.');
  return [`waiting for ${name}: ${plural}, ${time}`, short];
}
