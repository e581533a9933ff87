/** A step of the set-up failed for a reason that its message, or output before it, says in full: no stack trace helps. */
export class SetupFailure extends Error {
  /**
   * @param {string} message one line
   * @param {number} exitCode of the whole command
   */
  constructor(message, exitCode = 1) {
    super(message);
    this.name = 'SetupFailure';
    this.exitCode = exitCode;
  }
}

/**
 * Runs a command of this folder to its end: a SetupFailure becomes its one line and its exit code.
 *
 * @param {() => Promise<void>} command
 */
export async function runCommand(command) {
  try {
    await command();
  } catch (error) {
    if (!(error instanceof SetupFailure)) throw error;
    console.error(error.message);
    process.exitCode = error.exitCode;
  }
}
