import type { MainTable } from '../../terminal/main-table.js';

const COLUMNS = { IMAGE: '.name', SAVED: '.savedAt', CLUSTER: '.server', TAGS: '.tags' };

/** The images of a BackupVerification or BackupPrune document. */
export const SAVED: MainTable = { array: 'images', columns: COLUMNS };

/** The images of a Backup document, and the table of `-o wide` that shows them. */
export const LISTED: MainTable = { array: 'images', columns: { ...COLUMNS, SIZE: '.bytes' } };
