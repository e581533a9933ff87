import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { CommandFailure } from '../command-error.ts';

/** A value in a file of its own, for an editor. Nobody else may read it. */
export class EditedFile {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Named for the last part of the key, from whose ending editors tell what it is. */
  static async make(key: string, value: Uint8Array): Promise<EditedFile> {
    const folder = await mkdtemp(join(tmpdir(), 'quorate-edit-'));
    const name = basename(key).replace(/[^\w.-]/g, '_');
    const path = join(folder, ['', '.', '..'].includes(name) ? 'value' : name.slice(-100));
    await writeFile(path, value, { mode: 0o600 });
    return new EditedFile(path);
  }

  /** Lets the user's editor have it, and resolves when that has ended. @throws {CommandFailure} if it cannot be started, or failed */
  async open(): Promise<void> {
    const editor = process.env.VISUAL || process.env.EDITOR || 'vi';
    // By the shell, as git does it: an editor may come with arguments of its own.
    const child = spawn('sh', ['-c', `${editor} "$@"`, editor, this.path], { stdio: 'inherit' });
    // Ctrl-C belongs to the editor.
    const ignore = (): void => {};
    process.on('SIGINT', ignore);
    try {
      const [code, signal] = await once(child, 'exit');
      if (code === 0) return;
      const how = code === null ? `was ended by ${String(signal)}` : `ended with ${String(code)}`;
      throw new CommandFailure(`the editor ${how}; nothing was written, and the file is ${this.path}`);
    } finally {
      process.off('SIGINT', ignore);
    }
  }

  /** Nothing of it is needed any more. */
  async remove(): Promise<void> {
    await rm(dirname(this.path), { recursive: true, force: true });
  }
}
