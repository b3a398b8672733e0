import type { Operation } from './errors.js';

/** The operations of S3 that regadm uses, with the permissions that AWS names. */
export const OPERATIONS = {
  list: { action: 'list objects', permission: 's3:ListBucket' },
  read: (key: string): Operation => ({ action: `read ${key}`, permission: 's3:GetObject' }),
  write: (key: string): Operation => ({ action: `write ${key}`, permission: 's3:PutObject' }),
  copy: (key: string): Operation => ({ action: `copy ${key}`, permission: 's3:PutObject' }),
  delete: { action: 'delete objects', permission: 's3:DeleteObject' },
  listUploads: { action: 'list multipart uploads', permission: 's3:ListBucketMultipartUploads' },
  listParts: { action: 'list the parts of a multipart upload', permission: 's3:ListMultipartUploadParts' },
  abortUpload: { action: 'abort the multipart upload', permission: 's3:AbortMultipartUpload' },
  readVersioning: { action: 'read the versioning of the bucket', permission: 's3:GetBucketVersioning' },
} as const;
