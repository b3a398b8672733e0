import type { MainTable } from '../../terminal/main-table.js';

/** The image streams of a RegistryStatus document, and the table that shows them. */
export const STREAMS: MainTable = {
  array: 'space.streams',
  columns: {
    STREAM: "['namespace','name']",
    IMAGES: '.images',
    ITEMS: '.tagItems',
    BYTES: '.bytes',
    UNIQUE: '.unique',
    SHARED: '.shared',
    'LAST PULL': { ageOf: '.lastPulled' },
  },
};
