import type { MainTable } from '../../terminal/main-table.js';

/** The objects of a BuildPrune or DeploymentPrune document, and the table that shows them. */
export const OBJECTS: MainTable = {
  array: 'objects',
  columns: {
    NAMESPACE: '.namespace',
    KIND: '.kind',
    NAME: '.name',
    PHASE: '.phase',
    AGE: { ageOf: '.created' },
    STATUS: '.status',
    REASON: '.reason',
  },
};
