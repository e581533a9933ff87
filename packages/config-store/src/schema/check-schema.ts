import { InvalidCommand } from '../errors.ts';
import { checkPrefix, checkRevision } from '../limits.ts';
import { utf8Length } from '../utf8.ts';
import { InvalidSchema } from './errors.ts';
import { MAX_SCHEMA_BYTES } from './limits.ts';
import type { SchemaCommand } from './schema-commands.ts';

/** Whether the text of a schema is one is looked at by the node that proposes it, and nowhere else: another version of a validator must not part the nodes. @throws {InvalidSchema | InvalidKey | KeyTooLarge | InvalidCommand} */
export function checkSchemaCommand(command: SchemaCommand): void {
  // A caller in plain JavaScript is bound by no type.
  if (typeof command.prefix !== 'string') throw new InvalidCommand({ reason: 'the prefix is no text' });
  checkPrefix(command.prefix);
  if (command.kind === 'deleteSchema') return;
  const { schema, checkedRevision } = command;
  if (typeof schema !== 'string') throw new InvalidCommand({ reason: 'the schema is no text' });
  const bytes = utf8Length(schema);
  if (bytes > MAX_SCHEMA_BYTES) {
    throw new InvalidSchema({ reason: `it has ${bytes} bytes, and ${MAX_SCHEMA_BYTES} are allowed` });
  }
  if (checkedRevision !== null) checkRevision(checkedRevision);
}

/** Which version of schemas a write says that it has passed. @throws {InvalidCommand} */
export function checkPassedSchemas(passedSchemas: number | undefined): void {
  if (passedSchemas === undefined || (Number.isSafeInteger(passedSchemas) && passedSchemas >= 1)) return;
  throw new InvalidCommand({ reason: `${String(passedSchemas)} is no version of a schema` });
}
