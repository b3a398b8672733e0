import type { MainTable } from '../../terminal/main-table.js';

/** The blobs of a HardPrune document, and the table that shows them. */
export const BLOBS: MainTable = { array: 'blobs', columns: { BLOB: '.digest', SIZE: '.bytes', STATUS: '.status' } };
