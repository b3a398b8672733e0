import type { MainTable } from '../../terminal/main-table.js';

/** The broken images of a RegistryVerification document. */
export const BROKEN: MainTable = { array: 'broken', columns: { IMAGE: '.image' } };
