import type { MainTable } from '../../terminal/main-table.js';

/** The images of an ImagePrune document, and the table that shows them. */
export const IMAGES: MainTable = {
  array: 'images',
  columns: {
    IMAGE: '.name',
    CREATED: '.created',
    SIZE: '.bytes',
    WHERE: 'report',
    'LAST PULL': { ageOf: '.lastPulled' },
    STATUS: '.status',
    REASON: '.reason',
  },
};
