/** Why a broker did not start. */
export type BrokerErrorCode = 'PortInUse' | 'NotLoopback' | 'CannotListen';

/** A broker could not be started; `code` says why and never changes its spelling. */
export class BrokerError extends Error {
  readonly code: BrokerErrorCode;

  constructor(code: BrokerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BrokerError';
    this.code = code;
  }
}
