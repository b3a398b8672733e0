/** A value, or what returns the one that is valid now. */
export type Current<T> = T | (() => Promise<T>);

/** Returns the value that is valid now. */
export async function currentOf<T extends object>(value: Current<T>): Promise<T> {
  return typeof value === 'function' ? value() : value;
}

/** The access key of a user or of a role. All of it is secret. */
export interface S3Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** An account key in base64, the parameters of a shared access signature, or a bearer token of Microsoft Entra ID. */
export type AzureCredentials = { key: string } | { sas: URLSearchParams } | { token: string };

/** How to log in to Swift. */
export type SwiftLogin =
  | { version: 1; authUrl: string; user: string; key: string }
  | { version: 3; authUrl: string; identity: object; scope?: object; region?: string; interface: string };
