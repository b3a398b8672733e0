import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { hideSecret } from '../../../kit/secrets/known.js';
import { ADVICE } from '../../../model/advice.js';
import { RegadmError } from '../../../model/errors.js';
import type { S3Credentials } from '../../credentials.js';
import { parseIni } from './ini.js';

interface CredentialOptions {
  /** A file in the format of the shared credentials file; it precedes everything else. */
  file?: string;
  env: NodeJS.ProcessEnv;
}

/** Credentials, and the region that the profile names. */
interface FoundCredentials {
  credentials: S3Credentials;
  /** From the variables of the environment or the profile. */
  region?: string;
}

type Section = Map<string, string>;

/**
 * Returns the region that the variables of the environment, or the profile in the files of AWS, state; undefined if
 * nothing does. It needs no credentials.
 */
export async function findRegion(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const { profile, settings, ofEnvironment } = await readSettings(env);
  if (ofEnvironment !== undefined) return ofEnvironment;
  const shared = await sectionsOf(sharedFile(env), false);
  return shared?.get(profile)?.get('region') ?? settings?.get('region');
}

/** Reads what applies to credentials from every source: the profile's settings, and the region of the environment. */
async function readSettings(
  env: NodeJS.ProcessEnv,
): Promise<{ profile: string; settings?: Section; ofEnvironment?: string }> {
  const profile = env.AWS_PROFILE || 'default';
  const config = await sectionsOf(env.AWS_CONFIG_FILE || path.join(directoryIn(env), 'config'), false);
  const settings = config?.get(profile === 'default' ? 'default' : `profile ${profile}`);
  return { profile, settings, ofEnvironment: env.AWS_REGION || env.AWS_DEFAULT_REGION || undefined };
}

function sharedFile(env: NodeJS.ProcessEnv): string {
  return env.AWS_SHARED_CREDENTIALS_FILE || path.join(directoryIn(env), 'credentials');
}

function directoryIn({ HOME = '/' }: NodeJS.ProcessEnv): string {
  return path.join(HOME, '.aws');
}

/**
 * Finds credentials for S3: those of the given file, else the `AWS_*` variables, else those of the shared credentials
 * file. In files, the profile is `AWS_PROFILE`, else `default`.
 * @throws RegadmError STORAGE_CREDENTIALS that names what is missing, never a value
 */
export async function findCredentials({ file, env }: CredentialOptions): Promise<FoundCredentials> {
  const { profile, settings, ofEnvironment } = await readSettings(env);
  const fromSection = (section: Section | undefined, place: string): FoundCredentials => ({
    credentials: complete(section ?? new Map<string, string>(), place),
    region: ofEnvironment ?? section?.get('region') ?? settings?.get('region'),
  });
  if (file !== undefined) return fromSection(await profileIn(file, profile), `profile ${profile} in ${file}`);
  if (env.AWS_ACCESS_KEY_ID || env.AWS_SECRET_ACCESS_KEY) return fromSection(variables(env), 'the environment');
  const shared = sharedFile(env);
  const sections = await sectionsOf(shared, env.AWS_SHARED_CREDENTIALS_FILE !== undefined);
  const section = sections?.get(profile) ?? (settings?.has('aws_access_key_id') ? settings : undefined);
  if (section) return fromSection(section, `profile ${profile} in ${shared}`);
  throw missing(
    sections || env.AWS_PROFILE
      ? `there are no credentials for S3: ${shared} has no profile ${profile}`
      : 'there are no credentials for S3',
  );
}

function variables(env: NodeJS.ProcessEnv): Section {
  const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];
  return new Map(names.flatMap((name) => (env[name] ? [[name.toLowerCase(), env[name]]] : [])));
}

async function profileIn(file: string, profile: string): Promise<Section> {
  const sections = await sectionsOf(file, true);
  const section = sections!.get(profile);
  if (!section) throw missing(`${file} has no profile ${profile}`);
  return section;
}

/** @throws RegadmError STORAGE_CREDENTIALS if the file has to exist and cannot be read */
async function sectionsOf(file: string, isRequired: boolean): Promise<Map<string, Section> | undefined> {
  try {
    return parseIni(await readFile(file, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!isRequired && (code === 'ENOENT' || code === 'ENOTDIR')) return undefined;
    throw missing(`cannot read ${file}: ${code === 'ENOENT' ? 'no such file' : (code ?? 'unknown error')}`);
  }
}

function complete(section: Section, place: string): S3Credentials {
  const [accessKeyId, secretAccessKey, sessionToken] = [
    'aws_access_key_id',
    'aws_secret_access_key',
    'aws_session_token',
  ].map((name) => section.get(name));
  for (const secret of [accessKeyId, secretAccessKey, sessionToken]) hideSecret(secret);
  if (accessKeyId && secretAccessKey)
    return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
  const unsupported = ['role_arn', 'credential_process', 'sso_session', 'sso_start_url'].find((name) =>
    section.has(name),
  );
  if (unsupported !== undefined)
    throw missing(`${place} has ${unsupported} instead of keys, which is not supported`, [
      'print temporary credentials (aws configure export-credentials) and set the AWS_* variables',
    ]);
  const name = accessKeyId ? 'aws_secret_access_key' : 'aws_access_key_id';
  throw missing(`${place} has no ${place === 'the environment' ? name.toUpperCase() : name}`);
}

function missing(message: string, suggestions: string[] = [ADVICE.s3Credentials]): RegadmError {
  return new RegadmError(message, { code: 'STORAGE_CREDENTIALS', suggestions });
}
