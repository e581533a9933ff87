import { MAX_SHARED_REQUESTS } from '@quorate/wire';
import { UsageError } from '../command-error.ts';
import { clientPermissions, nodePermissions, operatorPermissions, type UserPermissions } from './user-permissions.ts';

/**
 * A block for nats-server's configuration that binds each node to its own subjects, and clients to theirs.
 * @throws {UsageError} if a node has the name of another user
 */
export function permissionsBlock(cluster: string, nodes: readonly string[]): string {
  const users = [
    ...nodes.map((node) => nodePermissions(cluster, node)),
    clientPermissions(cluster),
    operatorPermissions(cluster),
  ];
  const twice = users.find(({ user }, at) => users.findIndex((other) => other.user === user) !== at);
  if (twice !== undefined) throw new UsageError(`a node cannot be called ${twice.user}: that is another user's name`);

  const variables = variableNames(users.map(({ user }) => user));
  return [
    ...introduction(cluster, variables),
    'authorization {',
    '  users = [',
    ...users.flatMap((user, at) => userLines(user, variables[at] ?? '')),
    '  ]',
    '}',
    '',
  ].join('\n');
}

function introduction(cluster: string, variables: readonly string[]): readonly string[] {
  return [
    `# Who may do what on NATS for the Quorate cluster ${cluster}: a part of nats-server's configuration.`,
    '# nats-server takes the passwords from its environment:',
    `#   ${variables.join(', ')}`,
    '# A password that begins with a digit has to stand in quotes there. In an account, the list of users is the same.',
    '#',
    "# As NATS's defaults have it, any user here may listen to any inbox, and so to other users' replies. To part them, give",
    '# each user a prefix of its own, such as "_INBOX_n1.>" in place of "_INBOX.>", and tell it to the command by',
    '# --inbox-prefix _INBOX_n1 (NATS_INBOX_PREFIX), to the SDK by its option nats.inboxPrefix.',
  ];
}

function userLines(permissions: UserPermissions, variable: string): readonly string[] {
  const { user, comment, publish, denyPublish, subscribe, answersRequests } = permissions;
  return [
    `    # ${comment}`,
    '    {',
    `      user: "${user}"`,
    `      password: $${variable}`,
    '      permissions: {',
    '        publish: {',
    `          allow: ${listOf(publish)}`,
    ...(denyPublish.length === 0 ? [] : [`          deny: ${listOf(denyPublish)}`]),
    '        }',
    '        subscribe: {',
    `          allow: ${listOf(subscribe)}`,
    '        }',
    // Requests may wait for ten minutes. Those that share a message may be answered one by one.
    ...(answersRequests ? [`        allow_responses: { max: ${MAX_SHARED_REQUESTS}, expires: "11m" }`] : []),
    '      }',
    '    }',
  ];
}

const listOf = (subjects: readonly string[]): string => `[${subjects.map((subject) => `"${subject}"`).join(', ')}]`;

/** `n1` has N1_PASSWORD. Names that differ in what a variable cannot show get a number. */
function variableNames(users: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return users.map((user) => {
    const base = `${user
      .toUpperCase()
      .replaceAll('-', '_')
      .replace(/^(?=\d)/, 'NODE_')}_PASSWORD`;
    let name = base;
    for (let number = 2; taken.has(name); number += 1) name = `${base}_${number}`;
    taken.add(name);
    return name;
  });
}
