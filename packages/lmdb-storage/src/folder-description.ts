import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterName, NodeId } from '@quorate/actor';
import { z } from 'zod';
import { DataFolderError, systemCode } from './data-folder-error.ts';
import { storageIdSchema } from './formation-record.ts';

/** The file that makes a folder a data folder: it appears, whole, when all else is there. */
export const descriptionFile = 'quorate.json';

/** Stands in a folder in its place while the folder is made. */
export const draftFile = 'quorate.json.new';

/** The version of the folder's layout that this build writes, and the only one that it opens. */
const formatVersion = 3;

/** Whose data a folder holds. */
export interface FolderOwner {
  readonly nodeId: NodeId;
  readonly clusterName: ClusterName;
}

const versionSchema = z.looseObject({ formatVersion: z.number() });

const descriptionSchema = z.object({
  formatVersion: z.literal(formatVersion),
  nodeId: z.string(),
  clusterName: z.string(),
  storageId: storageIdSchema,
});

/** The description of a new folder, as text. */
export function describe({ nodeId, clusterName }: FolderOwner, storageId: string): string {
  return `${JSON.stringify({ formatVersion, nodeId, clusterName, storageId }, null, 2)}\n`;
}

/**
 * Reads whose data a folder holds, and answers with its storage id.
 * @throws {DataFolderError} if it is another's, of another version, or cannot be read
 */
export async function readDescription(folder: string, owner: FolderOwner): Promise<string> {
  const content = parse(folder, await readText(folder));
  const version = versionSchema.safeParse(content);
  if (version.success && version.data.formatVersion !== formatVersion) {
    const found = `has format version ${version.data.formatVersion}, and this build knows ${formatVersion} only`;
    throw new DataFolderError('UnknownFormatVersion', folder, found);
  }
  const description = descriptionSchema.safeParse(content);
  if (!description.success) throw damaged(folder, 'has the wrong shape');
  const { nodeId, clusterName, storageId } = description.data;
  if (nodeId !== owner.nodeId) {
    throw new DataFolderError('DataFolderOfAnotherNode', folder, `is of node ${nodeId}, not of ${owner.nodeId}`);
  }
  if (clusterName !== owner.clusterName) {
    const found = `is of cluster ${clusterName}, not of ${owner.clusterName}`;
    throw new DataFolderError('DataFolderOfAnotherCluster', folder, found);
  }
  return storageId;
}

async function readText(folder: string): Promise<string> {
  try {
    return await readFile(join(folder, descriptionFile), 'utf8');
  } catch (error) {
    throw damaged(folder, `cannot be read: ${String(systemCode(error))}`, error);
  }
}

function parse(folder: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw damaged(folder, 'is no JSON', error);
  }
}

function damaged(folder: string, what: string, cause?: unknown): DataFolderError {
  return new DataFolderError('DataFolderDamaged', folder, `is damaged: ${descriptionFile} ${what}`, cause);
}
