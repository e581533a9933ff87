/** Whether one may subscribe to it: tokens between dots, none empty, and `>` nowhere but at the end. */
export function isValidSubject(subject: string): boolean {
  const tokens = subject.split('.');
  return tokens.every((token, index) => token !== '' && (token !== '>' || index === tokens.length - 1));
}

/** Whether it is valid and names one subject, without a wildcard token. */
export function isLiteralSubject(subject: string): boolean {
  return isValidSubject(subject) && subject.split('.').every((token) => token !== '*' && token !== '>');
}
