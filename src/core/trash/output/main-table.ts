import type { MainTable } from '../../terminal/main-table.js';

/** The blobs of a Trash, TrashRestore or TrashPurge document, and the table that shows them. */
export const TRASH_BLOBS: MainTable = {
  array: 'blobs',
  columns: { BLOB: '.digest', SIZE: '.bytes', DATE: '.date', REPOSITORIES: '.repositories', STATUS: '.status' },
};
