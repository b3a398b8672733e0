import { messageOf, RegadmError } from '../model/errors.js';

/** `failed`: a prune would not work, or do damage. `unknown`: it could not be looked at. */
export type Status = 'ok' | 'info' | 'warning' | 'failed' | 'unknown';

/** One thing that was looked at. */
export interface Check {
  name: string;
  status: Status;
  message: string;
  suggestions?: string[];
}

/** Makes checks of one name. */
export function about(name: string) {
  return (status: Status, message: string, ...suggestions: string[]): Check => ({
    name,
    status,
    message,
    ...(suggestions.length > 0 ? { suggestions } : {}),
  });
}

/** What a look at something ends with: its checks, or `otherwise` with what went wrong. */
export async function look(name: string, otherwise: Status, read: () => Promise<Check[]>): Promise<Check[]> {
  try {
    return await read();
  } catch (error) {
    const suggestions = error instanceof RegadmError ? error.suggestions : [];
    return [about(name)(otherwise, messageOf(error), ...suggestions)];
  }
}
