import type { MainTable } from '../terminal/main-table.js';

/** The pulls of a Pulls document, and the table that shows them by repository. */
export const PULLS: MainTable = {
  array: 'pulls',
  columns: { REPOSITORY: '.repository', IMAGES: 'report', TAGS: 'report', 'LAST PULL': { ageOf: '.lastPulled' } },
};
