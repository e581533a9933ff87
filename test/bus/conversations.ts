import { connectLine } from './raw-client.ts';

/** What a client sends in one piece, and what the server says to it. */
export interface Conversation {
  readonly title: string;
  readonly sent: string;
  readonly answered: string;
  /** Whether the server ends the connection after that. */
  readonly ends: boolean;
}

const plain = connectLine();
const verbose = connectLine({ verbose: true });
const withHeaders = connectLine({ headers: true, no_responders: true });
const noResponders = 'NATS/1.0 503\r\n\r\n\r\n';
const unknownOperation = "-ERR 'Unknown Protocol Operation'\r\n";
const lineTooLong = "-ERR 'maximum control line exceeded'\r\n";
const tooLarge = "-ERR 'Maximum Payload Violation'\r\n";

/** An answer after which the connection stays open: the client's last word is a PING, and the server's a PONG. */
function open(title: string, sent: string, answered: string): Conversation {
  return { title, sent: `${sent}PING\r\n`, answered: `${answered}PONG\r\n`, ends: false };
}

/** An answer after which the server ends the connection. */
function ends(title: string, sent: string, answered: string): Conversation {
  return { title, sent, answered, ends: true };
}

const connecting: readonly Conversation[] = [
  open(
    'a client that has not said CONNECT is verbose',
    'SUB a 1\r\nPUB a 2\r\nhi\r\n',
    '+OK\r\n+OK\r\nMSG a 1 2\r\nhi\r\n',
  ),
  open('CONNECT without fields changes nothing', 'CONNECT {}\r\nUNSUB 1\r\n', '+OK\r\n+OK\r\n'),
  open('CONNECT without a blank', 'CONNECT{"verbose":false}\r\n', ''),
  open('CONNECT with unknown fields', connectLine({ colour: 'red', nested: { list: [1] } }), ''),
  open('CONNECT with null fields', 'CONNECT {"verbose":null,"echo":null}\r\n', '+OK\r\n'),
  open('CONNECT with field names in capitals', 'CONNECT {"VERBOSE":false}\r\n', ''),
  open('CONNECT with credentials that nobody asked for', connectLine({ user: 'a', pass: 'b', auth_token: 'c' }), ''),
  open('a second CONNECT changes the options', `${verbose}SUB a 1\r\n${plain}SUB b 2\r\n`, '+OK\r\n+OK\r\n'),
  ends('CONNECT without JSON', 'CONNECT \r\n', ''),
  ends('CONNECT with broken JSON', 'CONNECT {broken\r\n', ''),
  ends('CONNECT with an array', 'CONNECT []\r\n', ''),
  ends('CONNECT with more behind the JSON', 'CONNECT {"verbose":false} more\r\n', ''),
  ends('CONNECT with a flag that is no boolean', 'CONNECT {"verbose":"yes"}\r\n', ''),
  ends('CONNECT for an unknown protocol', connectLine({ protocol: 2 }), "-ERR 'invalid client protocol'\r\n"),
  ends(
    'CONNECT with no_responders and without headers',
    connectLine({ no_responders: true }),
    "-ERR 'no responders requires headers support'\r\n",
  ),
];

const spelling: readonly Conversation[] = [
  open(
    'verbose: +OK to all but PING and PONG',
    `${verbose}SUB a 1\r\nPUB a 2\r\nhi\r\nUNSUB 1 5\r\nUNSUB 9\r\nPONG\r\nINFO {}\r\n+OK\r\n`,
    '+OK\r\n+OK\r\n+OK\r\nMSG a 1 2\r\nhi\r\n+OK\r\n+OK\r\n',
  ),
  open(
    'verbs in lower case',
    'connect {"verbose":false,"headers":true}\r\nsub a 1\r\npub a 2\r\nhi\r\nhpub a 12 14\r\nNATS/1.0\r\n\r\nhi\r\nping\r\nunsub 1\r\npub a 0\r\n\r\npong\r\n',
    'MSG a 1 2\r\nhi\r\nHMSG a 1 12 14\r\nNATS/1.0\r\n\r\nhi\r\nPONG\r\n',
  ),
  open('lines that end in LF alone', `${plain}SUB a 1\nPUB a r 2\nhi\r\nPING\n`, 'MSG a 1 r 2\r\nhi\r\nPONG\r\n'),
  open(
    'tabs and many blanks',
    `${plain}SUB\ta\tq\t1\r\nPUB \t a \t rr  2 \r\nhi\r\nPUB a  2\r\nhi\r\n`,
    'MSG a 1 rr 2\r\nhi\r\nMSG a 1 2\r\nhi\r\n',
  ),
  open('a size with leading zeros', `${plain}SUB a 1\r\nPUB a 0002\r\nhi\r\n`, 'MSG a 1 0002\r\nhi\r\n'),
  open(
    'anything between PING and the end of its line',
    `${plain}PINGfoo ${'x'.repeat(9_000)}\r\nPONGx\r\n`,
    'PONG\r\n',
  ),
  open('a subscription id of letters', `${plain}SUB a one_A\r\nPUB a 1\r\nx\r\n`, 'MSG a one_A 1\r\nx\r\n'),
  open(
    'subjects in UTF-8',
    `${plain}SUB gr\xc3\xbcn.* 1\r\nPUB gr\xc3\xbcn.\xc3\x9f 1\r\nx\r\n`,
    'MSG gr\xc3\xbcn.\xc3\x9f 1 1\r\nx\r\n',
  ),
  open(
    'a payload that looks like operations',
    `${plain}SUB a 1\r\nPUB a 15\r\nPING\r\nSUB b 2\r\n\r\n`,
    'MSG a 1 15\r\nPING\r\nSUB b 2\r\n\r\n',
  ),
  ends('an unknown verb', `${plain}HELLO\r\n`, unknownOperation),
  ends('an unknown verb, its line not complete', `${plain}XYZ`, unknownOperation),
  ends('garbage after what is right', `${plain}PING\r\n\0\x01\x02\xff`, `PONG\r\n${unknownOperation}`),
  ends('an empty line', `${plain}\r\n`, unknownOperation),
  ends('MSG, which is the server’s', `${plain}MSG a 1 2\r\nhi\r\n`, unknownOperation),
  ends('-ERR ends without a word', `${plain}-ERR 'why'\r\n`, ''),
];

const publishing: readonly Conversation[] = [
  open(
    'payloads of no bytes',
    `${plain}SUB a 1\r\nPUB a 0\r\n\r\nPUB a r 0\r\n\r\n`,
    'MSG a 1 0\r\n\r\nMSG a 1 r 0\r\n\r\n',
  ),
  open(
    'subjects with an empty token reach nobody',
    `${plain}SUB a.> 1\r\nSUB a.* 2\r\nSUB *.b 3\r\nPUB a..b 1\r\nx\r\nPUB .b 1\r\nx\r\nPUB a. 1\r\nx\r\n`,
    '',
  ),
  open(
    'a published wildcard is an ordinary token',
    `${plain}SUB a.b 1\r\nSUB a.* 2\r\nPUB a.* 1\r\nx\r\nPUB a.> 1\r\ny\r\n`,
    'MSG a.* 2 1\r\nx\r\nMSG a.> 2 1\r\ny\r\n',
  ),
  open(
    'pedantic: a complaint about wildcards, and the message all the same',
    `${connectLine({ pedantic: true })}SUB a.* 1\r\nPUB a.* 1\r\nx\r\n`,
    "-ERR 'Invalid Publish Subject'\r\nMSG a.* 1 1\r\nx\r\n",
  ),
  open(
    'the largest payload',
    `${plain}SUB a 1\r\nPUB a 1048576\r\n${'x'.repeat(1_048_576)}\r\n`,
    `MSG a 1 1048576\r\n${'x'.repeat(1_048_576)}\r\n`,
  ),
  ends('a payload that is one byte too large', `${plain}PUB a 1048577\r\n`, tooLarge),
  ends('a payload that its headers make too large', `${withHeaders}HPUB a 12 1048577\r\n`, tooLarge),
  ends('a payload that is longer than its size', `${plain}SUB a 1\r\nPUB a 2\r\nhello\r\n`, unknownOperation),
  ends('a payload that ends in LF alone', `${plain}PUB a 2\r\nhi\nPING\r\n`, unknownOperation),
  ends('PUB without a blank', `${plain}PUB\r\n`, unknownOperation),
  ends('PUB without arguments', `${plain}PUB \r\n`, ''),
  ends('PUB without a size', `${plain}PUB a\r\n`, ''),
  ends('PUB with too many arguments', `${plain}PUB a b c 2\r\nhi\r\n`, ''),
  ends('PUB with a size that is no number', `${plain}PUB a x\r\n`, ''),
  ends('PUB with a negative size', `${plain}PUB a -1\r\n`, ''),
  ends('PUB with a size of ten digits', `${plain}PUB a 1234567890\r\n`, ''),
  ends('PUB in lower case with a size of ten digits', `${plain}pub a 1234567890\r\n`, ''),
];

const headers: readonly Conversation[] = [
  open(
    'HPUB with and without a reply subject',
    `${withHeaders}SUB a 1\r\nHPUB a 12 14\r\nNATS/1.0\r\n\r\nhi\r\nSUB r 2\r\nHPUB a r 12 12\r\nNATS/1.0\r\n\r\n\r\n`,
    'HMSG a 1 12 14\r\nNATS/1.0\r\n\r\nhi\r\nHMSG a 1 r 12 12\r\nNATS/1.0\r\n\r\n\r\n',
  ),
  open(
    'HPUB with a status',
    `${withHeaders}SUB a 1\r\nHPUB a 32 34\r\nNATS/1.0 404 Not Found\r\nA: b\r\n\r\nhi\r\n`,
    'HMSG a 1 32 34\r\nNATS/1.0 404 Not Found\r\nA: b\r\n\r\nhi\r\n',
  ),
  open('headers that are none', `${withHeaders}SUB a 1\r\nHPUB a 3 5\r\nxyzhi\r\n`, 'HMSG a 1 3 5\r\nxyzhi\r\n'),
  open('headers of no bytes', `${withHeaders}SUB a 1\r\nHPUB a 0 2\r\nhi\r\n`, 'MSG a 1 2\r\nhi\r\n'),
  ends('HPUB from a client without headers', `${plain}HPUB a 12 14\r\nNATS/1.0\r\n\r\nhi\r\n`, ''),
  ends('HPUB with more headers than bytes', `${withHeaders}HPUB a 5 2\r\nhi\r\n`, ''),
  ends('HPUB with one size', `${withHeaders}HPUB a 5\r\nhello\r\n`, ''),
  ends('HPUB with headers that have no size', `${withHeaders}HPUB a x 5\r\nhello\r\n`, ''),
];

const subscribing: readonly Conversation[] = [
  open(
    'invalid subjects are refused, and the connection stays',
    `${plain}SUB a..b 1\r\nSUB .a 2\r\nSUB a. 3\r\nSUB a.>.b 4\r\nPUB a..b 1\r\nx\r\n`,
    "-ERR 'Invalid Subject'\r\n".repeat(4),
  ),
  open(
    'a wildcard character within a token is none',
    `${plain}SUB foo* 5\r\nPUB foob 1\r\nx\r\nPUB foo* 1\r\ny\r\n`,
    'MSG foo* 5 1\r\ny\r\n',
  ),
  open(
    'verbose: no +OK to an invalid subject',
    `${verbose}SUB a..b 1\r\nSUB a 1\r\n`,
    "+OK\r\n-ERR 'Invalid Subject'\r\n+OK\r\n",
  ),
  open(
    'an id that is in use stays what it is',
    `${plain}SUB a 1\r\nSUB b 1\r\nPUB a 1\r\nx\r\nPUB b 1\r\ny\r\n`,
    'MSG a 1 1\r\nx\r\n',
  ),
  open(
    'a subscription hears what is published after it, and no more after UNSUB, whatever was published before',
    `${plain}${['', 'SUB late.a 1\r\n', 'UNSUB 1\r\n', 'SUB late.* 2\r\n', 'UNSUB 2\r\n'].join('PUB late.a 0\r\n\r\n')}PUB late.a 0\r\n\r\n`,
    'MSG late.a 1 0\r\n\r\nMSG late.a 2 0\r\n\r\n',
  ),
  open(
    'an id can be used again',
    `${plain}SUB a 1\r\nUNSUB 1\r\nSUB b 1\r\nPUB a 1\r\nx\r\nPUB b 1\r\ny\r\n`,
    'MSG b 1 1\r\ny\r\n',
  ),
  open(
    'UNSUB with a maximum',
    `${plain}SUB a 1\r\nUNSUB 1 2\r\n${'PUB a 1\r\nx\r\n'.repeat(3)}`,
    'MSG a 1 1\r\nx\r\n'.repeat(2),
  ),
  open(
    'the maximum counts what was delivered before',
    `${plain}SUB a 1\r\n${'PUB a 0\r\n\r\n'.repeat(2)}UNSUB 1 3\r\n${'PUB a 0\r\n\r\n'.repeat(2)}`,
    'MSG a 1 0\r\n\r\n'.repeat(3),
  ),
  open(
    'a maximum that was passed ends at once',
    `${plain}SUB a 1\r\n${'PUB a 0\r\n\r\n'.repeat(2)}UNSUB 1 1\r\nPUB a 0\r\n\r\n`,
    'MSG a 1 0\r\n\r\n'.repeat(2),
  ),
  open('a maximum of 0 ends at once', `${plain}SUB a 1\r\nUNSUB 1 0\r\nPUB a 0\r\n\r\n`, ''),
  open('a maximum that is no number ends at once', `${plain}SUB a 1\r\nUNSUB 1 x\r\nPUB a 0\r\n\r\n`, ''),
  open('echo: false', `${connectLine({ echo: false })}SUB a 1\r\nSUB a q 2\r\nPUB a 0\r\n\r\n`, ''),
  ends('SUB without an id', `${plain}SUB a\r\n`, ''),
  ends('SUB with too many arguments', `${plain}SUB a b c d\r\n`, ''),
  ends('UNSUB without arguments', `${plain}UNSUB \r\n`, ''),
  ends('UNSUB with too many arguments', `${plain}UNSUB 1 2 3\r\n`, ''),
];

const nobodyListens: readonly Conversation[] = [
  open(
    'a request that nobody hears',
    `${withHeaders}SUB r 9\r\nPUB nobody r 2\r\nhi\r\nHPUB nobody r 12 12\r\nNATS/1.0\r\n\r\n\r\n`,
    `HMSG r 9 16 16\r\n${noResponders}`.repeat(2),
  ),
  open(
    '… with a wildcard for the reply',
    `${withHeaders}SUB r.* 9\r\nPUB nobody r.1 0\r\n\r\n`,
    `HMSG r.1 9 16 16\r\n${noResponders}`,
  ),
  open(
    '… does not count for a maximum',
    `${withHeaders}SUB r 9\r\nUNSUB 9 1\r\nPUB nobody r 0\r\n\r\nPUB nobody r 0\r\n\r\nPUB r 0\r\n\r\nPUB r 0\r\n\r\n`,
    `${`HMSG r 9 16 16\r\n${noResponders}`.repeat(2)}MSG r 9 0\r\n\r\n`,
  ),
  open(
    '… but the asker, who wants no echo',
    `${connectLine({ headers: true, no_responders: true, echo: false })}SUB r 9\r\nSUB a 1\r\nPUB a r 0\r\n\r\n`,
    `HMSG r 9 16 16\r\n${noResponders}`,
  ),
  open('… with a queue group for the reply: no answer', `${withHeaders}SUB r q 9\r\nPUB nobody r 0\r\n\r\n`, ''),
  open('… with nobody for the reply: no answer', `${withHeaders}PUB nobody r 0\r\n\r\n`, ''),
  open(
    '… from a client that did not ask for it: no answer',
    `${connectLine({ headers: true })}SUB r 9\r\nPUB nobody r 0\r\n\r\n`,
    '',
  ),
  open(
    'a message that nobody hears, without a reply subject: no answer',
    `${withHeaders}SUB r 9\r\nPUB nobody 0\r\n\r\n`,
    '',
  ),
];

const longLines: readonly Conversation[] = [
  open('arguments of 4096 bytes', `${plain}SUB ${'x'.repeat(4_094)} 1\r\n`, ''),
  open('blanks before the arguments do not count', `${plain}SUB ${' '.repeat(9_000)}a 1\r\n`, ''),
  ends('arguments of 4097 bytes', `${plain}SUB ${'x'.repeat(4_095)} 1\r\n`, lineTooLong),
  ends('arguments that do not end', `${plain}SUB ${'x'.repeat(5_000)}`, lineTooLong),
  ends('a long PUB', `${plain}PUB ${'x'.repeat(5_000)} 0\r\n\r\n`, lineTooLong),
  ends('a long CONNECT', connectLine({ name: 'x'.repeat(5_000) }), lineTooLong),
];

/** All conversations of one client with a server, by what they are about. */
export const conversations: Readonly<Record<string, readonly Conversation[]>> = {
  connecting,
  spelling,
  publishing,
  headers,
  subscribing,
  'nobody listens': nobodyListens,
  'long lines': longLines,
};
