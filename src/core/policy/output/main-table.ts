import type { MainTable } from '../../terminal/main-table.js';

/** The rules of a PolicyCheck document, and the table that shows them. */
export const RULES: MainTable = {
  array: 'rules',
  columns: {
    RULE: '.name',
    TAGS: '.matches.tags',
    ITEMS: '.matches.items',
    KEEPS: '.keeps.items',
    REMOVES: '.removes.items',
    'WHOLE TAGS': '.removes.tags',
    FREES: '.removes.bytes',
    REVISIONS: '.keepTagRevisions',
    'YOUNGER THAN': '.keepYoungerThan',
    'PULLED WITHIN': '.keepPulledWithin',
    'TAGS EXPIRE': '.expireTag.olderThan',
  },
};
