import { randomBytes } from 'node:crypto';

/** Returns an id for a batch or a sweep. */
export const newId = (): string => randomBytes(4).toString('hex');
