/** What long work waits for, on one line of the terminal that is written over. Where standard error is no terminal, nothing at all. */
export class StatusLine {
  /** Writes over what stood there. */
  show(text: string): void {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
  }

  /** Takes the line away. */
  end(): void {
    this.show('');
  }
}
