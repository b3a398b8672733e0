import type { MainTable } from '../../terminal/main-table.js';

/** The images of an ImageRestore document, and the table that shows them. */
export const IMAGES: MainTable = {
  array: 'images',
  columns: { IMAGE: '.name', ADDED: '.bytes', REPOSITORY: '.repositories', STATUS: '.status' },
};
