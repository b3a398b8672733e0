import type { ObjectPruneDocument, ObjectPruneDocumentOptions } from '../../object-prune/output/document-type.js';

/** What `regadm prune builds -o json` prints. Keys are stable; new ones can be added. */
export type BuildPruneDocument = ObjectPruneDocument<'BuildPrune', ObjectPruneDocumentOptions>;
