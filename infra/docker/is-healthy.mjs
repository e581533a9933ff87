// Whether the node of this container is well: exit code 0 if its /healthz says so.
const port = process.env.QUORATE_HTTP_PORT ?? '9464';
const isWell = await fetch(`http://127.0.0.1:${port}/healthz`).then(
  ({ ok }) => ok,
  () => false,
);
process.exitCode = isWell ? 0 : 1;
